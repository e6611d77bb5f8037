-- Sums of the history by the shop's own day, for dashboards and reports (docs/explain/reporting.md).
-- Money is that of events with a price, in minor units of the row's currency.
CREATE TABLE analytics.trade_day (
  day date NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  orders bigint NOT NULL,
  -- Orders of people who are known, and those of them who had ordered on a day before.
  known_orders bigint NOT NULL,
  returning_orders bigint NOT NULL,
  units bigint NOT NULL,
  sold bigint NOT NULL,
  returned_units bigint NOT NULL,
  returned bigint NOT NULL,
  -- Net sales of products with a known cost, and that cost.
  costed bigint NOT NULL,
  cost bigint NOT NULL,
  -- Sales of products on which the person had clicked in a search, or in a row of recommendations, in the 24 hours before.
  searched bigint NOT NULL,
  recommended bigint NOT NULL,
  PRIMARY KEY (day, currency)
);

CREATE TABLE analytics.trade_product_day (
  day date NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  product_id bigint NOT NULL,
  units bigint NOT NULL,
  sold bigint NOT NULL,
  returned_units bigint NOT NULL,
  returned bigint NOT NULL,
  costed bigint NOT NULL,
  cost bigint NOT NULL,
  searched bigint NOT NULL,
  recommended bigint NOT NULL,
  PRIMARY KEY (day, currency, product_id)
);
CREATE INDEX trade_product_day_product ON analytics.trade_product_day (product_id, day);

-- A visit is a person's day. The funnel's steps are of one visit.
CREATE TABLE analytics.visit_day (
  day date PRIMARY KEY,
  visits bigint NOT NULL,
  carts bigint NOT NULL,
  purchases bigint NOT NULL
);

-- One row: the last counting.
CREATE TABLE analytics.rollup (
  is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
  time_zone text NOT NULL CHECK (length(time_zone) <= 64),
  counted_at timestamptz NOT NULL
);
