-- The ledger of trained models (docs/explain/recommendations.md). Their files are in the models' folder.
CREATE TABLE analytics.model (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (length(kind) <= 64),
  state text NOT NULL CHECK (state IN ('candidate', 'serving', 'retired', 'refused')),
  file text NOT NULL CHECK (length(file) <= 200),
  data_digest text NOT NULL CHECK (length(data_digest) <= 128),
  code_version text NOT NULL CHECK (length(code_version) <= 64),
  -- 64 bits without a sign.
  seed numeric(20) NOT NULL,
  metrics jsonb NOT NULL,
  data_through timestamptz NOT NULL,
  trained_at timestamptz NOT NULL,
  promoted_at timestamptz,
  findings text NOT NULL CHECK (length(findings) <= 2000)
);

-- One model of each kind is served.
CREATE UNIQUE INDEX model_serving ON analytics.model (kind) WHERE state = 'serving';
