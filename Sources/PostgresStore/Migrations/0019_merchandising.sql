-- Rules that merchandisers publish (docs/explain/merchandising.md): texts by their digest, immutable versions that name
-- their texts, one pointer to the version in force, and drafts.
CREATE TABLE merchandising.rule_text (
  digest text PRIMARY KEY CHECK (length(digest) = 64),
  content text NOT NULL CHECK (octet_length(content) <= 16777216)
);

CREATE TABLE merchandising.rule_version (
  number bigint PRIMARY KEY CHECK (number > 0),
  -- Kind of text to digest: {"synonyms": "9f86…"}.
  texts jsonb NOT NULL,
  author text NOT NULL CHECK (length(author) <= 120),
  reason text NOT NULL CHECK (length(reason) <= 1000),
  published_at timestamptz NOT NULL,
  restored_from bigint REFERENCES merchandising.rule_version
);

CREATE FUNCTION merchandising.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published version is never changed: publish another';
END $$;
CREATE TRIGGER rule_version_immutable BEFORE UPDATE OR DELETE ON merchandising.rule_version
  FOR EACH ROW EXECUTE FUNCTION merchandising.refuse_change();
CREATE TRIGGER rule_text_immutable BEFORE UPDATE ON merchandising.rule_text
  FOR EACH ROW EXECUTE FUNCTION merchandising.refuse_change();

-- One row: what every server follows.
CREATE TABLE merchandising.published (
  is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
  version bigint NOT NULL REFERENCES merchandising.rule_version
);

CREATE TABLE merchandising.draft (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
  base bigint NOT NULL REFERENCES merchandising.rule_version,
  revision int NOT NULL DEFAULT 1,
  texts jsonb NOT NULL,
  author text NOT NULL CHECK (length(author) <= 120),
  updated_at timestamptz NOT NULL
);
