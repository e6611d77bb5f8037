-- Experiments (docs/explain/experiments.md): what staff describe, and which visitors saw which arm.
CREATE SCHEMA experiments;

CREATE TABLE experiments.experiment (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{0,59}$'),
  question text NOT NULL CHECK (length(question) BETWEEN 1 AND 1000),
  kind text NOT NULL CHECK (kind IN ('arms', 'interleaving')),
  -- [{"name": "control", "weight": 1, "value": "ranking model:12, rules 3"}], the control first.
  arms jsonb NOT NULL CHECK (jsonb_typeof(arms) = 'array' AND jsonb_array_length(arms) BETWEEN 2 AND 20),
  layer text NOT NULL CHECK (length(layer) BETWEEN 1 AND 60),
  -- The slice of the layer, of 10,000 buckets, without the last; and how many of its visitors' buckets take part.
  first_bucket integer NOT NULL CHECK (first_bucket >= 0),
  end_bucket integer NOT NULL CHECK (end_bucket BETWEEN first_bucket + 1 AND 10000),
  exposed_buckets integer NOT NULL CHECK (exposed_buckets BETWEEN 0 AND 10000),
  -- Empty: everyone.
  devices text[] NOT NULL,
  customers text[] NOT NULL,
  metric text NOT NULL,
  planned_visitors bigint NOT NULL CHECK (planned_visitors >= 0),
  state text NOT NULL CHECK (state IN ('draft', 'running', 'stopped')),
  author text NOT NULL CHECK (length(author) <= 120),
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  stopped_at timestamptz,
  conclusion text NOT NULL DEFAULT '' CHECK (length(conclusion) <= 1000),
  CHECK ((state = 'draft') = (started_at IS NULL) AND (state = 'stopped') = (stopped_at IS NOT NULL))
);

-- The arms of an experiment never change: a visitor's arm is computed from them.
CREATE FUNCTION experiments.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND old.state = 'draft' THEN
    RETURN old;
  END IF;
  IF TG_OP = 'DELETE' OR (new.name, new.kind, new.arms, new.layer, new.first_bucket, new.end_bucket, new.devices,
      new.customers, new.metric, new.planned_visitors)
    IS DISTINCT FROM (old.name, old.kind, old.arms, old.layer, old.first_bucket, old.end_bucket, old.devices,
      old.customers, old.metric, old.planned_visitors)
    OR old.state = 'stopped' OR new.exposed_buckets < old.exposed_buckets
  THEN
    RAISE EXCEPTION 'an experiment is not changed: stop it and describe another';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER experiment_immutable BEFORE UPDATE OR DELETE ON experiments.experiment
  FOR EACH ROW EXECUTE FUNCTION experiments.refuse_change();

-- The visitors who are kept out of every experiment, of 10,000 buckets.
CREATE TABLE experiments.holdout (
  is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
  buckets integer NOT NULL CHECK (buckets BETWEEN 0 AND 5000)
);

-- The arms that people saw, from their searches.
CREATE TABLE behaviour.exposure (
  experiment text NOT NULL CHECK (octet_length(experiment) <= 60),
  shopper bigint NOT NULL,
  -- The arm's place in the experiment, from 0.
  arm smallint NOT NULL CHECK (arm BETWEEN 0 AND 19),
  first_at timestamptz NOT NULL CHECK (isfinite(first_at)),
  last_at timestamptz NOT NULL CHECK (isfinite(last_at)),
  searches integer NOT NULL CHECK (searches > 0),
  -- Of all these searches together.
  milliseconds double precision NOT NULL CHECK (milliseconds >= 0),
  PRIMARY KEY (experiment, shopper, arm)
);
CREATE INDEX exposure_shopper ON behaviour.exposure (shopper);
CREATE INDEX exposure_last_at ON behaviour.exposure (last_at);

-- Which of two mixed rankings put each product on a search's page. It goes with the search.
CREATE TABLE behaviour.search_interleaving (
  search_id bigint PRIMARY KEY REFERENCES behaviour.search (id) ON DELETE CASCADE,
  experiment text NOT NULL CHECK (octet_length(experiment) <= 60),
  -- By product of the page: true for the treatment's picks; NULL: none of both.
  is_treatments boolean[] NOT NULL CHECK (cardinality(is_treatments) BETWEEN 1 AND 100)
);
CREATE INDEX search_interleaving_experiment ON behaviour.search_interleaving (experiment);
