-- The outbox, filled by triggers from every table that feeds a product's document, and the indexer's ledger.
CREATE TABLE indexing.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id bigint NOT NULL,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- One row a product and transaction; the triggers lean on it.
  CONSTRAINT outbox_once UNIQUE (transaction_id, product_id)
);
CREATE INDEX outbox_order ON indexing.outbox (transaction_id, id);

CREATE TABLE indexing.generation (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alias text NOT NULL,
  index_name text NOT NULL CONSTRAINT generation_index_name_key UNIQUE,
  mapping_hash text NOT NULL,
  cursor_transaction_id xid8 NOT NULL,
  cursor_id bigint NOT NULL,
  state text NOT NULL DEFAULT 'building' CHECK (state IN ('building', 'live', 'retired', 'failed')),
  created_at timestamptz NOT NULL DEFAULT now(),
  swapped_in_at timestamptz
);
-- An alias points to one index.
CREATE UNIQUE INDEX generation_live_key ON indexing.generation (alias) WHERE state = 'live';

CREATE TABLE indexing.dead_letter (
  generation_number bigint NOT NULL REFERENCES indexing.generation (number) ON DELETE CASCADE,
  product_id bigint NOT NULL,
  document_version bigint NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (generation_number, product_id)
);

-- Notes that these products' documents changed: one outbox row and one version up for each product and transaction,
-- however many statements and tables had a part in it. A product that is gone leaves its outbox row alone.
CREATE FUNCTION indexing.note_change(products bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  fresh bigint[];
BEGIN
  IF products IS NULL OR cardinality(products) = 0 THEN RETURN; END IF;
  WITH noted AS (
    INSERT INTO indexing.outbox (product_id)
    SELECT DISTINCT product FROM unnest(products) AS product WHERE product IS NOT NULL ORDER BY product
    ON CONFLICT ON CONSTRAINT outbox_once DO NOTHING
    RETURNING product_id
  )
  SELECT array_agg(product_id) INTO fresh FROM noted;
  IF fresh IS NULL THEN RETURN; END IF;
  -- In the order of the ids, so that two transactions that touch the same products wait rather than deadlock.
  PERFORM 1 FROM catalog.product WHERE id = ANY (fresh) ORDER BY id FOR NO KEY UPDATE;
  UPDATE catalog.product SET document_version = document_version + 1, updated_at = clock_timestamp()
  WHERE id = ANY (fresh);
  NOTIFY indexing_outbox;
END $$;

-- The products of a category and of all below it.
CREATE FUNCTION indexing.products_below(categories bigint[]) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
  WITH RECURSIVE below AS (
    SELECT unnest(categories) AS id
    UNION
    SELECT child.id FROM catalog.category AS child JOIN below ON child.parent_id = below.id
  )
  SELECT product_id FROM catalog.product_category JOIN below ON category_id = below.id
$$;

-- The trigger functions. In each, old_rows and new_rows are the statement's transition tables; a row that an UPDATE
-- left as it was is no change.

CREATE FUNCTION indexing.note_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    -- A new product has its first version already.
    INSERT INTO indexing.outbox (product_id) SELECT id FROM new_rows ORDER BY id
    ON CONFLICT ON CONSTRAINT outbox_once DO NOTHING;
    IF FOUND THEN NOTIFY indexing_outbox; END IF;
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM indexing.note_change(ARRAY(SELECT id FROM old_rows));
  ELSE
    PERFORM indexing.note_change(ARRAY(
      SELECT after.id FROM old_rows AS before JOIN new_rows AS after USING (id)
      WHERE (before.source, before.code, before.title, before.summary, before.brand_id, before.rating_average, before.rating_count,
             before.popularity, before.lifecycle, before.for_shops, before.for_companies, before.released_at, before.created_at)
        IS DISTINCT FROM
            (after.source, after.code, after.title, after.summary, after.brand_id, after.rating_average, after.rating_count,
             after.popularity, after.lifecycle, after.for_shops, after.for_companies, after.released_at, after.created_at)));
  END IF;
  RETURN NULL;
END $$;

-- For tables with a product_id; every column of theirs feeds the document.
CREATE FUNCTION indexing.note_product_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM indexing.note_change(ARRAY(SELECT DISTINCT product_id FROM new_rows));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM indexing.note_change(ARRAY(SELECT DISTINCT product_id FROM old_rows));
  ELSE
    PERFORM indexing.note_change(ARRAY(
      SELECT product_id FROM (SELECT * FROM old_rows EXCEPT SELECT * FROM new_rows) AS gone
      UNION
      SELECT product_id FROM (SELECT * FROM new_rows EXCEPT SELECT * FROM old_rows) AS come));
  END IF;
  RETURN NULL;
END $$;

-- For tables with a variant_id; every column of theirs feeds the document. Where the variant went with its parts, the
-- variant's own trigger notes the product.
CREATE FUNCTION indexing.note_variant_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  variants bigint[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    variants := ARRAY(SELECT DISTINCT variant_id FROM new_rows);
  ELSIF TG_OP = 'DELETE' THEN
    variants := ARRAY(SELECT DISTINCT variant_id FROM old_rows);
  ELSE
    variants := ARRAY(
      SELECT variant_id FROM (SELECT * FROM old_rows EXCEPT SELECT * FROM new_rows) AS gone
      UNION
      SELECT variant_id FROM (SELECT * FROM new_rows EXCEPT SELECT * FROM old_rows) AS come);
  END IF;
  PERFORM indexing.note_change(ARRAY(SELECT DISTINCT product_id FROM catalog.variant WHERE id = ANY (variants)));
  RETURN NULL;
END $$;

-- A brand's name stands in the documents of its products; a brand that is deleted leaves them by their foreign key.
CREATE FUNCTION indexing.note_brand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM indexing.note_change(ARRAY(
    SELECT product.id FROM old_rows AS before JOIN new_rows AS after USING (id) JOIN catalog.product ON brand_id = after.id
    WHERE before.name IS DISTINCT FROM after.name));
  RETURN NULL;
END $$;

-- A category's name, slug and parent stand in the path of every product in it and below it.
CREATE FUNCTION indexing.note_category() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM indexing.note_change(ARRAY(SELECT * FROM indexing.products_below(ARRAY(
    SELECT after.id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE (before.parent_id, before.slug, before.name) IS DISTINCT FROM (after.parent_id, after.slug, after.name)))));
  RETURN NULL;
END $$;

-- The products that have a value of these attributes, or a variant with such an option.
CREATE FUNCTION indexing.products_with_attributes(attributes bigint[]) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
  SELECT product_id FROM catalog.product_attribute WHERE attribute_id = ANY (attributes)
  UNION
  SELECT product_id FROM catalog.variant_option JOIN catalog.variant ON variant.id = variant_id
  WHERE attribute_id = ANY (attributes)
$$;

CREATE FUNCTION indexing.note_attribute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM indexing.note_change(ARRAY(SELECT * FROM indexing.products_with_attributes(ARRAY(
    SELECT after.id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE (before.code, before.name, before.type, before.unit, before.is_facet, before.position)
      IS DISTINCT FROM (after.code, after.name, after.type, after.unit, after.is_facet, after.position)))));
  RETURN NULL;
END $$;

-- A row that says nothing of its own (facet, position, unit) changes no document: imports add many.
CREATE FUNCTION indexing.note_category_attribute() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  categories bigint[];
  attributes bigint[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(category_id), array_agg(attribute_id) INTO categories, attributes
    FROM new_rows WHERE num_nonnulls(is_facet, position, unit) > 0;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(category_id), array_agg(attribute_id) INTO categories, attributes
    FROM old_rows WHERE num_nonnulls(is_facet, position, unit) > 0;
  ELSE
    SELECT array_agg(category_id), array_agg(attribute_id) INTO categories, attributes FROM (
      (SELECT * FROM old_rows EXCEPT SELECT * FROM new_rows)
      UNION ALL
      (SELECT * FROM new_rows EXCEPT SELECT * FROM old_rows)) AS changed;
  END IF;
  IF categories IS NOT NULL THEN
    PERFORM indexing.note_change(ARRAY(
      SELECT * FROM indexing.products_below(categories)
      INTERSECT
      SELECT * FROM indexing.products_with_attributes(attributes)));
  END IF;
  RETURN NULL;
END $$;

-- A price list's code stands beside each price in the document.
CREATE FUNCTION indexing.note_price_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM indexing.note_change(ARRAY(
    SELECT DISTINCT product_id FROM old_rows AS before JOIN new_rows AS after USING (id)
    JOIN pricing.price ON list_id = after.id JOIN catalog.variant ON variant.id = variant_id
    WHERE (before.code, before.currency) IS DISTINCT FROM (after.code, after.currency)));
  RETURN NULL;
END $$;

CREATE FUNCTION indexing.refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table %.% feeds documents and TRUNCATE tells no trigger which: use DELETE', TG_TABLE_SCHEMA,
    TG_TABLE_NAME USING ERRCODE = 'feature_not_supported';
END $$;

-- Puts the function on the table for each of the events, with the transition tables that the event has.
CREATE FUNCTION indexing.watch(feeding regclass, noter regproc, VARIADIC events text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  event text;
BEGIN
  FOREACH event IN ARRAY events LOOP
    EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION %s()',
      'note_' || lower(event), event, feeding,
      CASE event
        WHEN 'INSERT' THEN 'NEW TABLE AS new_rows'
        WHEN 'DELETE' THEN 'OLD TABLE AS old_rows'
        ELSE 'OLD TABLE AS old_rows NEW TABLE AS new_rows'
      END, noter);
  END LOOP;
  EXECUTE format(
    'CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate()',
    feeding);
END $$;

SELECT FROM indexing.watch('catalog.product', 'indexing.note_product', 'INSERT', 'UPDATE', 'DELETE');
SELECT FROM indexing.watch('catalog.product_category', 'indexing.note_product_part', 'INSERT', 'UPDATE', 'DELETE');
SELECT FROM indexing.watch('catalog.product_picture', 'indexing.note_product_part', 'INSERT', 'UPDATE', 'DELETE');
SELECT FROM indexing.watch('catalog.product_attribute', 'indexing.note_product_part', 'INSERT', 'UPDATE', 'DELETE');
SELECT FROM indexing.watch('catalog.variant', 'indexing.note_product_part', 'INSERT', 'UPDATE', 'DELETE');
SELECT FROM indexing.watch('catalog.variant_option', 'indexing.note_variant_part', 'INSERT', 'UPDATE', 'DELETE');
SELECT FROM indexing.watch('inventory.stock', 'indexing.note_variant_part', 'INSERT', 'UPDATE', 'DELETE');
SELECT FROM indexing.watch('pricing.price', 'indexing.note_variant_part', 'INSERT', 'UPDATE', 'DELETE');
SELECT FROM indexing.watch('catalog.brand', 'indexing.note_brand', 'UPDATE');
SELECT FROM indexing.watch('catalog.category', 'indexing.note_category', 'UPDATE');
SELECT FROM indexing.watch('catalog.attribute', 'indexing.note_attribute', 'UPDATE');
SELECT FROM indexing.watch(
  'catalog.category_attribute', 'indexing.note_category_attribute', 'INSERT', 'UPDATE', 'DELETE');
SELECT FROM indexing.watch('pricing.price_list', 'indexing.note_price_list', 'UPDATE');
