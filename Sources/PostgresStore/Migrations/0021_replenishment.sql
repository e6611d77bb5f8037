-- Forecasts of demand, and orders to suppliers (docs/howto/replenishment.md).
CREATE SCHEMA purchasing;

-- A forecast of all products with its provenance and its backtest.
CREATE TABLE analytics.forecast_run (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  made_at timestamptz NOT NULL,
  data_through date NOT NULL,
  data_digest text NOT NULL CHECK (length(data_digest) <= 64),
  code_version text NOT NULL CHECK (length(code_version) <= 64),
  -- 64 bits without a sign.
  seed numeric(20) NOT NULL,
  horizon integer NOT NULL CHECK (horizon BETWEEN 1 AND 366),
  coverage double precision NOT NULL CHECK (coverage BETWEEN 0 AND 1),
  products integer NOT NULL CHECK (products >= 0),
  -- NULL: the gate passed it.
  refusal text CHECK (length(refusal) <= 500),
  -- The backtest by class and model.
  figures jsonb NOT NULL
);

CREATE TABLE analytics.forecast (
  run_number bigint NOT NULL REFERENCES analytics.forecast_run ON DELETE CASCADE,
  -- The product may go; its forecast is a record.
  product_id bigint NOT NULL,
  demand_class text NOT NULL CHECK (length(demand_class) <= 20),
  first_day date NOT NULL,
  -- Units by day; the bounds are NULL before any error of a past forecast is known.
  mean double precision[] NOT NULL CHECK (cardinality(mean) <= 366),
  lower double precision[] CHECK (cardinality(lower) <= 366),
  upper double precision[] CHECK (cardinality(upper) <= 366),
  weights jsonb NOT NULL,
  note text CHECK (length(note) <= 500),
  -- The reason why there is none: a day of the history is not plausible.
  refusal text CHECK (length(refusal) <= 500),
  PRIMARY KEY (run_number, product_id)
);

-- The stock of a product at the end of a day: a day without stock says nothing about demand.
CREATE TABLE analytics.stock_day (
  day date NOT NULL,
  product_id bigint NOT NULL,
  on_hand bigint NOT NULL CHECK (on_hand >= 0),
  PRIMARY KEY (product_id, day)
);

CREATE TABLE purchasing.supplier (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_-]*$' AND length(code) <= 60),
  name text NOT NULL CHECK (btrim(name) <> '' AND length(name) <= 200),
  lead_time_days double precision NOT NULL CHECK (lead_time_days BETWEEN 0 AND 730),
  lead_time_deviation_days double precision NOT NULL CHECK (lead_time_deviation_days BETWEEN 0 AND 730),
  review_days integer NOT NULL CHECK (review_days BETWEEN 1 AND 730),
  -- In the shop's currency.
  minimum_order_minor_units bigint NOT NULL CHECK (minimum_order_minor_units BETWEEN 0 AND 1000000000000),
  pack_size integer NOT NULL CHECK (pack_size BETWEEN 1 AND 100000),
  minimum_units integer NOT NULL CHECK (minimum_units BETWEEN 0 AND 100000)
);

-- The supplier of a brand's products.
CREATE TABLE purchasing.supply (
  brand_id bigint PRIMARY KEY REFERENCES catalog.brand ON DELETE CASCADE,
  supplier_id bigint NOT NULL REFERENCES purchasing.supplier ON DELETE CASCADE
);
CREATE INDEX supply_supplier ON purchasing.supply (supplier_id);

-- The latest plan: a row for each product, as the job wrote it.
CREATE TABLE purchasing.plan (
  product_id bigint PRIMARY KEY REFERENCES catalog.product ON DELETE CASCADE,
  run_number bigint NOT NULL,
  made_at timestamptz NOT NULL,
  supplier_id bigint REFERENCES purchasing.supplier ON DELETE SET NULL,
  class text NOT NULL CHECK (class IN ('A', 'B', 'C')),
  on_hand bigint NOT NULL,
  on_order bigint NOT NULL,
  -- Units a day in the forecast's first 28 days.
  daily_demand double precision NOT NULL,
  cover_days double precision,
  stockout_day date,
  earliest_stockout_day date,
  -- Of running out before an order of today arrives.
  stockout_probability double precision NOT NULL CHECK (stockout_probability BETWEEN 0 AND 1),
  -- The price of the units that will likely be missed until then.
  shortage_minor_units bigint NOT NULL,
  overstock_units bigint NOT NULL,
  overstock_minor_units bigint NOT NULL,
  is_markdown_candidate boolean NOT NULL,
  -- The job's units, and the buyer's; both 0 where nothing is missing.
  proposed_units integer NOT NULL CHECK (proposed_units BETWEEN 0 AND 100000),
  units integer NOT NULL CHECK (units BETWEEN 0 AND 100000),
  unit_cost_minor_units bigint CHECK (unit_cost_minor_units >= 0),
  reason text NOT NULL CHECK (length(reason) <= 1000),
  -- The reason why nothing is proposed, where something is wrong.
  refusal text CHECK (length(refusal) <= 500)
);
CREATE INDEX plan_supplier ON purchasing.plan (supplier_id);

-- Revisions of proposals: a plan makes proposals anew, and none of them takes the revision of an earlier one.
CREATE SEQUENCE purchasing.proposal_revision AS integer;

-- A supplier's proposal as a whole; its lines are the plan's rows with units.
CREATE TABLE purchasing.proposal (
  supplier_id bigint PRIMARY KEY REFERENCES purchasing.supplier ON DELETE CASCADE,
  run_number bigint NOT NULL,
  made_at timestamptz NOT NULL,
  -- Each change takes another: two people do not overwrite each other's, and nobody orders lines of a later plan.
  revision integer NOT NULL DEFAULT nextval('purchasing.proposal_revision'),
  -- The buyer who changed it: the job leaves it as it is then.
  edited_by text CHECK (length(edited_by) <= 100),
  note text CHECK (length(note) <= 500)
);

CREATE TABLE purchasing.purchase_order (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  supplier_id bigint NOT NULL REFERENCES purchasing.supplier,
  state text NOT NULL CHECK (state IN ('ordered', 'received', 'cancelled')),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  ordered_at timestamptz NOT NULL,
  ordered_by text NOT NULL CHECK (length(ordered_by) <= 100),
  expected_on date NOT NULL,
  revision integer NOT NULL DEFAULT 1
);
CREATE INDEX purchase_order_supplier ON purchasing.purchase_order (supplier_id);

CREATE TABLE purchasing.purchase_order_line (
  order_number bigint NOT NULL REFERENCES purchasing.purchase_order,
  -- A variant may go; its order is a record.
  variant_id bigint NOT NULL,
  product_id bigint NOT NULL,
  sku text NOT NULL CHECK (length(sku) <= 400),
  title text NOT NULL,
  units integer NOT NULL CHECK (units BETWEEN 1 AND 100000),
  received_units integer NOT NULL DEFAULT 0 CHECK (received_units BETWEEN 0 AND 100000),
  unit_cost_minor_units bigint NOT NULL CHECK (unit_cost_minor_units >= 0),
  PRIMARY KEY (order_number, variant_id)
);
CREATE INDEX purchase_order_line_variant ON purchasing.purchase_order_line (variant_id);

-- Movements of stock. Rows are only added; `on_hand_after` is the balance that the movement left.
CREATE TABLE inventory.stock_entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  variant_id bigint NOT NULL,
  warehouse_id bigint NOT NULL REFERENCES inventory.warehouse,
  units bigint NOT NULL CHECK (units <> 0),
  on_hand_after bigint NOT NULL CHECK (on_hand_after >= 0),
  reason text NOT NULL CHECK (reason IN ('receipt')),
  reference text NOT NULL CHECK (length(reference) <= 100),
  actor text NOT NULL CHECK (length(actor) <= 100)
);
CREATE INDEX stock_entry_variant ON inventory.stock_entry (variant_id, id);

CREATE FUNCTION inventory.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a movement of stock is never changed or deleted: add the opposite one';
END $$;
CREATE TRIGGER stock_entry_immutable BEFORE UPDATE OR DELETE ON inventory.stock_entry
  FOR EACH ROW EXECUTE FUNCTION inventory.refuse_change();

-- Takes goods in: the movement and the balance in one. It runs with the rights of the tables' owner, because the process
-- that serves the console may not write stock by itself, nor note the change for the index.
CREATE FUNCTION inventory.receive(
  variant bigint, warehouse bigint, count bigint, reference text, actor text, moment timestamptz
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  after bigint;
BEGIN
  IF count IS NULL OR count NOT BETWEEN 1 AND 100000 THEN
    RAISE EXCEPTION 'a receipt is of 1 to 100000 units, not of %', count USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO inventory.stock AS stock (variant_id, warehouse_id, on_hand) VALUES (variant, warehouse, count)
  ON CONFLICT (variant_id, warehouse_id) DO UPDATE SET on_hand = stock.on_hand + count
  RETURNING on_hand INTO after;
  INSERT INTO inventory.stock_entry (at, variant_id, warehouse_id, units, on_hand_after, reason, reference, actor)
  VALUES (moment, variant, warehouse, count, after, 'receipt', reference, actor);
END $$;
REVOKE EXECUTE ON FUNCTION inventory.receive FROM PUBLIC;
