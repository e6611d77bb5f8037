-- The records that ranking learns from (docs/explain/ranking.md).
-- The feature values of what a search showed, a row of 2-byte numbers for each of its products. They go with the search.
CREATE TABLE behaviour.search_features (
  search_id bigint PRIMARY KEY REFERENCES behaviour.search (id) ON DELETE CASCADE,
  searched_at timestamptz NOT NULL,
  -- The model that ranked.
  ranked_by text NOT NULL CHECK (octet_length(ranked_by) BETWEEN 1 AND 120),
  -- The number of the set of features.
  schema smallint NOT NULL CHECK (schema > 0),
  features bytea NOT NULL CHECK (octet_length(features) BETWEEN 2 AND 100000)
);
CREATE INDEX search_features_searched_at ON behaviour.search_features (searched_at);

-- Shoppers' deeds with each product in the last half year, as counted last.
CREATE TABLE analytics.product_conduct (
  product_id bigint PRIMARY KEY,
  interest_7 double precision NOT NULL CHECK (interest_7 >= 0),
  interest_30 double precision NOT NULL CHECK (interest_30 >= 0),
  interest_180 double precision NOT NULL CHECK (interest_180 >= 0),
  views bigint NOT NULL CHECK (views >= 0),
  purchases bigint NOT NULL CHECK (purchases >= 0),
  -- Clicks in lists, and looks: the chances of a look at the places where the product was shown.
  clicks bigint NOT NULL CHECK (clicks >= 0),
  looks double precision NOT NULL CHECK (looks >= 0)
);
CREATE TABLE analytics.conduct_count (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  counted_at timestamptz NOT NULL
);
