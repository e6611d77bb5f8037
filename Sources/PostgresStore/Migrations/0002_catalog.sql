-- What is sold: brands, categories, attributes, products, variants; what it costs; how much there is.
-- docs/explain/catalog.md tells why the tables are as they are.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE catalog.brand (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CHECK (btrim(name) <> '' AND octet_length(name) <= 400),
  created_at timestamptz NOT NULL DEFAULT now()
);
-- "HP" and "Hp" are one brand.
CREATE UNIQUE INDEX brand_name_key ON catalog.brand (lower(name));

CREATE TABLE catalog.category (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  parent_id bigint REFERENCES catalog.category (id),
  slug text NOT NULL CONSTRAINT category_slug_key UNIQUE
    CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND octet_length(slug) <= 200),
  name text NOT NULL CHECK (btrim(name) <> '' AND octet_length(name) <= 400),
  position integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT category_name_key UNIQUE NULLS NOT DISTINCT (parent_id, name)
);

CREATE TABLE catalog.attribute (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL CONSTRAINT attribute_code_key UNIQUE
    CHECK (code ~ '^[a-z0-9][a-z0-9_]*$' AND octet_length(code) <= 120),
  name text NOT NULL CHECK (btrim(name) <> '' AND octet_length(name) <= 400),
  type text NOT NULL CHECK (type IN ('text', 'number', 'boolean', 'date', 'swatch')),
  unit text CHECK (btrim(unit) <> '' AND octet_length(unit) <= 40),
  is_facet boolean NOT NULL DEFAULT false,
  position integer NOT NULL DEFAULT 1000,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- What a value refers to, so that its type is the attribute's.
  CONSTRAINT attribute_type_key UNIQUE (id, type),
  CONSTRAINT attribute_unit_of_number CHECK (unit IS NULL OR type = 'number')
);

-- Which attributes a category has. What is NULL is as the nearest ancestor says that says it, and else as the
-- attribute itself says.
CREATE TABLE catalog.category_attribute (
  category_id bigint NOT NULL REFERENCES catalog.category (id) ON DELETE CASCADE,
  attribute_id bigint NOT NULL REFERENCES catalog.attribute (id) ON DELETE CASCADE,
  is_facet boolean,
  position integer,
  unit text CHECK (btrim(unit) <> '' AND octet_length(unit) <= 40),
  PRIMARY KEY (category_id, attribute_id)
);
CREATE INDEX category_attribute_attribute_id ON catalog.category_attribute (attribute_id);
CREATE INDEX category_attribute_said ON catalog.category_attribute (category_id)
  WHERE is_facet IS NOT NULL OR position IS NOT NULL OR unit IS NOT NULL;

CREATE TABLE catalog.product (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL CHECK (source ~ '^[a-z0-9][a-z0-9_-]*$' AND octet_length(source) <= 60),
  code text NOT NULL CHECK (btrim(code) <> '' AND octet_length(code) <= 200),
  document_version bigint NOT NULL DEFAULT 1 CHECK (document_version > 0),
  title text NOT NULL CHECK (btrim(title) <> '' AND octet_length(title) <= 4000),
  summary text NOT NULL DEFAULT '' CHECK (octet_length(summary) <= 100000),
  brand_id bigint REFERENCES catalog.brand (id) ON DELETE SET NULL,
  rating_average double precision CHECK (rating_average BETWEEN 0 AND 5),
  rating_count bigint NOT NULL DEFAULT 0 CHECK (rating_count >= 0),
  popularity double precision NOT NULL DEFAULT 0 CHECK (popularity >= 0 AND popularity < 'Infinity'),
  lifecycle text NOT NULL DEFAULT 'draft' CHECK (lifecycle IN ('draft', 'listed', 'hidden', 'discontinued')),
  for_shops boolean NOT NULL DEFAULT true,
  for_companies boolean NOT NULL DEFAULT true,
  released_at timestamptz CHECK (isfinite(released_at)),
  created_at timestamptz NOT NULL DEFAULT now() CHECK (isfinite(created_at)),
  updated_at timestamptz NOT NULL DEFAULT now() CHECK (isfinite(updated_at)),
  CONSTRAINT product_code_key UNIQUE (source, code),
  CONSTRAINT product_audience CHECK (for_shops OR for_companies),
  CONSTRAINT product_rating CHECK ((rating_average IS NULL) = (rating_count = 0))
);
CREATE INDEX product_brand_id ON catalog.product (brand_id);

CREATE TABLE catalog.product_category (
  product_id bigint NOT NULL REFERENCES catalog.product (id) ON DELETE CASCADE,
  category_id bigint NOT NULL REFERENCES catalog.category (id) ON DELETE CASCADE,
  -- 0 is the product's main category.
  position integer NOT NULL DEFAULT 0 CHECK (position >= 0),
  PRIMARY KEY (product_id, category_id),
  CONSTRAINT product_category_position_key UNIQUE (product_id, position) DEFERRABLE
);
CREATE INDEX product_category_category_id ON catalog.product_category (category_id);

CREATE TABLE catalog.product_picture (
  product_id bigint NOT NULL REFERENCES catalog.product (id) ON DELETE CASCADE,
  position integer NOT NULL CHECK (position >= 0),
  url text NOT NULL CHECK (btrim(url) <> '' AND octet_length(url) <= 2000),
  PRIMARY KEY (product_id, position)
);

CREATE TABLE catalog.variant (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id bigint NOT NULL REFERENCES catalog.product (id) ON DELETE CASCADE,
  sku text NOT NULL CONSTRAINT variant_sku_key UNIQUE CHECK (btrim(sku) <> '' AND octet_length(sku) <= 400),
  gtin text CHECK (gtin ~ '^[0-9]{8,14}$'),
  position integer NOT NULL DEFAULT 0 CHECK (position >= 0),
  picture_url text CHECK (btrim(picture_url) <> '' AND octet_length(picture_url) <= 2000),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX variant_product_id ON catalog.variant (product_id, position);

-- True when exactly the columns of the type hold the value.
CREATE FUNCTION catalog.value_fits(
  type text, text_value text, number_value double precision, boolean_value boolean, date_value date, swatch_hex text
) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE type
  WHEN 'text' THEN text_value IS NOT NULL AND num_nonnulls(number_value, boolean_value, date_value, swatch_hex) = 0
  WHEN 'number' THEN number_value IS NOT NULL AND number_value NOT IN ('NaN', 'Infinity', '-Infinity')
    AND num_nonnulls(text_value, boolean_value, date_value, swatch_hex) = 0
  WHEN 'boolean' THEN boolean_value IS NOT NULL
    AND num_nonnulls(text_value, number_value, date_value, swatch_hex) = 0
  WHEN 'date' THEN date_value IS NOT NULL AND isfinite(date_value)
    AND num_nonnulls(text_value, number_value, boolean_value, swatch_hex) = 0
  WHEN 'swatch' THEN text_value IS NOT NULL AND swatch_hex ~ '^#[0-9a-f]{6}$'
    AND num_nonnulls(number_value, boolean_value, date_value) = 0
  ELSE false
END;

CREATE TABLE catalog.product_attribute (
  product_id bigint NOT NULL REFERENCES catalog.product (id) ON DELETE CASCADE,
  attribute_id bigint NOT NULL,
  -- Several where the attribute is a list: 0, 1, …
  value_index integer NOT NULL DEFAULT 0 CHECK (value_index >= 0),
  -- The attribute's place among the product's.
  position integer NOT NULL DEFAULT 0 CHECK (position >= 0),
  type text NOT NULL,
  -- Of a swatch, the colour's name.
  text_value text CHECK (btrim(text_value) <> '' AND octet_length(text_value) <= 100000),
  number_value double precision,
  boolean_value boolean,
  date_value date,
  swatch_hex text,
  PRIMARY KEY (product_id, attribute_id, value_index),
  CONSTRAINT product_attribute_type FOREIGN KEY (attribute_id, type) REFERENCES catalog.attribute (id, type),
  CONSTRAINT product_attribute_value
    CHECK (catalog.value_fits(type, text_value, number_value, boolean_value, date_value, swatch_hex))
);
CREATE INDEX product_attribute_attribute_id ON catalog.product_attribute (attribute_id);

CREATE TABLE catalog.variant_option (
  variant_id bigint NOT NULL REFERENCES catalog.variant (id) ON DELETE CASCADE,
  attribute_id bigint NOT NULL,
  value_index integer NOT NULL DEFAULT 0 CHECK (value_index >= 0),
  position integer NOT NULL DEFAULT 0 CHECK (position >= 0),
  type text NOT NULL,
  text_value text CHECK (btrim(text_value) <> '' AND octet_length(text_value) <= 1000),
  number_value double precision,
  boolean_value boolean,
  date_value date,
  swatch_hex text,
  PRIMARY KEY (variant_id, attribute_id, value_index),
  CONSTRAINT variant_option_type FOREIGN KEY (attribute_id, type) REFERENCES catalog.attribute (id, type),
  CONSTRAINT variant_option_value
    CHECK (catalog.value_fits(type, text_value, number_value, boolean_value, date_value, swatch_hex))
);
CREATE INDEX variant_option_attribute_id ON catalog.variant_option (attribute_id);

CREATE TABLE inventory.warehouse (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL CONSTRAINT warehouse_code_key UNIQUE
    CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_-]*$' AND octet_length(code) <= 60),
  name text NOT NULL CHECK (btrim(name) <> '' AND octet_length(name) <= 400),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE inventory.stock (
  variant_id bigint NOT NULL REFERENCES catalog.variant (id) ON DELETE CASCADE,
  warehouse_id bigint NOT NULL REFERENCES inventory.warehouse (id),
  on_hand bigint NOT NULL DEFAULT 0 CONSTRAINT stock_on_hand CHECK (on_hand >= 0),
  reserved bigint NOT NULL DEFAULT 0 CONSTRAINT stock_reserved CHECK (reserved >= 0),
  PRIMARY KEY (variant_id, warehouse_id),
  CONSTRAINT stock_reserved_on_hand CHECK (reserved <= on_hand)
);
CREATE INDEX stock_warehouse_id ON inventory.stock (warehouse_id);

CREATE TABLE pricing.price_list (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL CONSTRAINT price_list_code_key UNIQUE
    CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_-]*$' AND octet_length(code) <= 60),
  name text NOT NULL CHECK (btrim(name) <> '' AND octet_length(name) <= 400),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  -- What a price refers to, so that a list has one currency.
  CONSTRAINT price_list_currency_key UNIQUE (id, currency)
);

CREATE TABLE pricing.price (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  variant_id bigint NOT NULL REFERENCES catalog.variant (id) ON DELETE CASCADE,
  list_id bigint NOT NULL,
  currency text NOT NULL,
  amount_minor_units bigint NOT NULL CONSTRAINT price_amount CHECK (amount_minor_units >= 0),
  was_minor_units bigint CONSTRAINT price_was_amount CHECK (was_minor_units > amount_minor_units),
  minimum_quantity bigint NOT NULL DEFAULT 1 CONSTRAINT price_minimum_quantity CHECK (minimum_quantity >= 1),
  valid_from timestamptz CHECK (isfinite(valid_from)),
  valid_until timestamptz CHECK (isfinite(valid_until)),
  CONSTRAINT price_validity CHECK (valid_from < valid_until),
  CONSTRAINT price_list_currency FOREIGN KEY (list_id, currency) REFERENCES pricing.price_list (id, currency),
  CONSTRAINT price_no_overlap EXCLUDE USING gist (
    variant_id WITH =, list_id WITH =, minimum_quantity WITH =, tstzrange(valid_from, valid_until) WITH &&)
);
CREATE INDEX price_list_id ON pricing.price (list_id);

CREATE TABLE pricing.cost (
  variant_id bigint PRIMARY KEY REFERENCES catalog.variant (id) ON DELETE CASCADE,
  amount_minor_units bigint NOT NULL CONSTRAINT cost_amount CHECK (amount_minor_units >= 0),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$')
);

-- A category is never its own ancestor. Moves wait for each other, so that two cannot close a circle together; the row
-- locks make a move in a transaction with an older snapshot fail instead of trusting what it sees.
CREATE FUNCTION catalog.refuse_category_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ancestor bigint := NEW.parent_id;
BEGIN
  IF ancestor IS NULL THEN RETURN NEW; END IF;
  PERFORM pg_advisory_xact_lock(7386254);
  WHILE ancestor IS NOT NULL LOOP
    IF ancestor = NEW.id THEN
      RAISE EXCEPTION 'category % cannot stand below itself: choose another parent', NEW.slug
        USING ERRCODE = 'check_violation', CONSTRAINT = 'category_no_cycle', SCHEMA = 'catalog', TABLE = 'category';
    END IF;
    SELECT parent_id INTO ancestor FROM catalog.category WHERE id = ancestor FOR SHARE;
  END LOOP;
  RETURN NEW;
END $$;
CREATE TRIGGER category_no_cycle BEFORE INSERT OR UPDATE OF parent_id ON catalog.category
  FOR EACH ROW EXECUTE FUNCTION catalog.refuse_category_cycle();

-- A version that went back would let an old document win over a newer one.
CREATE FUNCTION catalog.refuse_version_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'product %: document_version only goes up (% to %)', OLD.id, OLD.document_version,
    NEW.document_version
    USING ERRCODE = 'check_violation', CONSTRAINT = 'product_version_goes_up', SCHEMA = 'catalog', TABLE = 'product';
END $$;
CREATE TRIGGER product_version_goes_up BEFORE UPDATE ON catalog.product
  FOR EACH ROW WHEN (NEW.document_version < OLD.document_version)
  EXECUTE FUNCTION catalog.refuse_version_going_back();
