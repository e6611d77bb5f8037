-- Where each known person stands as a customer: a record about a person, which an export shows and an erasure deletes.
-- The job 'customers' replaces all rows; two browsers of one person may stand apart until then.
CREATE TABLE behaviour.standing (
  shopper bigint NOT NULL,
  counted_at timestamptz NOT NULL,
  purchases integer NOT NULL CHECK (purchases >= 1),
  first_purchase date NOT NULL,
  last_purchase date NOT NULL,
  total_minor_units bigint NOT NULL,
  recency smallint NOT NULL CHECK (recency BETWEEN 1 AND 5),
  frequency smallint NOT NULL CHECK (frequency BETWEEN 1 AND 5),
  monetary smallint NOT NULL CHECK (monetary BETWEEN 1 AND 5),
  segment text NOT NULL CHECK (length(segment) <= 60),
  -- Models; NULL where there was too little to learn from.
  probability_alive double precision CHECK (probability_alive BETWEEN 0 AND 1),
  value_minor_units bigint,
  churn double precision CHECK (churn BETWEEN 0 AND 1),
  churn_reasons text[] NOT NULL,
  -- Left out of campaigns, so that their effect can be measured.
  is_holdout boolean NOT NULL
);
CREATE INDEX standing_shopper ON behaviour.standing (shopper);
CREATE INDEX standing_segment ON behaviour.standing (segment, shopper);

-- Each run with its provenance and how well its models did on customers that they had not seen.
CREATE TABLE analytics.customer_run (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  made_at timestamptz NOT NULL,
  data_through date NOT NULL,
  data_digest text NOT NULL CHECK (length(data_digest) <= 64),
  code_version text NOT NULL CHECK (length(code_version) <= 64),
  customers integer NOT NULL CHECK (customers >= 0),
  figures jsonb NOT NULL,
  -- The reasons why a model gave nothing.
  notes text[] NOT NULL
);
