-- A draft may be published at a moment; every server looks, and one publishes.
ALTER TABLE merchandising.draft
  ADD COLUMN publish_at timestamptz,
  ADD COLUMN publish_reason text CHECK (length(publish_reason) <= 1000),
  ADD COLUMN publish_by text CHECK (length(publish_by) <= 120),
  ADD CONSTRAINT draft_schedule CHECK (
    (publish_at IS NULL) = (publish_reason IS NULL) AND (publish_at IS NULL) = (publish_by IS NULL));
