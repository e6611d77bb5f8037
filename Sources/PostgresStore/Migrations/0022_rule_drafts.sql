-- Drafts know all who changed them, the conflicts of a merge that are open, and the version that they take the shop back to.
ALTER TABLE merchandising.draft
  ADD COLUMN authors text[] NOT NULL DEFAULT '{}',
  -- [{"kind": "rules", "name": "exact: red dress", "base": "…", "published": "…", "draft": "…"}]
  ADD COLUMN conflicts jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(conflicts) = 'array'),
  ADD COLUMN restores bigint REFERENCES merchandising.rule_version;
UPDATE merchandising.draft SET authors = ARRAY[author];
