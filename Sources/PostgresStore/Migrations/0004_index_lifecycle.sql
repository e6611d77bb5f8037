-- What the indexer needs to be stopped, taken over, rolled back and audited; changes that touch many products are
-- handed out in batches.

ALTER TABLE indexing.generation
  -- The mapping it was built with, so that a change can be said and not only noticed.
  ADD COLUMN mapping text NOT NULL DEFAULT '{}',
  -- All products up to this one are in the index; the largest number: all are.
  ADD COLUMN loaded_through bigint NOT NULL DEFAULT 0,
  -- What the gate saw when it let the generation through.
  ADD COLUMN checks text;

ALTER TABLE indexing.dead_letter ADD COLUMN document text;

-- Who holds a lease. The lock itself is an advisory lock of the holder's session, which ends with it.
CREATE TABLE indexing.lease (
  name text PRIMARY KEY,
  holder text NOT NULL,
  acquired_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- By product first, for compaction looks for a product's other entries.
ALTER TABLE indexing.outbox DROP CONSTRAINT outbox_once;
ALTER TABLE indexing.outbox ADD CONSTRAINT outbox_once UNIQUE (product_id, transaction_id);

-- Verify reads products bucket by bucket.
CREATE INDEX product_audit_bucket ON catalog.product ((id % 1024));

-- The products that have a document, as ProductSnapshot.isSearchable has it.
CREATE VIEW indexing.searchable_product AS
SELECT id, document_version FROM catalog.product
WHERE EXISTS (SELECT 1 FROM catalog.variant WHERE product_id = product.id)
  AND (lifecycle = 'listed' OR lifecycle = 'discontinued' AND EXISTS (
    SELECT 1 FROM catalog.variant JOIN inventory.stock ON variant_id = variant.id
    WHERE product_id = product.id GROUP BY variant.id HAVING sum(on_hand - reserved) > 0));

-- A row that many products' documents show has changed. Which products these are is read after the change was
-- committed: a product that came to the row meanwhile is then either found here or noted by its own trigger.
CREATE TABLE indexing.fan_out (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('brand', 'category', 'attribute', 'category_attribute', 'price_list')),
  subjects bigint[] NOT NULL,
  -- Of a category_attribute: the attributes beside the categories.
  attributes bigint[],
  noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Products whose documents are to be made anew, in batches.
CREATE TABLE indexing.fan_out_product (product_id bigint PRIMARY KEY);

-- Up to this moment prices that began or ended were noted.
CREATE TABLE indexing.price_clock (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  looked_through timestamptz NOT NULL
);
INSERT INTO indexing.price_clock (looked_through) VALUES (now());
CREATE INDEX price_valid_from ON pricing.price (valid_from) WHERE valid_from IS NOT NULL;
CREATE INDEX price_valid_until ON pricing.price (valid_until) WHERE valid_until IS NOT NULL;

CREATE FUNCTION indexing.fan_out_from(kind text, subjects bigint[], attributes bigint[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF subjects IS NULL OR cardinality(subjects) = 0 THEN RETURN; END IF;
  INSERT INTO indexing.fan_out (kind, subjects, attributes) VALUES (kind, subjects, attributes);
  NOTIFY indexing_outbox;
END $$;

-- A brand's name stands in the documents of its products; a brand that is deleted leaves them by their foreign key.
CREATE OR REPLACE FUNCTION indexing.note_brand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM indexing.fan_out_from('brand', ARRAY(
    SELECT id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE before.name IS DISTINCT FROM after.name));
  RETURN NULL;
END $$;

-- A category's name, slug and parent stand in the path of every product in it and below it.
CREATE OR REPLACE FUNCTION indexing.note_category() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM indexing.fan_out_from('category', ARRAY(
    SELECT id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE (before.parent_id, before.slug, before.name) IS DISTINCT FROM (after.parent_id, after.slug, after.name)));
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION indexing.note_attribute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM indexing.fan_out_from('attribute', ARRAY(
    SELECT id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE (before.code, before.name, before.type, before.unit, before.is_facet, before.position)
      IS DISTINCT FROM (after.code, after.name, after.type, after.unit, after.is_facet, after.position)));
  RETURN NULL;
END $$;

-- A row that says nothing of its own (facet, position, unit) changes no document: imports add many.
CREATE OR REPLACE FUNCTION indexing.note_category_attribute() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  categories bigint[];
  attributes bigint[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT category_id), array_agg(DISTINCT attribute_id) INTO categories, attributes
    FROM new_rows WHERE num_nonnulls(is_facet, position, unit) > 0;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT category_id), array_agg(DISTINCT attribute_id) INTO categories, attributes
    FROM old_rows WHERE num_nonnulls(is_facet, position, unit) > 0;
  ELSE
    SELECT array_agg(DISTINCT category_id), array_agg(DISTINCT attribute_id) INTO categories, attributes FROM (
      (SELECT * FROM old_rows EXCEPT SELECT * FROM new_rows)
      UNION ALL
      (SELECT * FROM new_rows EXCEPT SELECT * FROM old_rows)) AS changed;
  END IF;
  PERFORM indexing.fan_out_from('category_attribute', categories, attributes);
  RETURN NULL;
END $$;

-- A price list's code stands beside each price in the document.
CREATE OR REPLACE FUNCTION indexing.note_price_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM indexing.fan_out_from('price_list', ARRAY(
    SELECT id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE (before.code, before.currency) IS DISTINCT FROM (after.code, after.currency)));
  RETURN NULL;
END $$;

-- The products that a change touches, as they are now.
CREATE FUNCTION indexing.products_of(change indexing.fan_out) RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  CASE change.kind
    WHEN 'brand' THEN
      RETURN QUERY SELECT id FROM catalog.product WHERE brand_id = ANY (change.subjects);
    WHEN 'category' THEN
      RETURN QUERY SELECT * FROM indexing.products_below(change.subjects);
    WHEN 'attribute' THEN
      RETURN QUERY SELECT * FROM indexing.products_with_attributes(change.subjects);
    WHEN 'category_attribute' THEN
      RETURN QUERY SELECT * FROM indexing.products_below(change.subjects)
        INTERSECT SELECT * FROM indexing.products_with_attributes(change.attributes);
    WHEN 'price_list' THEN
      RETURN QUERY SELECT product_id FROM pricing.price JOIN catalog.variant ON variant.id = variant_id
        WHERE list_id = ANY (change.subjects);
  END CASE;
END $$;

-- Puts the products of all committed changes in line for their batch; gives how many changes these were.
CREATE FUNCTION indexing.line_up_fan_out() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  change indexing.fan_out;
  changes bigint := 0;
BEGIN
  FOR change IN SELECT * FROM indexing.fan_out ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED LOOP
    -- In order, so that two who do this at once wait rather than deadlock.
    INSERT INTO indexing.fan_out_product
    SELECT product_id FROM (SELECT DISTINCT product_id FROM indexing.products_of(change) AS product_id) AS product
    ORDER BY product_id ON CONFLICT DO NOTHING;
    DELETE FROM indexing.fan_out WHERE id = change.id;
    changes := changes + 1;
  END LOOP;
  RETURN changes;
END $$;

-- Puts in line the products with a price whose validity began or ended by `moment` and that were not noted for it.
CREATE FUNCTION indexing.line_up_price_changes(moment timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  before timestamptz;
  products bigint;
BEGIN
  SELECT looked_through INTO before FROM indexing.price_clock FOR UPDATE;
  IF moment <= before THEN RETURN 0; END IF;
  INSERT INTO indexing.fan_out_product
  SELECT product_id FROM (
    SELECT product_id FROM pricing.price JOIN catalog.variant ON variant.id = variant_id
    WHERE valid_from > before AND valid_from <= moment
    UNION
    SELECT product_id FROM pricing.price JOIN catalog.variant ON variant.id = variant_id
    WHERE valid_until > before AND valid_until <= moment) AS product
  ORDER BY product_id ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS products = ROW_COUNT;
  UPDATE indexing.price_clock SET looked_through = moment;
  RETURN products;
END $$;

-- Notes the next products in line as changed; gives how many these were.
CREATE FUNCTION indexing.note_fan_out(most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  products bigint[];
BEGIN
  WITH next AS (
    SELECT product_id FROM indexing.fan_out_product ORDER BY product_id LIMIT most FOR UPDATE SKIP LOCKED
  ), taken AS (
    DELETE FROM indexing.fan_out_product USING next WHERE fan_out_product.product_id = next.product_id
    RETURNING fan_out_product.product_id
  )
  SELECT array_agg(product_id) INTO products FROM taken;
  PERFORM indexing.note_change(products);
  RETURN coalesce(cardinality(products), 0);
END $$;
