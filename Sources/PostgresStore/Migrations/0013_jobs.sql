-- Jobs of the workers and the ledger of their runs (docs/howto/jobs.md).
CREATE TABLE jobs.job (
  name text PRIMARY KEY CHECK (length(name) <= 64),
  -- The cron expression; NULL: on request or after another job.
  schedule text CHECK (length(schedule) <= 200),
  time_zone text NOT NULL CHECK (length(time_zone) <= 64),
  -- A success of one of these requests the job.
  after text[] NOT NULL,
  is_paused boolean NOT NULL DEFAULT false,
  next_at timestamptz,
  requested_at timestamptz,
  is_requested_by_hand boolean NOT NULL DEFAULT false,
  retry_at timestamptz,
  -- Tries of the present round.
  attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0)
);

CREATE TABLE jobs.run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job text NOT NULL REFERENCES jobs.job (name) ON DELETE CASCADE,
  trigger text NOT NULL,
  attempt integer NOT NULL CHECK (attempt >= 1),
  state text NOT NULL,
  holder text NOT NULL CHECK (length(holder) <= 200),
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  -- By this server's clock, whatever the workers' clocks say.
  lease_until timestamptz NOT NULL,
  done bigint NOT NULL DEFAULT 0,
  total bigint,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
  figures jsonb NOT NULL DEFAULT '{}',
  reason text CHECK (length(reason) <= 2000),
  CHECK ((state = 'running') = (finished_at IS NULL))
);

-- No overlap, whatever the workers do.
CREATE UNIQUE INDEX run_of_job_under_way ON jobs.run (job) WHERE state = 'running';
CREATE INDEX run_by_job ON jobs.run (job, id DESC);
