-- What was searched for and clicked, and its counts by day (docs/explain/query-log.md).
-- Each search as it was answered. Its rows go after 30 days at the latest, and with them who searched.
CREATE TABLE behaviour.search (
  -- Random: it goes out with the answer and comes back with clicks.
  id bigint PRIMARY KEY,
  searched_at timestamptz NOT NULL,
  -- A part of the visitor's number, hashed with `search_log.visitor_key`; NULL: nobody in particular.
  visitor bigint,
  query text NOT NULL CHECK (query <> '' AND octet_length(query) <= 2000),
  outcome text NOT NULL CHECK (outcome IN ('found', 'corrected', 'relaxed', 'nothing')),
  total integer NOT NULL CHECK (total >= 0),
  filter_count smallint NOT NULL CHECK (filter_count >= 0),
  first_rank integer NOT NULL CHECK (first_rank > 0),
  products bigint[] NOT NULL CHECK (cardinality(products) <= 100)
);
CREATE INDEX search_searched_at ON behaviour.search (searched_at);
-- What a visitor searched for next.
CREATE INDEX search_visitor ON behaviour.search (visitor, searched_at) WHERE visitor IS NOT NULL;
CREATE INDEX search_unanswered ON behaviour.search (query, searched_at) WHERE outcome IN ('relaxed', 'nothing');

-- A product that a search led to. No foreign key: both tables are emptied by age, in batches.
CREATE TABLE behaviour.search_click (
  search_id bigint NOT NULL,
  product_id bigint NOT NULL,
  searched_at timestamptz NOT NULL,
  clicked_at timestamptz NOT NULL,
  rank integer NOT NULL CHECK (rank > 0),
  PRIMARY KEY (search_id, product_id)
);
CREATE INDEX search_click_searched_at ON behaviour.search_click (searched_at);

-- A search here is one visitor's query on one day (UTC), however often its pages were looked at.
CREATE TABLE behaviour.search_day (
  day date NOT NULL,
  -- '': queries of few visitors, once they are old.
  query text NOT NULL,
  searches integer NOT NULL CHECK (searches > 0),
  visitors integer NOT NULL CHECK (visitors BETWEEN 0 AND searches),
  found_nothing integer NOT NULL CHECK (found_nothing BETWEEN 0 AND searches),
  relaxed integer NOT NULL CHECK (relaxed BETWEEN 0 AND searches),
  corrected integer NOT NULL CHECK (corrected BETWEEN 0 AND searches),
  clicked integer NOT NULL CHECK (clicked BETWEEN 0 AND searches),
  reciprocal_ranks double precision NOT NULL CHECK (reciprocal_ranks >= 0),
  PRIMARY KEY (day, query)
);
-- What suggestions may show.
CREATE INDEX search_day_popular ON behaviour.search_day (day) WHERE visitors >= 3;

CREATE TABLE behaviour.search_log (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- Whoever has it can tell whether a visitor's number is one of the hashed ones.
  visitor_key bytea NOT NULL DEFAULT decode(
    replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'),
  rolled_up_at timestamptz
);
INSERT INTO behaviour.search_log DEFAULT VALUES;
