-- What a shop lists beside its category tree, and in which order a list stands at first.
-- The names of the orders are those of `sort=` (docs/reference/openapi.json).
CREATE DOMAIN merchandising.product_order AS text CHECK (
  VALUE IN ('relevance', 'price_asc', 'price_desc', 'newest', 'rating', 'bestselling', 'discount'));

-- A category whose products are those that a rule finds. A category of the tree that has the same slug hides it.
CREATE TABLE merchandising.virtual_category (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug text NOT NULL CONSTRAINT virtual_category_slug_key UNIQUE
    CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND octet_length(slug) <= 200),
  name text NOT NULL CHECK (btrim(name) <> '' AND octet_length(name) <= 400),
  summary text NOT NULL DEFAULT '' CHECK (octet_length(summary) <= 2000),
  -- code:value each, as `filter=` takes them; a category stands by its slug, for ids differ between databases.
  filters text[] NOT NULL CHECK (
    cardinality(filters) BETWEEN 1 AND 20 AND array_position(filters, NULL) IS NULL
    AND octet_length(array_to_string(filters, '')) <= 4000),
  default_order merchandising.product_order NOT NULL DEFAULT 'relevance',
  -- Codes of the attributes whose facets stand first.
  first_facets text[] NOT NULL DEFAULT '{}' CHECK (
    cardinality(first_facets) <= 20 AND array_position(first_facets, NULL) IS NULL),
  position integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- How a category of the tree is ordered at first; one without a row as the nearest above it that has one.
CREATE TABLE merchandising.category_order (
  category_id bigint PRIMARY KEY REFERENCES catalog.category (id) ON DELETE CASCADE,
  default_order merchandising.product_order NOT NULL
);

INSERT INTO merchandising.virtual_category (slug, name, summary, filters, default_order, position) VALUES
  ('new', 'New', 'What came in within the last year.', '{released:365d}', 'newest', 0),
  ('bestsellers', 'Bestsellers', 'What sells most, and is there.', '{stock:yes}', 'bestselling', 1),
  ('deals', 'Deals', 'What is reduced, and is there.', '{reduced:yes,stock:yes}', 'discount', 2);
