-- The deeds of shoppers towards products (docs/explain/behaviour.md).
-- A person stands here as a pseudonym alone: 64 bits of a hash keyed with `search_log.visitor_key`.
CREATE TABLE behaviour.event (
  -- 1: browsing, kept for months; 2: orders and ratings, kept for years.
  kept smallint NOT NULL,
  -- Of `occurred_at`, in UTC.
  day date NOT NULL,
  id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  kind text NOT NULL,
  -- NULL: nobody in particular.
  shopper bigint,
  product_id bigint NOT NULL,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000000),
  unit_minor_units bigint CHECK (unit_minor_units BETWEEN 0 AND 1000000000000),
  currency text CHECK (currency ~ '^[A-Z]{3}$'),
  stars real CHECK (stars BETWEEN 1 AND 5),
  -- The list that led to the deed: `impression.list` or `search.id`; and the product's place in it, from 1.
  list bigint,
  position integer CHECK (position BETWEEN 1 AND 1000000),
  placement text CHECK (octet_length(placement) <= 60),
  -- 64 bits of a hash of the order's number.
  basket bigint,
  -- The sender's apparent kind: only a `shopper` is learned from.
  sender text NOT NULL CHECK (sender IN ('shopper', 'robot', 'flood')),
  CONSTRAINT event_kind CHECK (CASE kept
    WHEN 1 THEN kind IN ('view', 'click', 'add_to_cart', 'remove_from_cart', 'dismiss')
    WHEN 2 THEN kind IN ('purchase', 'return', 'rating') END),
  CONSTRAINT event_day CHECK (day = (occurred_at AT TIME ZONE 'UTC')::date),
  CONSTRAINT event_price CHECK ((unit_minor_units IS NULL) = (currency IS NULL)),
  CONSTRAINT event_stars CHECK ((stars IS NOT NULL) = (kind = 'rating')),
  PRIMARY KEY (kept, day, id)
) PARTITION BY LIST (kept);
CREATE TABLE behaviour.event_browsing PARTITION OF behaviour.event FOR VALUES IN (1) PARTITION BY RANGE (day);
CREATE TABLE behaviour.event_order PARTITION OF behaviour.event FOR VALUES IN (2) PARTITION BY RANGE (day);
CREATE INDEX event_shopper ON behaviour.event (shopper, occurred_at);
CREATE INDEX event_product ON behaviour.event (product_id, occurred_at);

-- A list as it was shown, other than a search's results.
CREATE TABLE behaviour.impression (
  day date NOT NULL,
  id uuid NOT NULL,
  -- Clicks name it.
  list bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  shopper bigint,
  placement text NOT NULL CHECK (placement <> '' AND octet_length(placement) <= 60),
  -- The model or order that ranked the list.
  ranked_by text NOT NULL DEFAULT '' CHECK (octet_length(ranked_by) <= 120),
  first_position integer NOT NULL CHECK (first_position BETWEEN 1 AND 1000000),
  products bigint[] NOT NULL CHECK (cardinality(products) BETWEEN 1 AND 100),
  sender text NOT NULL CHECK (sender IN ('shopper', 'robot', 'flood')),
  CONSTRAINT impression_day CHECK (day = (occurred_at AT TIME ZONE 'UTC')::date),
  PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);
CREATE INDEX impression_shopper ON behaviour.impression (shopper);

-- Events about products that the catalog does not have, perhaps not yet.
CREATE TABLE behaviour.event_aside (
  id uuid PRIMARY KEY,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  kind text NOT NULL,
  shopper bigint,
  -- The product as the event names it: an id, or a SKU or code of the retailer's.
  product_id bigint,
  sku text,
  quantity integer NOT NULL,
  unit_minor_units bigint,
  currency text,
  stars real,
  list bigint,
  position integer,
  placement text,
  basket bigint,
  sender text NOT NULL,
  CHECK (num_nonnulls(product_id, sku) = 1 AND octet_length(sku) <= 400)
);
CREATE INDEX event_aside_received_at ON behaviour.event_aside (received_at);
CREATE INDEX event_aside_shopper ON behaviour.event_aside (shopper);

-- The deeds of people who want no record, and of people who were erased: sums alone.
CREATE TABLE behaviour.anonymous_day (
  day date NOT NULL,
  kind text NOT NULL,
  -- 0: the deed is about no product of the catalog.
  product_id bigint NOT NULL,
  deeds bigint NOT NULL CHECK (deeds > 0),
  PRIMARY KEY (day, kind, product_id)
);

-- The customer that a visitor is, from the sign-in on.
CREATE TABLE behaviour.identity (
  visitor bigint PRIMARY KEY,
  customer bigint NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX identity_customer ON behaviour.identity (customer);

-- Makes the partitions that days need: one a day of browsing and impressions, one a month of orders. Repeatable.
CREATE FUNCTION behaviour.make_partitions(parent text, days date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  step interval := CASE parent WHEN 'event_order' THEN interval '1 month' ELSE interval '1 day' END;
  first date;
  name text;
BEGIN
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
-- The products bought together.
CREATE INDEX event_order_basket ON behaviour.event_order (basket) WHERE basket IS NOT NULL;

-- A click on a product that a search showed is an event as any other: there is one store of deeds.
SELECT behaviour.make_partitions('event_browsing', ARRAY(
  SELECT DISTINCT (clicked_at AT TIME ZONE 'UTC')::date FROM behaviour.search_click));
INSERT INTO behaviour.event
  (kept, day, id, occurred_at, kind, shopper, product_id, quantity, list, position, placement, sender)
SELECT 1, (clicked_at AT TIME ZONE 'UTC')::date, md5(search_id || ' ' || product_id)::uuid, clicked_at, 'click', visitor,
  product_id, 1, search_id, rank, 'search', 'shopper'
FROM behaviour.search_click JOIN behaviour.search ON search.id = search_id WHERE rank <= 1000000;
DROP TABLE behaviour.search_click;
-- The clicks on a search's results, for its counts.
CREATE INDEX event_browsing_list ON behaviour.event_browsing (list) WHERE list IS NOT NULL;
