-- The partitions of the history belong to the role that migrates; the shop's other roles may not create or drop tables.
-- These two functions run with its rights, and so that no schema of the caller's comes in between.
CREATE OR REPLACE FUNCTION behaviour.make_partitions(parent text, days date[]) RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  step interval := CASE parent WHEN 'event_order' THEN interval '1 month' ELSE interval '1 day' END;
  first date;
  name text;
BEGIN
  IF parent NOT IN ('event_browsing', 'event_order', 'impression') THEN
    RAISE EXCEPTION 'behaviour.% has no partitions', parent;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('behaviour partitions', 0));
  FOR first IN
    SELECT DISTINCT CASE parent WHEN 'event_order' THEN date_trunc('month', given.day)::date ELSE given.day END
    FROM unnest(days) AS given (day)
  LOOP
    name := parent || '_' || to_char(first, 'YYYYMMDD');
    IF to_regclass('behaviour.' || quote_ident(name)) IS NULL THEN
      EXECUTE format('CREATE TABLE behaviour.%I PARTITION OF behaviour.%I FOR VALUES FROM (%L) TO (%L)',
        name, parent, first, (first + step)::date);
    END IF;
  END LOOP;
END $$;

-- Drops one partition whose last day is before `oldest`; false if there is none. One a call, each in its own transaction: a
-- drop waits for readers of its table, and holds the parent's lock.
CREATE FUNCTION behaviour.drop_partition(parent text, oldest date) RETURNS boolean LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text;
BEGIN
  IF parent NOT IN ('event_browsing', 'event_order', 'impression') THEN
    RAISE EXCEPTION 'behaviour.% has no partitions', parent;
  END IF;
  SELECT child.relname INTO name FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
  WHERE inhparent = ('behaviour.' || parent)::regclass
    AND substring(pg_get_expr(child.relpartbound, child.oid) FROM $re$TO \('([0-9-]+)'\)$re$)::date <= oldest
  ORDER BY 1 LIMIT 1;
  IF name IS NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE IF EXISTS behaviour.%I', name);
  RETURN true;
END $$;

-- An event is looked up by its number in the partitions of some days: a key that begins with the day was read from end to end
-- for each.
ALTER TABLE behaviour.event DROP CONSTRAINT event_pkey;
ALTER TABLE behaviour.event ADD CONSTRAINT event_pkey PRIMARY KEY (id, kept, day);

-- A program's searches are kept, and count in no list of popular queries.
ALTER TABLE behaviour.search ADD COLUMN sender text NOT NULL DEFAULT 'shopper'
  CHECK (sender IN ('shopper', 'robot', 'flood'));

-- The events that were counted in the sums alone, so that each counts once however often it is sent: a keyed hash of the
-- event's number, which leads to no person. Deleted once no event can be as late.
CREATE TABLE behaviour.counted (
  mark bigint PRIMARY KEY,
  counted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX counted_counted_at ON behaviour.counted (counted_at);

-- A row without a time could not be read, and held up the taking up of all others.
ALTER TABLE behaviour.event_aside
  ADD CONSTRAINT event_aside_times CHECK (isfinite(occurred_at) AND isfinite(received_at)) NOT VALID;
ALTER TABLE behaviour.search ADD CONSTRAINT search_time CHECK (isfinite(searched_at)) NOT VALID;

-- Served since a rollback: training does not replace it, an operator does.
ALTER TABLE analytics.model ADD COLUMN is_held boolean NOT NULL DEFAULT false;
