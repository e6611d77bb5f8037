-- The price desk (docs/explain/pricing.md): its rules in versions, proposals of prices, and what was published.
CREATE TABLE pricing.desk_rules (
  number bigint PRIMARY KEY CHECK (number > 0),
  content jsonb NOT NULL,
  author text NOT NULL CHECK (length(author) <= 120),
  reason text NOT NULL CHECK (length(reason) <= 1000),
  published_at timestamptz NOT NULL
);

CREATE TABLE pricing.publication (
  number bigint PRIMARY KEY CHECK (number > 0),
  author text NOT NULL CHECK (length(author) <= 120),
  reason text NOT NULL CHECK (length(reason) <= 1000),
  published_at timestamptz NOT NULL,
  -- The publication whose prices this one took back.
  restored_from bigint REFERENCES pricing.publication
);

-- The rows of pricing.price that a publication changed. Products and rows may be gone since.
CREATE TABLE pricing.published_price (
  publication bigint NOT NULL REFERENCES pricing.publication,
  price_id bigint NOT NULL,
  product_id bigint NOT NULL,
  before_minor_units bigint NOT NULL,
  before_was_minor_units bigint,
  after_minor_units bigint NOT NULL,
  after_was_minor_units bigint,
  PRIMARY KEY (publication, price_id)
);
CREATE INDEX published_price_product ON pricing.published_price (product_id, publication);

CREATE TABLE pricing.proposal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id bigint NOT NULL REFERENCES catalog.product ON DELETE CASCADE,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  decision text NOT NULL CHECK (decision IN ('change', 'keep', 'refused')),
  -- The growth of margin a day that is expected, or of revenue without a cost.
  gain double precision NOT NULL,
  record jsonb NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'published', 'rejected', 'superseded', 'rolled_back')),
  made_at timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by text CHECK (length(decided_by) <= 120),
  reason text CHECK (length(reason) <= 1000),
  publication bigint REFERENCES pricing.publication
);
CREATE INDEX proposal_state ON pricing.proposal (state, decision, gain DESC, id);
CREATE INDEX proposal_product ON pricing.proposal (product_id);
CREATE INDEX proposal_publication ON pricing.proposal (publication) WHERE publication IS NOT NULL;

CREATE FUNCTION pricing.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'published prices and rules are never changed: publish others';
END $$;
CREATE TRIGGER desk_rules_immutable BEFORE UPDATE OR DELETE ON pricing.desk_rules
  FOR EACH ROW EXECUTE FUNCTION pricing.refuse_change();
CREATE TRIGGER publication_immutable BEFORE UPDATE OR DELETE ON pricing.publication
  FOR EACH ROW EXECUTE FUNCTION pricing.refuse_change();
CREATE TRIGGER published_price_immutable BEFORE UPDATE OR DELETE ON pricing.published_price
  FOR EACH ROW EXECUTE FUNCTION pricing.refuse_change();

-- A writer of prices may note the change of a product: the servers of the shop write prices, and no products.
ALTER FUNCTION indexing.note_change(bigint[]) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
