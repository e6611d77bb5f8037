-- The schema after all migrations, by pg_dump --schema-only of Postgres 15.
-- Made by 'make docs'; not edited by hand.
CREATE SCHEMA accounts;

CREATE SCHEMA analytics;

CREATE SCHEMA behaviour;

CREATE SCHEMA catalog;

CREATE SCHEMA commerce;

CREATE SCHEMA experiments;

CREATE SCHEMA indexing;

CREATE SCHEMA inventory;

CREATE SCHEMA jobs;

CREATE SCHEMA merchandising;

CREATE SCHEMA pricing;

CREATE SCHEMA purchasing;

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';

CREATE DOMAIN merchandising.product_order AS text
	CONSTRAINT product_order_check CHECK ((VALUE = ANY (ARRAY['relevance'::text, 'price_asc'::text, 'price_desc'::text, 'newest'::text, 'rating'::text, 'bestselling'::text, 'discount'::text])));

CREATE FUNCTION accounts.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'an entry of the audit is never changed or deleted';
END $$;

CREATE FUNCTION behaviour.drop_partition(parent text, oldest date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
  name text;
BEGIN
  IF parent NOT IN ('event_browsing', 'event_order', 'impression') THEN
    RAISE EXCEPTION 'behaviour.% has no partitions', parent;
  END IF;
  SELECT child.relname INTO name FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
  WHERE inhparent = ('behaviour.' || parent)::regclass
    AND substring(pg_get_expr(child.relpartbound, child.oid) FROM $re$TO \('([0-9-]+)'\)$re$)::date <= oldest
  ORDER BY 1 LIMIT 1;
  IF name IS NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE IF EXISTS behaviour.%I', name);
  RETURN true;
END $_$;

CREATE FUNCTION behaviour.make_partitions(parent text, days date[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
  step interval := CASE parent WHEN 'event_order' THEN interval '1 month' ELSE interval '1 day' END;
  first date;
  name text;
BEGIN
  IF parent NOT IN ('event_browsing', 'event_order', 'impression') THEN
    RAISE EXCEPTION 'behaviour.% has no partitions', parent;
  END IF;
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

CREATE FUNCTION catalog.refuse_category_cycle() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION catalog.refuse_version_going_back() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'product %: document_version only goes up (% to %)', OLD.id, OLD.document_version,
    NEW.document_version
    USING ERRCODE = 'check_violation', CONSTRAINT = 'product_version_goes_up', SCHEMA = 'catalog', TABLE = 'product';
END $$;

CREATE FUNCTION catalog.value_fits(type text, text_value text, number_value double precision, boolean_value boolean, date_value date, swatch_hex text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE type WHEN 'text'::text THEN ((text_value IS NOT NULL) AND (num_nonnulls(number_value, boolean_value, date_value, swatch_hex) = 0)) WHEN 'number'::text THEN ((number_value IS NOT NULL) AND (number_value <> ALL (ARRAY['NaN'::double precision, 'Infinity'::double precision, '-Infinity'::double precision])) AND (num_nonnulls(text_value, boolean_value, date_value, swatch_hex) = 0)) WHEN 'boolean'::text THEN ((boolean_value IS NOT NULL) AND (num_nonnulls(text_value, number_value, date_value, swatch_hex) = 0)) WHEN 'date'::text THEN ((date_value IS NOT NULL) AND isfinite(date_value) AND (num_nonnulls(text_value, number_value, boolean_value, swatch_hex) = 0)) WHEN 'swatch'::text THEN ((text_value IS NOT NULL) AND (swatch_hex ~ '^#[0-9a-f]{6}$'::text) AND (num_nonnulls(number_value, boolean_value, date_value) = 0)) ELSE false END;

CREATE FUNCTION experiments.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'DELETE' AND old.state = 'draft' THEN
    RETURN old;
  END IF;
  IF TG_OP = 'DELETE' OR (new.name, new.kind, new.arms, new.layer, new.first_bucket, new.end_bucket, new.devices,
      new.customers, new.metric, new.planned_visitors)
    IS DISTINCT FROM (old.name, old.kind, old.arms, old.layer, old.first_bucket, old.end_bucket, old.devices,
      old.customers, old.metric, old.planned_visitors)
    OR old.state = 'stopped' OR new.exposed_buckets < old.exposed_buckets
  THEN
    RAISE EXCEPTION 'an experiment is not changed: stop it and describe another';
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION indexing.fan_out_from(kind text, subjects bigint[], attributes bigint[] DEFAULT NULL::bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF subjects IS NULL OR cardinality(subjects) = 0 THEN RETURN; END IF;
  INSERT INTO indexing.fan_out (kind, subjects, attributes) VALUES (kind, subjects, attributes);
END $$;

CREATE FUNCTION indexing.line_up_fan_out() RETURNS bigint
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION indexing.line_up_price_changes(moment timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION indexing.note_attribute() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM indexing.fan_out_from('attribute', ARRAY(
    SELECT id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE (before.code, before.name, before.type, before.unit, before.is_facet, before.position)
      IS DISTINCT FROM (after.code, after.name, after.type, after.unit, after.is_facet, after.position)));
  RETURN NULL;
END $$;

CREATE FUNCTION indexing.note_brand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM indexing.fan_out_from('brand', ARRAY(
    SELECT id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE before.name IS DISTINCT FROM after.name));
  RETURN NULL;
END $$;

CREATE FUNCTION indexing.note_category() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM indexing.fan_out_from('category', ARRAY(
    SELECT id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE (before.parent_id, before.slug, before.name) IS DISTINCT FROM (after.parent_id, after.slug, after.name)));
  RETURN NULL;
END $$;

CREATE FUNCTION indexing.note_category_attribute() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION indexing.note_change(products bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
  IF cardinality(fresh) > 1 THEN
    PERFORM 1 FROM catalog.product WHERE id = ANY (fresh) ORDER BY id FOR NO KEY UPDATE;
  END IF;
  UPDATE catalog.product SET document_version = document_version + 1, updated_at = clock_timestamp()
  WHERE id = ANY (fresh);
END $$;

CREATE FUNCTION indexing.note_fan_out(most integer) RETURNS bigint
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
DECLARE
  products bigint[];
BEGIN
  WITH taken AS (
    -- By place, which needs no plan of how to join.
    DELETE FROM indexing.fan_out_product WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM indexing.fan_out_product ORDER BY product_id LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING product_id
  )
  SELECT array_agg(product_id) INTO products FROM taken;
  PERFORM indexing.note_change(products);
  RETURN coalesce(cardinality(products), 0);
END $$;

CREATE FUNCTION indexing.note_price_list() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM indexing.fan_out_from('price_list', ARRAY(
    SELECT id FROM old_rows AS before JOIN new_rows AS after USING (id)
    WHERE (before.code, before.currency) IS DISTINCT FROM (after.code, after.currency)));
  RETURN NULL;
END $$;

CREATE FUNCTION indexing.note_product() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    -- A new product has its first version already.
    INSERT INTO indexing.outbox (product_id) SELECT id FROM new_rows ORDER BY id
    ON CONFLICT ON CONSTRAINT outbox_once DO NOTHING;
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

CREATE FUNCTION indexing.note_product_part() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION indexing.note_variant_part() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE TABLE indexing.outbox (
    id bigint NOT NULL,
    product_id bigint NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE FUNCTION indexing.outbox_after(after_transaction xid8, after_id bigint, most bigint) RETURNS SETOF indexing.outbox
    LANGUAGE sql STABLE
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
  SELECT * FROM indexing.outbox
  WHERE (transaction_id, id) > (after_transaction, after_id)
    AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY transaction_id, id LIMIT most
$$;

CREATE FUNCTION indexing.products_below(categories bigint[]) RETURNS SETOF bigint
    LANGUAGE sql STABLE
    AS $$
  WITH RECURSIVE below AS (
    SELECT unnest(categories) AS id
    UNION
    SELECT child.id FROM catalog.category AS child JOIN below ON child.parent_id = below.id
  )
  SELECT product_id FROM catalog.product_category JOIN below ON category_id = below.id
$$;

CREATE TABLE indexing.fan_out (
    id bigint NOT NULL,
    kind text NOT NULL,
    subjects bigint[] NOT NULL,
    attributes bigint[],
    noted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT fan_out_kind_check CHECK ((kind = ANY (ARRAY['brand'::text, 'category'::text, 'attribute'::text, 'category_attribute'::text, 'price_list'::text])))
);

CREATE FUNCTION indexing.products_of(change indexing.fan_out) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION indexing.products_with_attributes(attributes bigint[]) RETURNS SETOF bigint
    LANGUAGE sql STABLE
    AS $$
  SELECT product_id FROM catalog.product_attribute WHERE attribute_id = ANY (attributes)
  UNION
  SELECT product_id FROM catalog.variant_option JOIN catalog.variant ON variant.id = variant_id
  WHERE attribute_id = ANY (attributes)
$$;

CREATE FUNCTION indexing.refuse_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'table %.% feeds documents and TRUNCATE tells no trigger which: use DELETE', TG_TABLE_SCHEMA,
    TG_TABLE_NAME USING ERRCODE = 'feature_not_supported';
END $$;

CREATE FUNCTION indexing.watch(feeding regclass, noter regproc, VARIADIC events text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION inventory.available_quantity(on_hand bigint, reserved bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (((on_hand >= 0) AND (on_hand <= '4000000000000000000'::bigint)) AND ((reserved >= 0) AND (reserved <= '4000000000000000000'::bigint))) THEN (on_hand - reserved) ELSE (LEAST(GREATEST(((on_hand)::numeric - (reserved)::numeric), ('-9223372036854775808'::bigint)::numeric), ('9223372036854775807'::bigint)::numeric))::bigint END;

CREATE FUNCTION inventory.receive(variant bigint, warehouse bigint, count bigint, reference text, actor text, moment timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION inventory.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'a movement of stock is never changed or deleted: add the opposite one';
END $$;

CREATE FUNCTION merchandising.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'a published version is never changed: publish another';
END $$;

CREATE FUNCTION pricing.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'published prices and rules are never changed: publish others';
END $$;

CREATE TABLE accounts.api_token (
    name text NOT NULL,
    digest text NOT NULL,
    roles text[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT api_token_created_by_check CHECK ((length(created_by) <= 100)),
    CONSTRAINT api_token_digest_check CHECK ((length(digest) = 64)),
    CONSTRAINT api_token_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT api_token_roles_check CHECK (((cardinality(roles) >= 1) AND (cardinality(roles) <= 20)))
);

CREATE TABLE accounts.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    CONSTRAINT audit_action_check CHECK ((length(action) <= 100)),
    CONSTRAINT audit_actor_check CHECK ((length(actor) <= 100)),
    CONSTRAINT audit_detail_check CHECK ((length(detail) <= 2000)),
    CONSTRAINT audit_subject_check CHECK ((length(subject) <= 200))
);

ALTER TABLE accounts.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME accounts.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts.session (
    digest text NOT NULL,
    staff_id bigint NOT NULL,
    began_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT session_digest_check CHECK ((length(digest) = 64))
);

CREATE TABLE accounts.sign_in_attempt (
    subject text NOT NULL,
    failures integer NOT NULL,
    last_at timestamp with time zone NOT NULL,
    locked_until timestamp with time zone NOT NULL,
    CONSTRAINT sign_in_attempt_subject_check CHECK ((length(subject) <= 200))
);

CREATE TABLE accounts.staff (
    id bigint NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    roles text[] NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT staff_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9._@+-]{0,99}$'::text)),
    CONSTRAINT staff_password_hash_check CHECK ((length(password_hash) <= 300)),
    CONSTRAINT staff_roles_check CHECK (((cardinality(roles) >= 1) AND (cardinality(roles) <= 20)))
);

ALTER TABLE accounts.staff ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME accounts.staff_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE analytics.conduct_count (
    is_only boolean DEFAULT true NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    CONSTRAINT conduct_count_is_only_check CHECK (is_only)
);

CREATE TABLE analytics.customer_run (
    number bigint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    data_through date NOT NULL,
    data_digest text NOT NULL,
    code_version text NOT NULL,
    customers integer NOT NULL,
    figures jsonb NOT NULL,
    notes text[] NOT NULL,
    CONSTRAINT customer_run_code_version_check CHECK ((length(code_version) <= 64)),
    CONSTRAINT customer_run_customers_check CHECK ((customers >= 0)),
    CONSTRAINT customer_run_data_digest_check CHECK ((length(data_digest) <= 64))
);

ALTER TABLE analytics.customer_run ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME analytics.customer_run_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE analytics.forecast (
    run_number bigint NOT NULL,
    product_id bigint NOT NULL,
    demand_class text NOT NULL,
    first_day date NOT NULL,
    mean double precision[] NOT NULL,
    lower double precision[],
    upper double precision[],
    weights jsonb NOT NULL,
    note text,
    refusal text,
    CONSTRAINT forecast_demand_class_check CHECK ((length(demand_class) <= 20)),
    CONSTRAINT forecast_lower_check CHECK ((cardinality(lower) <= 366)),
    CONSTRAINT forecast_mean_check CHECK ((cardinality(mean) <= 366)),
    CONSTRAINT forecast_note_check CHECK ((length(note) <= 500)),
    CONSTRAINT forecast_refusal_check CHECK ((length(refusal) <= 500)),
    CONSTRAINT forecast_upper_check CHECK ((cardinality(upper) <= 366))
);

CREATE TABLE analytics.forecast_run (
    number bigint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    data_through date NOT NULL,
    data_digest text NOT NULL,
    code_version text NOT NULL,
    seed numeric(20,0) NOT NULL,
    horizon integer NOT NULL,
    coverage double precision NOT NULL,
    products integer NOT NULL,
    refusal text,
    figures jsonb NOT NULL,
    CONSTRAINT forecast_run_code_version_check CHECK ((length(code_version) <= 64)),
    CONSTRAINT forecast_run_coverage_check CHECK (((coverage >= (0)::double precision) AND (coverage <= (1)::double precision))),
    CONSTRAINT forecast_run_data_digest_check CHECK ((length(data_digest) <= 64)),
    CONSTRAINT forecast_run_horizon_check CHECK (((horizon >= 1) AND (horizon <= 366))),
    CONSTRAINT forecast_run_products_check CHECK ((products >= 0)),
    CONSTRAINT forecast_run_refusal_check CHECK ((length(refusal) <= 500))
);

ALTER TABLE analytics.forecast_run ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME analytics.forecast_run_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE analytics.model (
    number bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    file text NOT NULL,
    data_digest text NOT NULL,
    code_version text NOT NULL,
    seed numeric(20,0) NOT NULL,
    metrics jsonb NOT NULL,
    data_through timestamp with time zone NOT NULL,
    trained_at timestamp with time zone NOT NULL,
    promoted_at timestamp with time zone,
    findings text NOT NULL,
    is_held boolean DEFAULT false NOT NULL,
    CONSTRAINT model_code_version_check CHECK ((length(code_version) <= 64)),
    CONSTRAINT model_data_digest_check CHECK ((length(data_digest) <= 128)),
    CONSTRAINT model_file_check CHECK ((length(file) <= 200)),
    CONSTRAINT model_findings_check CHECK ((length(findings) <= 2000)),
    CONSTRAINT model_kind_check CHECK ((length(kind) <= 64)),
    CONSTRAINT model_state_check CHECK ((state = ANY (ARRAY['candidate'::text, 'serving'::text, 'retired'::text, 'refused'::text])))
);

ALTER TABLE analytics.model ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME analytics.model_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE analytics.product_conduct (
    product_id bigint NOT NULL,
    interest_7 double precision NOT NULL,
    interest_30 double precision NOT NULL,
    interest_180 double precision NOT NULL,
    views bigint NOT NULL,
    purchases bigint NOT NULL,
    clicks bigint NOT NULL,
    looks double precision NOT NULL,
    CONSTRAINT product_conduct_clicks_check CHECK ((clicks >= 0)),
    CONSTRAINT product_conduct_interest_180_check CHECK ((interest_180 >= (0)::double precision)),
    CONSTRAINT product_conduct_interest_30_check CHECK ((interest_30 >= (0)::double precision)),
    CONSTRAINT product_conduct_interest_7_check CHECK ((interest_7 >= (0)::double precision)),
    CONSTRAINT product_conduct_looks_check CHECK ((looks >= (0)::double precision)),
    CONSTRAINT product_conduct_purchases_check CHECK ((purchases >= 0)),
    CONSTRAINT product_conduct_views_check CHECK ((views >= 0))
);

CREATE TABLE analytics.rollup (
    is_one boolean DEFAULT true NOT NULL,
    time_zone text NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    CONSTRAINT rollup_is_one_check CHECK (is_one),
    CONSTRAINT rollup_time_zone_check CHECK ((length(time_zone) <= 64))
);

CREATE TABLE analytics.stock_day (
    day date NOT NULL,
    product_id bigint NOT NULL,
    on_hand bigint NOT NULL,
    CONSTRAINT stock_day_on_hand_check CHECK ((on_hand >= 0))
);

CREATE TABLE analytics.trade_day (
    day date NOT NULL,
    currency text NOT NULL,
    orders bigint NOT NULL,
    known_orders bigint NOT NULL,
    returning_orders bigint NOT NULL,
    units bigint NOT NULL,
    sold bigint NOT NULL,
    returned_units bigint NOT NULL,
    returned bigint NOT NULL,
    costed bigint NOT NULL,
    cost bigint NOT NULL,
    searched bigint NOT NULL,
    recommended bigint NOT NULL,
    CONSTRAINT trade_day_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
);

CREATE TABLE analytics.trade_product_day (
    day date NOT NULL,
    currency text NOT NULL,
    product_id bigint NOT NULL,
    units bigint NOT NULL,
    sold bigint NOT NULL,
    returned_units bigint NOT NULL,
    returned bigint NOT NULL,
    costed bigint NOT NULL,
    cost bigint NOT NULL,
    searched bigint NOT NULL,
    recommended bigint NOT NULL,
    CONSTRAINT trade_product_day_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
);

CREATE TABLE analytics.visit_day (
    day date NOT NULL,
    visits bigint NOT NULL,
    carts bigint NOT NULL,
    purchases bigint NOT NULL
);

CREATE TABLE behaviour.anonymous_day (
    day date NOT NULL,
    kind text NOT NULL,
    product_id bigint NOT NULL,
    deeds bigint NOT NULL,
    CONSTRAINT anonymous_day_deeds_check CHECK ((deeds > 0))
);

CREATE TABLE behaviour.counted (
    mark bigint NOT NULL,
    counted_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE behaviour.erasure (
    mark bigint NOT NULL,
    erased_at timestamp with time zone NOT NULL
);

CREATE TABLE behaviour.event (
    kept smallint NOT NULL,
    day date NOT NULL,
    id uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    shopper bigint,
    product_id bigint NOT NULL,
    quantity integer NOT NULL,
    unit_minor_units bigint,
    currency text,
    stars real,
    list bigint,
    "position" integer,
    placement text,
    basket bigint,
    sender text NOT NULL,
    CONSTRAINT event_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT event_day CHECK ((day = ((occurred_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT event_kind CHECK (
CASE kept
    WHEN 1 THEN (kind = ANY (ARRAY['view'::text, 'click'::text, 'add_to_cart'::text, 'remove_from_cart'::text, 'dismiss'::text]))
    WHEN 2 THEN (kind = ANY (ARRAY['purchase'::text, 'return'::text, 'rating'::text]))
    ELSE NULL::boolean
END),
    CONSTRAINT event_placement_check CHECK ((octet_length(placement) <= 60)),
    CONSTRAINT event_position_check CHECK ((("position" >= 1) AND ("position" <= 1000000))),
    CONSTRAINT event_price CHECK (((unit_minor_units IS NULL) = (currency IS NULL))),
    CONSTRAINT event_quantity_check CHECK (((quantity >= 1) AND (quantity <= 1000000000))),
    CONSTRAINT event_sender_check CHECK ((sender = ANY (ARRAY['shopper'::text, 'robot'::text, 'flood'::text]))),
    CONSTRAINT event_stars CHECK (((stars IS NOT NULL) = (kind = 'rating'::text))),
    CONSTRAINT event_stars_check CHECK (((stars >= (1)::double precision) AND (stars <= (5)::double precision))),
    CONSTRAINT event_unit_minor_units_check CHECK (((unit_minor_units >= 0) AND (unit_minor_units <= '1000000000000'::bigint)))
)
PARTITION BY LIST (kept);

CREATE TABLE behaviour.event_aside (
    id uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    shopper bigint,
    product_id bigint,
    sku text,
    quantity integer NOT NULL,
    unit_minor_units bigint,
    currency text,
    stars real,
    list bigint,
    "position" integer,
    placement text,
    basket bigint,
    sender text NOT NULL,
    CONSTRAINT event_aside_check CHECK (((num_nonnulls(product_id, sku) = 1) AND (octet_length(sku) <= 400)))
);

CREATE TABLE behaviour.event_browsing (
    kept smallint NOT NULL,
    day date NOT NULL,
    id uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    shopper bigint,
    product_id bigint NOT NULL,
    quantity integer NOT NULL,
    unit_minor_units bigint,
    currency text,
    stars real,
    list bigint,
    "position" integer,
    placement text,
    basket bigint,
    sender text NOT NULL,
    CONSTRAINT event_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT event_day CHECK ((day = ((occurred_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT event_kind CHECK (
CASE kept
    WHEN 1 THEN (kind = ANY (ARRAY['view'::text, 'click'::text, 'add_to_cart'::text, 'remove_from_cart'::text, 'dismiss'::text]))
    WHEN 2 THEN (kind = ANY (ARRAY['purchase'::text, 'return'::text, 'rating'::text]))
    ELSE NULL::boolean
END),
    CONSTRAINT event_placement_check CHECK ((octet_length(placement) <= 60)),
    CONSTRAINT event_position_check CHECK ((("position" >= 1) AND ("position" <= 1000000))),
    CONSTRAINT event_price CHECK (((unit_minor_units IS NULL) = (currency IS NULL))),
    CONSTRAINT event_quantity_check CHECK (((quantity >= 1) AND (quantity <= 1000000000))),
    CONSTRAINT event_sender_check CHECK ((sender = ANY (ARRAY['shopper'::text, 'robot'::text, 'flood'::text]))),
    CONSTRAINT event_stars CHECK (((stars IS NOT NULL) = (kind = 'rating'::text))),
    CONSTRAINT event_stars_check CHECK (((stars >= (1)::double precision) AND (stars <= (5)::double precision))),
    CONSTRAINT event_unit_minor_units_check CHECK (((unit_minor_units >= 0) AND (unit_minor_units <= '1000000000000'::bigint)))
)
PARTITION BY RANGE (day);

CREATE TABLE behaviour.event_order (
    kept smallint NOT NULL,
    day date NOT NULL,
    id uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    shopper bigint,
    product_id bigint NOT NULL,
    quantity integer NOT NULL,
    unit_minor_units bigint,
    currency text,
    stars real,
    list bigint,
    "position" integer,
    placement text,
    basket bigint,
    sender text NOT NULL,
    CONSTRAINT event_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT event_day CHECK ((day = ((occurred_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT event_kind CHECK (
CASE kept
    WHEN 1 THEN (kind = ANY (ARRAY['view'::text, 'click'::text, 'add_to_cart'::text, 'remove_from_cart'::text, 'dismiss'::text]))
    WHEN 2 THEN (kind = ANY (ARRAY['purchase'::text, 'return'::text, 'rating'::text]))
    ELSE NULL::boolean
END),
    CONSTRAINT event_placement_check CHECK ((octet_length(placement) <= 60)),
    CONSTRAINT event_position_check CHECK ((("position" >= 1) AND ("position" <= 1000000))),
    CONSTRAINT event_price CHECK (((unit_minor_units IS NULL) = (currency IS NULL))),
    CONSTRAINT event_quantity_check CHECK (((quantity >= 1) AND (quantity <= 1000000000))),
    CONSTRAINT event_sender_check CHECK ((sender = ANY (ARRAY['shopper'::text, 'robot'::text, 'flood'::text]))),
    CONSTRAINT event_stars CHECK (((stars IS NOT NULL) = (kind = 'rating'::text))),
    CONSTRAINT event_stars_check CHECK (((stars >= (1)::double precision) AND (stars <= (5)::double precision))),
    CONSTRAINT event_unit_minor_units_check CHECK (((unit_minor_units >= 0) AND (unit_minor_units <= '1000000000000'::bigint)))
)
PARTITION BY RANGE (day);

CREATE TABLE behaviour.exposure (
    experiment text NOT NULL,
    shopper bigint NOT NULL,
    arm smallint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    searches integer NOT NULL,
    milliseconds double precision NOT NULL,
    CONSTRAINT exposure_arm_check CHECK (((arm >= 0) AND (arm <= 19))),
    CONSTRAINT exposure_experiment_check CHECK ((octet_length(experiment) <= 60)),
    CONSTRAINT exposure_first_at_check CHECK (isfinite(first_at)),
    CONSTRAINT exposure_last_at_check CHECK (isfinite(last_at)),
    CONSTRAINT exposure_milliseconds_check CHECK ((milliseconds >= (0)::double precision)),
    CONSTRAINT exposure_searches_check CHECK ((searches > 0))
);

CREATE TABLE behaviour.identity (
    visitor bigint NOT NULL,
    customer bigint NOT NULL,
    joined_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE behaviour.impression (
    day date NOT NULL,
    id uuid NOT NULL,
    list bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    shopper bigint,
    placement text NOT NULL,
    ranked_by text DEFAULT ''::text NOT NULL,
    first_position integer NOT NULL,
    products bigint[] NOT NULL,
    sender text NOT NULL,
    CONSTRAINT impression_day CHECK ((day = ((occurred_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT impression_first_position_check CHECK (((first_position >= 1) AND (first_position <= 1000000))),
    CONSTRAINT impression_placement_check CHECK (((placement <> ''::text) AND (octet_length(placement) <= 60))),
    CONSTRAINT impression_products_check CHECK (((cardinality(products) >= 1) AND (cardinality(products) <= 100))),
    CONSTRAINT impression_ranked_by_check CHECK ((octet_length(ranked_by) <= 120)),
    CONSTRAINT impression_sender_check CHECK ((sender = ANY (ARRAY['shopper'::text, 'robot'::text, 'flood'::text])))
)
PARTITION BY RANGE (day);

CREATE TABLE behaviour.search (
    id bigint NOT NULL,
    searched_at timestamp with time zone NOT NULL,
    visitor bigint,
    query text NOT NULL,
    outcome text NOT NULL,
    total integer NOT NULL,
    filter_count smallint NOT NULL,
    first_rank integer NOT NULL,
    products bigint[] NOT NULL,
    network bigint,
    sender text DEFAULT 'shopper'::text NOT NULL,
    CONSTRAINT search_filter_count_check CHECK ((filter_count >= 0)),
    CONSTRAINT search_first_rank_check CHECK ((first_rank > 0)),
    CONSTRAINT search_outcome_check CHECK ((outcome = ANY (ARRAY['found'::text, 'corrected'::text, 'relaxed'::text, 'nothing'::text]))),
    CONSTRAINT search_products_check CHECK ((cardinality(products) <= 100)),
    CONSTRAINT search_query_check CHECK (((query <> ''::text) AND (octet_length(query) <= 2000))),
    CONSTRAINT search_sender_check CHECK ((sender = ANY (ARRAY['shopper'::text, 'robot'::text, 'flood'::text]))),
    CONSTRAINT search_total_check CHECK ((total >= 0))
);

CREATE TABLE behaviour.search_day (
    day date NOT NULL,
    query text NOT NULL,
    searches integer NOT NULL,
    visitors integer NOT NULL,
    found_nothing integer NOT NULL,
    relaxed integer NOT NULL,
    corrected integer NOT NULL,
    clicked integer NOT NULL,
    reciprocal_ranks double precision NOT NULL,
    networks integer DEFAULT 0 NOT NULL,
    CONSTRAINT search_day_check CHECK (((visitors >= 0) AND (visitors <= searches))),
    CONSTRAINT search_day_check1 CHECK (((found_nothing >= 0) AND (found_nothing <= searches))),
    CONSTRAINT search_day_check2 CHECK (((relaxed >= 0) AND (relaxed <= searches))),
    CONSTRAINT search_day_check3 CHECK (((corrected >= 0) AND (corrected <= searches))),
    CONSTRAINT search_day_check4 CHECK (((clicked >= 0) AND (clicked <= searches))),
    CONSTRAINT search_day_check5 CHECK (((networks >= 0) AND (networks <= visitors))),
    CONSTRAINT search_day_reciprocal_ranks_check CHECK ((reciprocal_ranks >= (0)::double precision)),
    CONSTRAINT search_day_searches_check CHECK ((searches > 0))
);

CREATE TABLE behaviour.search_features (
    search_id bigint NOT NULL,
    searched_at timestamp with time zone NOT NULL,
    ranked_by text NOT NULL,
    schema smallint NOT NULL,
    features bytea NOT NULL,
    CONSTRAINT search_features_features_check CHECK (((octet_length(features) >= 2) AND (octet_length(features) <= 100000))),
    CONSTRAINT search_features_ranked_by_check CHECK (((octet_length(ranked_by) >= 1) AND (octet_length(ranked_by) <= 120))),
    CONSTRAINT search_features_schema_check CHECK ((schema > 0))
);

CREATE TABLE behaviour.search_interleaving (
    search_id bigint NOT NULL,
    experiment text NOT NULL,
    is_treatments boolean[] NOT NULL,
    CONSTRAINT search_interleaving_experiment_check CHECK ((octet_length(experiment) <= 60)),
    CONSTRAINT search_interleaving_is_treatments_check CHECK (((cardinality(is_treatments) >= 1) AND (cardinality(is_treatments) <= 100)))
);

CREATE TABLE behaviour.search_log (
    is_only boolean DEFAULT true NOT NULL,
    visitor_key bytea DEFAULT decode(replace(((gen_random_uuid())::text || (gen_random_uuid())::text), '-'::text, ''::text), 'hex'::text) NOT NULL,
    rolled_up_at timestamp with time zone,
    CONSTRAINT search_log_is_only_check CHECK (is_only)
);

CREATE TABLE behaviour.standing (
    shopper bigint NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    purchases integer NOT NULL,
    first_purchase date NOT NULL,
    last_purchase date NOT NULL,
    total_minor_units bigint NOT NULL,
    recency smallint NOT NULL,
    frequency smallint NOT NULL,
    monetary smallint NOT NULL,
    segment text NOT NULL,
    probability_alive double precision,
    value_minor_units bigint,
    churn double precision,
    churn_reasons text[] NOT NULL,
    is_holdout boolean NOT NULL,
    CONSTRAINT standing_churn_check CHECK (((churn >= (0)::double precision) AND (churn <= (1)::double precision))),
    CONSTRAINT standing_frequency_check CHECK (((frequency >= 1) AND (frequency <= 5))),
    CONSTRAINT standing_monetary_check CHECK (((monetary >= 1) AND (monetary <= 5))),
    CONSTRAINT standing_probability_alive_check CHECK (((probability_alive >= (0)::double precision) AND (probability_alive <= (1)::double precision))),
    CONSTRAINT standing_purchases_check CHECK ((purchases >= 1)),
    CONSTRAINT standing_recency_check CHECK (((recency >= 1) AND (recency <= 5))),
    CONSTRAINT standing_segment_check CHECK ((length(segment) <= 60))
);

CREATE TABLE catalog.attribute (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    unit text,
    is_facet boolean DEFAULT false NOT NULL,
    "position" integer DEFAULT 1000 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT attribute_code_check CHECK (((code ~ '^[a-z0-9][a-z0-9_]*$'::text) AND (octet_length(code) <= 120))),
    CONSTRAINT attribute_name_check CHECK (((btrim(name) <> ''::text) AND (octet_length(name) <= 400))),
    CONSTRAINT attribute_type_check CHECK ((type = ANY (ARRAY['text'::text, 'number'::text, 'boolean'::text, 'date'::text, 'swatch'::text]))),
    CONSTRAINT attribute_unit_check CHECK (((btrim(unit) <> ''::text) AND (octet_length(unit) <= 40))),
    CONSTRAINT attribute_unit_of_number CHECK (((unit IS NULL) OR (type = 'number'::text)))
);

ALTER TABLE catalog.attribute ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.attribute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.brand (
    id bigint NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT brand_name_check CHECK (((btrim(name) <> ''::text) AND (octet_length(name) <= 400)))
);

ALTER TABLE catalog.brand ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.brand_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.category (
    id bigint NOT NULL,
    parent_id bigint,
    slug text NOT NULL,
    name text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT category_name_check CHECK (((btrim(name) <> ''::text) AND (octet_length(name) <= 400))),
    CONSTRAINT category_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (octet_length(slug) <= 200)))
);

CREATE TABLE catalog.category_attribute (
    category_id bigint NOT NULL,
    attribute_id bigint NOT NULL,
    is_facet boolean,
    "position" integer,
    unit text,
    CONSTRAINT category_attribute_unit_check CHECK (((btrim(unit) <> ''::text) AND (octet_length(unit) <= 40)))
);

ALTER TABLE catalog.category ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.category_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.product (
    id bigint NOT NULL,
    source text NOT NULL,
    code text NOT NULL,
    document_version bigint DEFAULT 1 NOT NULL,
    title text NOT NULL,
    summary text DEFAULT ''::text NOT NULL,
    brand_id bigint,
    rating_average double precision,
    rating_count bigint DEFAULT 0 NOT NULL,
    popularity double precision DEFAULT 0 NOT NULL,
    lifecycle text DEFAULT 'draft'::text NOT NULL,
    for_shops boolean DEFAULT true NOT NULL,
    for_companies boolean DEFAULT true NOT NULL,
    released_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT product_audience CHECK ((for_shops OR for_companies)),
    CONSTRAINT product_code_check CHECK (((btrim(code) <> ''::text) AND (octet_length(code) <= 200))),
    CONSTRAINT product_created_at_check CHECK (isfinite(created_at)),
    CONSTRAINT product_document_version_check CHECK ((document_version > 0)),
    CONSTRAINT product_lifecycle_check CHECK ((lifecycle = ANY (ARRAY['draft'::text, 'listed'::text, 'hidden'::text, 'discontinued'::text]))),
    CONSTRAINT product_popularity_check CHECK (((popularity >= (0)::double precision) AND (popularity < 'Infinity'::double precision))),
    CONSTRAINT product_rating CHECK (((rating_average IS NULL) = (rating_count = 0))),
    CONSTRAINT product_rating_average_check CHECK (((rating_average >= (0)::double precision) AND (rating_average <= (5)::double precision))),
    CONSTRAINT product_rating_count_check CHECK ((rating_count >= 0)),
    CONSTRAINT product_released_at_check CHECK (isfinite(released_at)),
    CONSTRAINT product_source_check CHECK (((source ~ '^[a-z0-9][a-z0-9_-]*$'::text) AND (octet_length(source) <= 60))),
    CONSTRAINT product_summary_check CHECK ((octet_length(summary) <= 100000)),
    CONSTRAINT product_title_check CHECK (((btrim(title) <> ''::text) AND (octet_length(title) <= 4000))),
    CONSTRAINT product_updated_at_check CHECK (isfinite(updated_at))
);

CREATE TABLE catalog.product_attribute (
    product_id bigint NOT NULL,
    attribute_id bigint NOT NULL,
    value_index integer DEFAULT 0 NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    type text NOT NULL,
    text_value text,
    number_value double precision,
    boolean_value boolean,
    date_value date,
    swatch_hex text,
    CONSTRAINT product_attribute_position_check CHECK (("position" >= 0)),
    CONSTRAINT product_attribute_text_value_check CHECK (((btrim(text_value) <> ''::text) AND (octet_length(text_value) <= 100000))),
    CONSTRAINT product_attribute_value CHECK (catalog.value_fits(type, text_value, number_value, boolean_value, date_value, swatch_hex)),
    CONSTRAINT product_attribute_value_index_check CHECK ((value_index >= 0))
);

CREATE TABLE catalog.product_category (
    product_id bigint NOT NULL,
    category_id bigint NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    CONSTRAINT product_category_position_check CHECK (("position" >= 0))
);

ALTER TABLE catalog.product ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.product_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.product_picture (
    product_id bigint NOT NULL,
    "position" integer NOT NULL,
    url text NOT NULL,
    CONSTRAINT product_picture_position_check CHECK (("position" >= 0)),
    CONSTRAINT product_picture_url_check CHECK (((btrim(url) <> ''::text) AND (octet_length(url) <= 2000)))
);

CREATE TABLE catalog.variant (
    id bigint NOT NULL,
    product_id bigint NOT NULL,
    sku text NOT NULL,
    gtin text,
    "position" integer DEFAULT 0 NOT NULL,
    picture_url text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT variant_gtin_check CHECK ((gtin ~ '^[0-9]{8,14}$'::text)),
    CONSTRAINT variant_picture_url_check CHECK (((btrim(picture_url) <> ''::text) AND (octet_length(picture_url) <= 2000))),
    CONSTRAINT variant_position_check CHECK (("position" >= 0)),
    CONSTRAINT variant_sku_check CHECK (((btrim(sku) <> ''::text) AND (octet_length(sku) <= 400)))
);

ALTER TABLE catalog.variant ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.variant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.variant_option (
    variant_id bigint NOT NULL,
    attribute_id bigint NOT NULL,
    value_index integer DEFAULT 0 NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    type text NOT NULL,
    text_value text,
    number_value double precision,
    boolean_value boolean,
    date_value date,
    swatch_hex text,
    CONSTRAINT variant_option_position_check CHECK (("position" >= 0)),
    CONSTRAINT variant_option_text_value_check CHECK (((btrim(text_value) <> ''::text) AND (octet_length(text_value) <= 1000))),
    CONSTRAINT variant_option_value CHECK (catalog.value_fits(type, text_value, number_value, boolean_value, date_value, swatch_hex)),
    CONSTRAINT variant_option_value_index_check CHECK ((value_index >= 0))
);

CREATE TABLE experiments.experiment (
    name text NOT NULL,
    question text NOT NULL,
    kind text NOT NULL,
    arms jsonb NOT NULL,
    layer text NOT NULL,
    first_bucket integer NOT NULL,
    end_bucket integer NOT NULL,
    exposed_buckets integer NOT NULL,
    devices text[] NOT NULL,
    customers text[] NOT NULL,
    metric text NOT NULL,
    planned_visitors bigint NOT NULL,
    state text NOT NULL,
    author text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    stopped_at timestamp with time zone,
    conclusion text DEFAULT ''::text NOT NULL,
    CONSTRAINT experiment_arms_check CHECK (((jsonb_typeof(arms) = 'array'::text) AND ((jsonb_array_length(arms) >= 2) AND (jsonb_array_length(arms) <= 20)))),
    CONSTRAINT experiment_author_check CHECK ((length(author) <= 120)),
    CONSTRAINT experiment_check CHECK (((end_bucket >= (first_bucket + 1)) AND (end_bucket <= 10000))),
    CONSTRAINT experiment_check1 CHECK ((((state = 'draft'::text) = (started_at IS NULL)) AND ((state = 'stopped'::text) = (stopped_at IS NOT NULL)))),
    CONSTRAINT experiment_conclusion_check CHECK ((length(conclusion) <= 1000)),
    CONSTRAINT experiment_exposed_buckets_check CHECK (((exposed_buckets >= 0) AND (exposed_buckets <= 10000))),
    CONSTRAINT experiment_first_bucket_check CHECK ((first_bucket >= 0)),
    CONSTRAINT experiment_kind_check CHECK ((kind = ANY (ARRAY['arms'::text, 'interleaving'::text]))),
    CONSTRAINT experiment_layer_check CHECK (((length(layer) >= 1) AND (length(layer) <= 60))),
    CONSTRAINT experiment_name_check CHECK ((name ~ '^[a-z][a-z0-9-]{0,59}$'::text)),
    CONSTRAINT experiment_planned_visitors_check CHECK ((planned_visitors >= 0)),
    CONSTRAINT experiment_question_check CHECK (((length(question) >= 1) AND (length(question) <= 1000))),
    CONSTRAINT experiment_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'running'::text, 'stopped'::text])))
);

CREATE TABLE experiments.holdout (
    is_one boolean DEFAULT true NOT NULL,
    buckets integer NOT NULL,
    CONSTRAINT holdout_buckets_check CHECK (((buckets >= 0) AND (buckets <= 5000))),
    CONSTRAINT holdout_is_one_check CHECK (is_one)
);

CREATE TABLE indexing.dead_letter (
    generation_number bigint NOT NULL,
    product_id bigint NOT NULL,
    document_version bigint NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    document text
);

ALTER TABLE indexing.fan_out ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME indexing.fan_out_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE indexing.fan_out_product (
    product_id bigint NOT NULL
);

CREATE TABLE indexing.generation (
    number bigint NOT NULL,
    alias text NOT NULL,
    index_name text NOT NULL,
    mapping_hash text NOT NULL,
    cursor_transaction_id xid8 NOT NULL,
    cursor_id bigint NOT NULL,
    state text DEFAULT 'building'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    swapped_in_at timestamp with time zone,
    mapping text DEFAULT '{}'::text NOT NULL,
    loaded_through bigint DEFAULT 0 NOT NULL,
    checks text,
    CONSTRAINT generation_state_check CHECK ((state = ANY (ARRAY['building'::text, 'live'::text, 'retired'::text, 'failed'::text])))
);

ALTER TABLE indexing.generation ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME indexing.generation_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE indexing.lease (
    name text NOT NULL,
    holder text NOT NULL,
    acquired_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE indexing.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME indexing.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE indexing.price_clock (
    is_only boolean DEFAULT true NOT NULL,
    looked_through timestamp with time zone NOT NULL,
    CONSTRAINT price_clock_is_only_check CHECK (is_only)
);

CREATE TABLE inventory.stock (
    variant_id bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    on_hand bigint DEFAULT 0 NOT NULL,
    reserved bigint DEFAULT 0 NOT NULL,
    CONSTRAINT stock_on_hand CHECK ((on_hand >= 0)),
    CONSTRAINT stock_reserved CHECK ((reserved >= 0)),
    CONSTRAINT stock_reserved_on_hand CHECK ((reserved <= on_hand))
);

CREATE VIEW indexing.searchable_product AS
 SELECT product.id,
    product.document_version
   FROM catalog.product
  WHERE ((EXISTS ( SELECT 1
           FROM catalog.variant
          WHERE (variant.product_id = product.id))) AND ((product.lifecycle = 'listed'::text) OR ((product.lifecycle = 'discontinued'::text) AND (EXISTS ( SELECT 1
           FROM (catalog.variant
             JOIN inventory.stock ON ((stock.variant_id = variant.id)))
          WHERE (variant.product_id = product.id)
          GROUP BY variant.id
         HAVING (sum(inventory.available_quantity(stock.on_hand, stock.reserved)) > (0)::numeric))))));

CREATE TABLE inventory.stock_entry (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    variant_id bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    units bigint NOT NULL,
    on_hand_after bigint NOT NULL,
    reason text NOT NULL,
    reference text NOT NULL,
    actor text NOT NULL,
    CONSTRAINT stock_entry_actor_check CHECK ((length(actor) <= 100)),
    CONSTRAINT stock_entry_on_hand_after_check CHECK ((on_hand_after >= 0)),
    CONSTRAINT stock_entry_reason_check CHECK ((reason = 'receipt'::text)),
    CONSTRAINT stock_entry_reference_check CHECK ((length(reference) <= 100)),
    CONSTRAINT stock_entry_units_check CHECK ((units <> 0))
);

ALTER TABLE inventory.stock_entry ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME inventory.stock_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE inventory.warehouse (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT warehouse_code_check CHECK (((code ~ '^[A-Za-z0-9][A-Za-z0-9_-]*$'::text) AND (octet_length(code) <= 60))),
    CONSTRAINT warehouse_name_check CHECK (((btrim(name) <> ''::text) AND (octet_length(name) <= 400)))
);

ALTER TABLE inventory.warehouse ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME inventory.warehouse_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE jobs.job (
    name text NOT NULL,
    schedule text,
    time_zone text NOT NULL,
    after text[] NOT NULL,
    is_paused boolean DEFAULT false NOT NULL,
    next_at timestamp with time zone,
    requested_at timestamp with time zone,
    is_requested_by_hand boolean DEFAULT false NOT NULL,
    retry_at timestamp with time zone,
    attempt integer DEFAULT 0 NOT NULL,
    CONSTRAINT job_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT job_name_check CHECK ((length(name) <= 64)),
    CONSTRAINT job_schedule_check CHECK ((length(schedule) <= 200)),
    CONSTRAINT job_time_zone_check CHECK ((length(time_zone) <= 64))
);

CREATE TABLE jobs.run (
    id bigint NOT NULL,
    job text NOT NULL,
    trigger text NOT NULL,
    attempt integer NOT NULL,
    state text NOT NULL,
    holder text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    lease_until timestamp with time zone NOT NULL,
    done bigint DEFAULT 0 NOT NULL,
    total bigint,
    note text DEFAULT ''::text NOT NULL,
    figures jsonb DEFAULT '{}'::jsonb NOT NULL,
    reason text,
    CONSTRAINT run_attempt_check CHECK ((attempt >= 1)),
    CONSTRAINT run_check CHECK (((state = 'running'::text) = (finished_at IS NULL))),
    CONSTRAINT run_holder_check CHECK ((length(holder) <= 200)),
    CONSTRAINT run_note_check CHECK ((length(note) <= 200)),
    CONSTRAINT run_reason_check CHECK ((length(reason) <= 2000))
);

ALTER TABLE jobs.run ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jobs.run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE merchandising.category_order (
    category_id bigint NOT NULL,
    default_order merchandising.product_order NOT NULL
);

CREATE TABLE merchandising.draft (
    id bigint NOT NULL,
    name text NOT NULL,
    base bigint NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    texts jsonb NOT NULL,
    author text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    authors text[] DEFAULT '{}'::text[] NOT NULL,
    conflicts jsonb DEFAULT '[]'::jsonb NOT NULL,
    restores bigint,
    publish_at timestamp with time zone,
    publish_reason text,
    publish_by text,
    CONSTRAINT draft_author_check CHECK ((length(author) <= 120)),
    CONSTRAINT draft_conflicts_check CHECK ((jsonb_typeof(conflicts) = 'array'::text)),
    CONSTRAINT draft_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT draft_publish_by_check CHECK ((length(publish_by) <= 120)),
    CONSTRAINT draft_publish_reason_check CHECK ((length(publish_reason) <= 1000)),
    CONSTRAINT draft_schedule CHECK ((((publish_at IS NULL) = (publish_reason IS NULL)) AND ((publish_at IS NULL) = (publish_by IS NULL))))
);

ALTER TABLE merchandising.draft ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME merchandising.draft_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE merchandising.published (
    is_one boolean DEFAULT true NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT published_is_one_check CHECK (is_one)
);

CREATE TABLE merchandising.rule_text (
    digest text NOT NULL,
    content text NOT NULL,
    CONSTRAINT rule_text_content_check CHECK ((octet_length(content) <= 16777216)),
    CONSTRAINT rule_text_digest_check CHECK ((length(digest) = 64))
);

CREATE TABLE merchandising.rule_version (
    number bigint NOT NULL,
    texts jsonb NOT NULL,
    author text NOT NULL,
    reason text NOT NULL,
    published_at timestamp with time zone NOT NULL,
    restored_from bigint,
    CONSTRAINT rule_version_author_check CHECK ((length(author) <= 120)),
    CONSTRAINT rule_version_number_check CHECK ((number > 0)),
    CONSTRAINT rule_version_reason_check CHECK ((length(reason) <= 1000))
);

CREATE TABLE merchandising.virtual_category (
    id bigint NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    summary text DEFAULT ''::text NOT NULL,
    filters text[] NOT NULL,
    default_order merchandising.product_order DEFAULT 'relevance'::text NOT NULL,
    first_facets text[] DEFAULT '{}'::text[] NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT virtual_category_filters_check CHECK ((((cardinality(filters) >= 1) AND (cardinality(filters) <= 20)) AND (array_position(filters, NULL::text) IS NULL) AND (octet_length(array_to_string(filters, ''::text)) <= 4000))),
    CONSTRAINT virtual_category_first_facets_check CHECK (((cardinality(first_facets) <= 20) AND (array_position(first_facets, NULL::text) IS NULL))),
    CONSTRAINT virtual_category_name_check CHECK (((btrim(name) <> ''::text) AND (octet_length(name) <= 400))),
    CONSTRAINT virtual_category_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (octet_length(slug) <= 200))),
    CONSTRAINT virtual_category_summary_check CHECK ((octet_length(summary) <= 2000))
);

ALTER TABLE merchandising.virtual_category ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME merchandising.virtual_category_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pricing.cost (
    variant_id bigint NOT NULL,
    amount_minor_units bigint NOT NULL,
    currency text NOT NULL,
    CONSTRAINT cost_amount CHECK ((amount_minor_units >= 0)),
    CONSTRAINT cost_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
);

CREATE TABLE pricing.desk_rules (
    number bigint NOT NULL,
    content jsonb NOT NULL,
    author text NOT NULL,
    reason text NOT NULL,
    published_at timestamp with time zone NOT NULL,
    CONSTRAINT desk_rules_author_check CHECK ((length(author) <= 120)),
    CONSTRAINT desk_rules_number_check CHECK ((number > 0)),
    CONSTRAINT desk_rules_reason_check CHECK ((length(reason) <= 1000))
);

CREATE TABLE pricing.price (
    id bigint NOT NULL,
    variant_id bigint NOT NULL,
    list_id bigint NOT NULL,
    currency text NOT NULL,
    amount_minor_units bigint NOT NULL,
    was_minor_units bigint,
    minimum_quantity bigint DEFAULT 1 NOT NULL,
    valid_from timestamp with time zone,
    valid_until timestamp with time zone,
    CONSTRAINT price_amount CHECK ((amount_minor_units >= 0)),
    CONSTRAINT price_minimum_quantity CHECK ((minimum_quantity >= 1)),
    CONSTRAINT price_valid_from_check CHECK (isfinite(valid_from)),
    CONSTRAINT price_valid_until_check CHECK (isfinite(valid_until)),
    CONSTRAINT price_validity CHECK ((valid_from < valid_until)),
    CONSTRAINT price_was_amount CHECK ((was_minor_units > amount_minor_units))
);

ALTER TABLE pricing.price ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME pricing.price_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pricing.price_list (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT price_list_code_check CHECK (((code ~ '^[A-Za-z0-9][A-Za-z0-9_-]*$'::text) AND (octet_length(code) <= 60))),
    CONSTRAINT price_list_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT price_list_name_check CHECK (((btrim(name) <> ''::text) AND (octet_length(name) <= 400)))
);

ALTER TABLE pricing.price_list ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME pricing.price_list_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pricing.proposal (
    id bigint NOT NULL,
    product_id bigint NOT NULL,
    currency text NOT NULL,
    decision text NOT NULL,
    gain double precision NOT NULL,
    record jsonb NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    decided_by text,
    reason text,
    publication bigint,
    CONSTRAINT proposal_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT proposal_decided_by_check CHECK ((length(decided_by) <= 120)),
    CONSTRAINT proposal_decision_check CHECK ((decision = ANY (ARRAY['change'::text, 'keep'::text, 'refused'::text]))),
    CONSTRAINT proposal_reason_check CHECK ((length(reason) <= 1000)),
    CONSTRAINT proposal_state_check CHECK ((state = ANY (ARRAY['open'::text, 'published'::text, 'rejected'::text, 'superseded'::text, 'rolled_back'::text])))
);

ALTER TABLE pricing.proposal ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME pricing.proposal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pricing.publication (
    number bigint NOT NULL,
    author text NOT NULL,
    reason text NOT NULL,
    published_at timestamp with time zone NOT NULL,
    restored_from bigint,
    CONSTRAINT publication_author_check CHECK ((length(author) <= 120)),
    CONSTRAINT publication_number_check CHECK ((number > 0)),
    CONSTRAINT publication_reason_check CHECK ((length(reason) <= 1000))
);

CREATE TABLE pricing.published_price (
    publication bigint NOT NULL,
    price_id bigint NOT NULL,
    product_id bigint NOT NULL,
    before_minor_units bigint NOT NULL,
    before_was_minor_units bigint,
    after_minor_units bigint NOT NULL,
    after_was_minor_units bigint
);

CREATE TABLE public.schema_migration (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE purchasing.plan (
    product_id bigint NOT NULL,
    run_number bigint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    supplier_id bigint,
    class text NOT NULL,
    on_hand bigint NOT NULL,
    on_order bigint NOT NULL,
    daily_demand double precision NOT NULL,
    cover_days double precision,
    stockout_day date,
    earliest_stockout_day date,
    stockout_probability double precision NOT NULL,
    shortage_minor_units bigint NOT NULL,
    overstock_units bigint NOT NULL,
    overstock_minor_units bigint NOT NULL,
    is_markdown_candidate boolean NOT NULL,
    proposed_units integer NOT NULL,
    units integer NOT NULL,
    unit_cost_minor_units bigint,
    reason text NOT NULL,
    refusal text,
    CONSTRAINT plan_class_check CHECK ((class = ANY (ARRAY['A'::text, 'B'::text, 'C'::text]))),
    CONSTRAINT plan_proposed_units_check CHECK (((proposed_units >= 0) AND (proposed_units <= 100000))),
    CONSTRAINT plan_reason_check CHECK ((length(reason) <= 1000)),
    CONSTRAINT plan_refusal_check CHECK ((length(refusal) <= 500)),
    CONSTRAINT plan_stockout_probability_check CHECK (((stockout_probability >= (0)::double precision) AND (stockout_probability <= (1)::double precision))),
    CONSTRAINT plan_unit_cost_minor_units_check CHECK ((unit_cost_minor_units >= 0)),
    CONSTRAINT plan_units_check CHECK (((units >= 0) AND (units <= 100000)))
);

CREATE SEQUENCE purchasing.proposal_revision
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE purchasing.proposal (
    supplier_id bigint NOT NULL,
    run_number bigint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    revision integer DEFAULT nextval('purchasing.proposal_revision'::regclass) NOT NULL,
    edited_by text,
    note text,
    CONSTRAINT proposal_edited_by_check CHECK ((length(edited_by) <= 100)),
    CONSTRAINT proposal_note_check CHECK ((length(note) <= 500))
);

CREATE TABLE purchasing.purchase_order (
    number bigint NOT NULL,
    supplier_id bigint NOT NULL,
    state text NOT NULL,
    currency text NOT NULL,
    ordered_at timestamp with time zone NOT NULL,
    ordered_by text NOT NULL,
    expected_on date NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    CONSTRAINT purchase_order_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT purchase_order_ordered_by_check CHECK ((length(ordered_by) <= 100)),
    CONSTRAINT purchase_order_state_check CHECK ((state = ANY (ARRAY['ordered'::text, 'received'::text, 'cancelled'::text])))
);

CREATE TABLE purchasing.purchase_order_line (
    order_number bigint NOT NULL,
    variant_id bigint NOT NULL,
    product_id bigint NOT NULL,
    sku text NOT NULL,
    title text NOT NULL,
    units integer NOT NULL,
    received_units integer DEFAULT 0 NOT NULL,
    unit_cost_minor_units bigint NOT NULL,
    CONSTRAINT purchase_order_line_received_units_check CHECK (((received_units >= 0) AND (received_units <= 100000))),
    CONSTRAINT purchase_order_line_sku_check CHECK ((length(sku) <= 400)),
    CONSTRAINT purchase_order_line_unit_cost_minor_units_check CHECK ((unit_cost_minor_units >= 0)),
    CONSTRAINT purchase_order_line_units_check CHECK (((units >= 1) AND (units <= 100000)))
);

ALTER TABLE purchasing.purchase_order ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME purchasing.purchase_order_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE purchasing.supplier (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    lead_time_days double precision NOT NULL,
    lead_time_deviation_days double precision NOT NULL,
    review_days integer NOT NULL,
    minimum_order_minor_units bigint NOT NULL,
    pack_size integer NOT NULL,
    minimum_units integer NOT NULL,
    CONSTRAINT supplier_code_check CHECK (((code ~ '^[A-Za-z0-9][A-Za-z0-9_-]*$'::text) AND (length(code) <= 60))),
    CONSTRAINT supplier_lead_time_days_check CHECK (((lead_time_days >= (0)::double precision) AND (lead_time_days <= (730)::double precision))),
    CONSTRAINT supplier_lead_time_deviation_days_check CHECK (((lead_time_deviation_days >= (0)::double precision) AND (lead_time_deviation_days <= (730)::double precision))),
    CONSTRAINT supplier_minimum_order_minor_units_check CHECK (((minimum_order_minor_units >= 0) AND (minimum_order_minor_units <= '1000000000000'::bigint))),
    CONSTRAINT supplier_minimum_units_check CHECK (((minimum_units >= 0) AND (minimum_units <= 100000))),
    CONSTRAINT supplier_name_check CHECK (((btrim(name) <> ''::text) AND (length(name) <= 200))),
    CONSTRAINT supplier_pack_size_check CHECK (((pack_size >= 1) AND (pack_size <= 100000))),
    CONSTRAINT supplier_review_days_check CHECK (((review_days >= 1) AND (review_days <= 730)))
);

ALTER TABLE purchasing.supplier ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME purchasing.supplier_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE purchasing.supply (
    brand_id bigint NOT NULL,
    supplier_id bigint NOT NULL
);

ALTER TABLE ONLY behaviour.event ATTACH PARTITION behaviour.event_browsing FOR VALUES IN ('1');

ALTER TABLE ONLY behaviour.event ATTACH PARTITION behaviour.event_order FOR VALUES IN ('2');

ALTER TABLE ONLY accounts.api_token
    ADD CONSTRAINT api_token_digest_key UNIQUE (digest);

ALTER TABLE ONLY accounts.api_token
    ADD CONSTRAINT api_token_pkey PRIMARY KEY (name);

ALTER TABLE ONLY accounts.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY accounts.sign_in_attempt
    ADD CONSTRAINT sign_in_attempt_pkey PRIMARY KEY (subject);

ALTER TABLE ONLY accounts.staff
    ADD CONSTRAINT staff_name_key UNIQUE (name);

ALTER TABLE ONLY accounts.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (id);

ALTER TABLE ONLY analytics.conduct_count
    ADD CONSTRAINT conduct_count_pkey PRIMARY KEY (is_only);

ALTER TABLE ONLY analytics.customer_run
    ADD CONSTRAINT customer_run_pkey PRIMARY KEY (number);

ALTER TABLE ONLY analytics.forecast
    ADD CONSTRAINT forecast_pkey PRIMARY KEY (run_number, product_id);

ALTER TABLE ONLY analytics.forecast_run
    ADD CONSTRAINT forecast_run_pkey PRIMARY KEY (number);

ALTER TABLE ONLY analytics.model
    ADD CONSTRAINT model_pkey PRIMARY KEY (number);

ALTER TABLE ONLY analytics.product_conduct
    ADD CONSTRAINT product_conduct_pkey PRIMARY KEY (product_id);

ALTER TABLE ONLY analytics.rollup
    ADD CONSTRAINT rollup_pkey PRIMARY KEY (is_one);

ALTER TABLE ONLY analytics.stock_day
    ADD CONSTRAINT stock_day_pkey PRIMARY KEY (product_id, day);

ALTER TABLE ONLY analytics.trade_day
    ADD CONSTRAINT trade_day_pkey PRIMARY KEY (day, currency);

ALTER TABLE ONLY analytics.trade_product_day
    ADD CONSTRAINT trade_product_day_pkey PRIMARY KEY (day, currency, product_id);

ALTER TABLE ONLY analytics.visit_day
    ADD CONSTRAINT visit_day_pkey PRIMARY KEY (day);

ALTER TABLE ONLY behaviour.anonymous_day
    ADD CONSTRAINT anonymous_day_pkey PRIMARY KEY (day, kind, product_id);

ALTER TABLE ONLY behaviour.counted
    ADD CONSTRAINT counted_pkey PRIMARY KEY (mark);

ALTER TABLE ONLY behaviour.erasure
    ADD CONSTRAINT erasure_pkey PRIMARY KEY (mark);

ALTER TABLE ONLY behaviour.event_aside
    ADD CONSTRAINT event_aside_pkey PRIMARY KEY (id);

ALTER TABLE behaviour.event_aside
    ADD CONSTRAINT event_aside_times CHECK ((isfinite(occurred_at) AND isfinite(received_at))) NOT VALID;

ALTER TABLE ONLY behaviour.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id, kept, day);

ALTER TABLE ONLY behaviour.event_browsing
    ADD CONSTRAINT event_browsing_pkey PRIMARY KEY (id, kept, day);

ALTER TABLE ONLY behaviour.event_order
    ADD CONSTRAINT event_order_pkey PRIMARY KEY (id, kept, day);

ALTER TABLE ONLY behaviour.exposure
    ADD CONSTRAINT exposure_pkey PRIMARY KEY (experiment, shopper, arm);

ALTER TABLE ONLY behaviour.identity
    ADD CONSTRAINT identity_pkey PRIMARY KEY (visitor);

ALTER TABLE ONLY behaviour.impression
    ADD CONSTRAINT impression_pkey PRIMARY KEY (day, id);

ALTER TABLE ONLY behaviour.search_day
    ADD CONSTRAINT search_day_pkey PRIMARY KEY (day, query);

ALTER TABLE ONLY behaviour.search_features
    ADD CONSTRAINT search_features_pkey PRIMARY KEY (search_id);

ALTER TABLE ONLY behaviour.search_interleaving
    ADD CONSTRAINT search_interleaving_pkey PRIMARY KEY (search_id);

ALTER TABLE ONLY behaviour.search_log
    ADD CONSTRAINT search_log_pkey PRIMARY KEY (is_only);

ALTER TABLE ONLY behaviour.search
    ADD CONSTRAINT search_pkey PRIMARY KEY (id);

ALTER TABLE behaviour.search
    ADD CONSTRAINT search_time CHECK (isfinite(searched_at)) NOT VALID;

ALTER TABLE ONLY catalog.attribute
    ADD CONSTRAINT attribute_code_key UNIQUE (code);

ALTER TABLE ONLY catalog.attribute
    ADD CONSTRAINT attribute_pkey PRIMARY KEY (id);

ALTER TABLE catalog.attribute
    ADD CONSTRAINT attribute_position_limit CHECK ((("position" >= '-1000000'::integer) AND ("position" <= 1000000))) NOT VALID;

ALTER TABLE ONLY catalog.attribute
    ADD CONSTRAINT attribute_type_key UNIQUE (id, type);

ALTER TABLE ONLY catalog.brand
    ADD CONSTRAINT brand_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.category_attribute
    ADD CONSTRAINT category_attribute_pkey PRIMARY KEY (category_id, attribute_id);

ALTER TABLE catalog.category_attribute
    ADD CONSTRAINT category_attribute_position_limit CHECK ((("position" >= '-1000000'::integer) AND ("position" <= 1000000))) NOT VALID;

ALTER TABLE ONLY catalog.category
    ADD CONSTRAINT category_name_key UNIQUE NULLS NOT DISTINCT (parent_id, name);

ALTER TABLE ONLY catalog.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (id);

ALTER TABLE catalog.category
    ADD CONSTRAINT category_position_limit CHECK ((("position" >= '-1000000'::integer) AND ("position" <= 1000000))) NOT VALID;

ALTER TABLE ONLY catalog.category
    ADD CONSTRAINT category_slug_key UNIQUE (slug);

ALTER TABLE catalog.product_attribute
    ADD CONSTRAINT product_attribute_count_limit CHECK ((("position" < 1000) AND (value_index < 1000))) NOT VALID;

ALTER TABLE ONLY catalog.product_attribute
    ADD CONSTRAINT product_attribute_pkey PRIMARY KEY (product_id, attribute_id, value_index);

ALTER TABLE catalog.product_attribute
    ADD CONSTRAINT product_attribute_value_date_limit CHECK (((date_value >= '0001-01-01'::date) AND (date_value <= '9999-12-31'::date))) NOT VALID;

ALTER TABLE catalog.product_attribute
    ADD CONSTRAINT product_attribute_value_number_limit CHECK (((number_value >= ('-1000000000000000'::numeric)::double precision) AND (number_value <= ('1000000000000000'::numeric)::double precision))) NOT VALID;

ALTER TABLE catalog.product_category
    ADD CONSTRAINT product_category_count_limit CHECK (("position" < 100)) NOT VALID;

ALTER TABLE ONLY catalog.product_category
    ADD CONSTRAINT product_category_pkey PRIMARY KEY (product_id, category_id);

ALTER TABLE ONLY catalog.product_category
    ADD CONSTRAINT product_category_position_key UNIQUE (product_id, "position") DEFERRABLE;

ALTER TABLE ONLY catalog.product
    ADD CONSTRAINT product_code_key UNIQUE (source, code);

ALTER TABLE catalog.product_picture
    ADD CONSTRAINT product_picture_count_limit CHECK (("position" < 200)) NOT VALID;

ALTER TABLE ONLY catalog.product_picture
    ADD CONSTRAINT product_picture_pkey PRIMARY KEY (product_id, "position");

ALTER TABLE ONLY catalog.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);

ALTER TABLE catalog.product
    ADD CONSTRAINT product_popularity_limit CHECK ((popularity <= ('1000000000000'::numeric)::double precision)) NOT VALID;

ALTER TABLE catalog.product
    ADD CONSTRAINT product_rating_count_limit CHECK ((rating_count <= 1000000000)) NOT VALID;

ALTER TABLE catalog.product
    ADD CONSTRAINT product_released_at_limit CHECK (((released_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (released_at < '10000-01-01 00:00:00+00'::timestamp with time zone))) NOT VALID;

ALTER TABLE catalog.variant
    ADD CONSTRAINT variant_count_limit CHECK (("position" < 1000)) NOT VALID;

ALTER TABLE catalog.variant_option
    ADD CONSTRAINT variant_option_count_limit CHECK ((("position" < 1000) AND (value_index < 1000))) NOT VALID;

ALTER TABLE ONLY catalog.variant_option
    ADD CONSTRAINT variant_option_pkey PRIMARY KEY (variant_id, attribute_id, value_index);

ALTER TABLE catalog.variant_option
    ADD CONSTRAINT variant_option_value_date_limit CHECK (((date_value >= '0001-01-01'::date) AND (date_value <= '9999-12-31'::date))) NOT VALID;

ALTER TABLE catalog.variant_option
    ADD CONSTRAINT variant_option_value_number_limit CHECK (((number_value >= ('-1000000000000000'::numeric)::double precision) AND (number_value <= ('1000000000000000'::numeric)::double precision))) NOT VALID;

ALTER TABLE ONLY catalog.variant
    ADD CONSTRAINT variant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.variant
    ADD CONSTRAINT variant_sku_key UNIQUE (sku);

ALTER TABLE ONLY experiments.experiment
    ADD CONSTRAINT experiment_pkey PRIMARY KEY (name);

ALTER TABLE ONLY experiments.holdout
    ADD CONSTRAINT holdout_pkey PRIMARY KEY (is_one);

ALTER TABLE ONLY indexing.dead_letter
    ADD CONSTRAINT dead_letter_pkey PRIMARY KEY (generation_number, product_id);

ALTER TABLE ONLY indexing.fan_out
    ADD CONSTRAINT fan_out_pkey PRIMARY KEY (id);

ALTER TABLE ONLY indexing.fan_out_product
    ADD CONSTRAINT fan_out_product_pkey PRIMARY KEY (product_id);

ALTER TABLE ONLY indexing.generation
    ADD CONSTRAINT generation_index_name_key UNIQUE (index_name);

ALTER TABLE ONLY indexing.generation
    ADD CONSTRAINT generation_pkey PRIMARY KEY (number);

ALTER TABLE ONLY indexing.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (name);

ALTER TABLE ONLY indexing.outbox
    ADD CONSTRAINT outbox_once UNIQUE (product_id, transaction_id);

ALTER TABLE ONLY indexing.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY indexing.price_clock
    ADD CONSTRAINT price_clock_pkey PRIMARY KEY (is_only);

ALTER TABLE ONLY inventory.stock_entry
    ADD CONSTRAINT stock_entry_pkey PRIMARY KEY (id);

ALTER TABLE inventory.stock
    ADD CONSTRAINT stock_on_hand_limit CHECK ((on_hand <= 1000000000)) NOT VALID;

ALTER TABLE ONLY inventory.stock
    ADD CONSTRAINT stock_pkey PRIMARY KEY (variant_id, warehouse_id);

ALTER TABLE ONLY inventory.warehouse
    ADD CONSTRAINT warehouse_code_key UNIQUE (code);

ALTER TABLE ONLY inventory.warehouse
    ADD CONSTRAINT warehouse_pkey PRIMARY KEY (id);

ALTER TABLE ONLY jobs.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (name);

ALTER TABLE ONLY jobs.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY merchandising.category_order
    ADD CONSTRAINT category_order_pkey PRIMARY KEY (category_id);

ALTER TABLE ONLY merchandising.draft
    ADD CONSTRAINT draft_name_key UNIQUE (name);

ALTER TABLE ONLY merchandising.draft
    ADD CONSTRAINT draft_pkey PRIMARY KEY (id);

ALTER TABLE ONLY merchandising.published
    ADD CONSTRAINT published_pkey PRIMARY KEY (is_one);

ALTER TABLE ONLY merchandising.rule_text
    ADD CONSTRAINT rule_text_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY merchandising.rule_version
    ADD CONSTRAINT rule_version_pkey PRIMARY KEY (number);

ALTER TABLE ONLY merchandising.virtual_category
    ADD CONSTRAINT virtual_category_pkey PRIMARY KEY (id);

ALTER TABLE ONLY merchandising.virtual_category
    ADD CONSTRAINT virtual_category_slug_key UNIQUE (slug);

ALTER TABLE pricing.cost
    ADD CONSTRAINT cost_amount_limit CHECK ((amount_minor_units <= '1000000000000'::bigint)) NOT VALID;

ALTER TABLE ONLY pricing.cost
    ADD CONSTRAINT cost_pkey PRIMARY KEY (variant_id);

ALTER TABLE ONLY pricing.desk_rules
    ADD CONSTRAINT desk_rules_pkey PRIMARY KEY (number);

ALTER TABLE pricing.price
    ADD CONSTRAINT price_amount_limit CHECK ((amount_minor_units <= '1000000000000'::bigint)) NOT VALID;

ALTER TABLE ONLY pricing.price_list
    ADD CONSTRAINT price_list_code_key UNIQUE (code);

ALTER TABLE ONLY pricing.price_list
    ADD CONSTRAINT price_list_currency_key UNIQUE (id, currency);

ALTER TABLE ONLY pricing.price_list
    ADD CONSTRAINT price_list_pkey PRIMARY KEY (id);

ALTER TABLE pricing.price
    ADD CONSTRAINT price_minimum_quantity_limit CHECK ((minimum_quantity <= 1000000000)) NOT VALID;

ALTER TABLE ONLY pricing.price
    ADD CONSTRAINT price_no_overlap EXCLUDE USING gist (variant_id WITH =, list_id WITH =, minimum_quantity WITH =, tstzrange(valid_from, valid_until) WITH &&);

ALTER TABLE ONLY pricing.price
    ADD CONSTRAINT price_pkey PRIMARY KEY (id);

ALTER TABLE pricing.price
    ADD CONSTRAINT price_valid_from_limit CHECK (((valid_from >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (valid_from < '10000-01-01 00:00:00+00'::timestamp with time zone))) NOT VALID;

ALTER TABLE pricing.price
    ADD CONSTRAINT price_valid_until_limit CHECK (((valid_until >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (valid_until < '10000-01-01 00:00:00+00'::timestamp with time zone))) NOT VALID;

ALTER TABLE pricing.price
    ADD CONSTRAINT price_was_amount_limit CHECK ((was_minor_units <= '1000000000000'::bigint)) NOT VALID;

ALTER TABLE ONLY pricing.proposal
    ADD CONSTRAINT proposal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pricing.publication
    ADD CONSTRAINT publication_pkey PRIMARY KEY (number);

ALTER TABLE ONLY pricing.published_price
    ADD CONSTRAINT published_price_pkey PRIMARY KEY (publication, price_id);

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (number);

ALTER TABLE ONLY purchasing.plan
    ADD CONSTRAINT plan_pkey PRIMARY KEY (product_id);

ALTER TABLE ONLY purchasing.proposal
    ADD CONSTRAINT proposal_pkey PRIMARY KEY (supplier_id);

ALTER TABLE ONLY purchasing.purchase_order_line
    ADD CONSTRAINT purchase_order_line_pkey PRIMARY KEY (order_number, variant_id);

ALTER TABLE ONLY purchasing.purchase_order
    ADD CONSTRAINT purchase_order_pkey PRIMARY KEY (number);

ALTER TABLE ONLY purchasing.supplier
    ADD CONSTRAINT supplier_code_key UNIQUE (code);

ALTER TABLE ONLY purchasing.supplier
    ADD CONSTRAINT supplier_pkey PRIMARY KEY (id);

ALTER TABLE ONLY purchasing.supply
    ADD CONSTRAINT supply_pkey PRIMARY KEY (brand_id);

CREATE INDEX session_expiry ON accounts.session USING btree (expires_at);

CREATE INDEX session_staff ON accounts.session USING btree (staff_id);

CREATE INDEX sign_in_attempt_last ON accounts.sign_in_attempt USING btree (last_at);

CREATE UNIQUE INDEX model_serving ON analytics.model USING btree (kind) WHERE (state = 'serving'::text);

CREATE INDEX trade_product_day_product ON analytics.trade_product_day USING btree (product_id, day);

CREATE INDEX counted_counted_at ON behaviour.counted USING btree (counted_at);

CREATE INDEX erasure_erased_at ON behaviour.erasure USING btree (erased_at);

CREATE INDEX event_aside_product ON behaviour.event_aside USING btree (product_id) WHERE (product_id IS NOT NULL);

CREATE INDEX event_aside_received_at ON behaviour.event_aside USING btree (received_at);

CREATE INDEX event_aside_shopper ON behaviour.event_aside USING btree (shopper);

CREATE INDEX event_aside_sku ON behaviour.event_aside USING btree (sku) WHERE (sku IS NOT NULL);

CREATE INDEX event_browsing_list ON ONLY behaviour.event_browsing USING btree (list) WHERE (list IS NOT NULL);

CREATE INDEX event_product ON ONLY behaviour.event USING btree (product_id, occurred_at);

CREATE INDEX event_browsing_product_id_occurred_at_idx ON ONLY behaviour.event_browsing USING btree (product_id, occurred_at);

CREATE INDEX event_shopper ON ONLY behaviour.event USING btree (shopper, occurred_at);

CREATE INDEX event_browsing_shopper_occurred_at_idx ON ONLY behaviour.event_browsing USING btree (shopper, occurred_at);

CREATE INDEX event_order_basket ON ONLY behaviour.event_order USING btree (basket) WHERE (basket IS NOT NULL);

CREATE INDEX event_order_product_id_occurred_at_idx ON ONLY behaviour.event_order USING btree (product_id, occurred_at);

CREATE INDEX event_order_shopper_occurred_at_idx ON ONLY behaviour.event_order USING btree (shopper, occurred_at);

CREATE INDEX exposure_last_at ON behaviour.exposure USING btree (last_at);

CREATE INDEX exposure_shopper ON behaviour.exposure USING btree (shopper);

CREATE INDEX identity_customer ON behaviour.identity USING btree (customer);

CREATE INDEX impression_shopper ON ONLY behaviour.impression USING btree (shopper);

CREATE INDEX search_day_popular ON behaviour.search_day USING btree (day) WHERE (visitors >= 3);

CREATE INDEX search_features_searched_at ON behaviour.search_features USING btree (searched_at);

CREATE INDEX search_interleaving_experiment ON behaviour.search_interleaving USING btree (experiment);

CREATE INDEX search_searched_at ON behaviour.search USING btree (searched_at);

CREATE INDEX search_unanswered ON behaviour.search USING btree (query, searched_at) WHERE (outcome = ANY (ARRAY['relaxed'::text, 'nothing'::text]));

CREATE INDEX search_visitor ON behaviour.search USING btree (visitor, searched_at) WHERE (visitor IS NOT NULL);

CREATE INDEX standing_segment ON behaviour.standing USING btree (segment, shopper);

CREATE INDEX standing_shopper ON behaviour.standing USING btree (shopper);

CREATE UNIQUE INDEX brand_name_key ON catalog.brand USING btree (lower(name));

CREATE INDEX category_attribute_attribute_id ON catalog.category_attribute USING btree (attribute_id);

CREATE INDEX category_attribute_said ON catalog.category_attribute USING btree (category_id) WHERE ((is_facet IS NOT NULL) OR ("position" IS NOT NULL) OR (unit IS NOT NULL));

CREATE INDEX product_attribute_attribute_id ON catalog.product_attribute USING btree (attribute_id);

CREATE INDEX product_audit_bucket ON catalog.product USING btree (((id % (1024)::bigint)));

CREATE INDEX product_brand_id ON catalog.product USING btree (brand_id);

CREATE INDEX product_category_category_id ON catalog.product_category USING btree (category_id);

CREATE INDEX variant_option_attribute_id ON catalog.variant_option USING btree (attribute_id);

CREATE INDEX variant_product_id ON catalog.variant USING btree (product_id, "position");

CREATE UNIQUE INDEX generation_live_key ON indexing.generation USING btree (alias) WHERE (state = 'live'::text);

CREATE INDEX outbox_order ON indexing.outbox USING btree (transaction_id, id);

CREATE INDEX stock_entry_variant ON inventory.stock_entry USING btree (variant_id, id);

CREATE INDEX stock_warehouse_id ON inventory.stock USING btree (warehouse_id);

CREATE INDEX run_by_job ON jobs.run USING btree (job, id DESC);

CREATE UNIQUE INDEX run_of_job_under_way ON jobs.run USING btree (job) WHERE (state = 'running'::text);

CREATE INDEX price_list_id ON pricing.price USING btree (list_id);

CREATE INDEX price_valid_from ON pricing.price USING btree (valid_from) WHERE (valid_from IS NOT NULL);

CREATE INDEX price_valid_until ON pricing.price USING btree (valid_until) WHERE (valid_until IS NOT NULL);

CREATE INDEX price_variant_id ON pricing.price USING btree (variant_id);

CREATE INDEX proposal_product ON pricing.proposal USING btree (product_id);

CREATE INDEX proposal_publication ON pricing.proposal USING btree (publication) WHERE (publication IS NOT NULL);

CREATE INDEX proposal_state ON pricing.proposal USING btree (state, decision, gain DESC, id);

CREATE INDEX published_price_product ON pricing.published_price USING btree (product_id, publication);

CREATE INDEX plan_supplier ON purchasing.plan USING btree (supplier_id);

CREATE INDEX purchase_order_line_variant ON purchasing.purchase_order_line USING btree (variant_id);

CREATE INDEX purchase_order_supplier ON purchasing.purchase_order USING btree (supplier_id);

CREATE INDEX supply_supplier ON purchasing.supply USING btree (supplier_id);

ALTER INDEX behaviour.event_pkey ATTACH PARTITION behaviour.event_browsing_pkey;

ALTER INDEX behaviour.event_product ATTACH PARTITION behaviour.event_browsing_product_id_occurred_at_idx;

ALTER INDEX behaviour.event_shopper ATTACH PARTITION behaviour.event_browsing_shopper_occurred_at_idx;

ALTER INDEX behaviour.event_pkey ATTACH PARTITION behaviour.event_order_pkey;

ALTER INDEX behaviour.event_product ATTACH PARTITION behaviour.event_order_product_id_occurred_at_idx;

ALTER INDEX behaviour.event_shopper ATTACH PARTITION behaviour.event_order_shopper_occurred_at_idx;

CREATE TRIGGER audit_immutable BEFORE DELETE OR UPDATE ON accounts.audit FOR EACH ROW EXECUTE FUNCTION accounts.refuse_change();

CREATE TRIGGER category_no_cycle BEFORE INSERT OR UPDATE OF parent_id ON catalog.category FOR EACH ROW EXECUTE FUNCTION catalog.refuse_category_cycle();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.attribute FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.brand FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.category FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.category_attribute FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.product FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.product_attribute FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.product_category FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.product_picture FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.variant FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON catalog.variant_option FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER note_delete AFTER DELETE ON catalog.category_attribute REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_category_attribute();

CREATE TRIGGER note_delete AFTER DELETE ON catalog.product REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product();

CREATE TRIGGER note_delete AFTER DELETE ON catalog.product_attribute REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_delete AFTER DELETE ON catalog.product_category REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_delete AFTER DELETE ON catalog.product_picture REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_delete AFTER DELETE ON catalog.variant REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_delete AFTER DELETE ON catalog.variant_option REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_variant_part();

CREATE TRIGGER note_insert AFTER INSERT ON catalog.category_attribute REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_category_attribute();

CREATE TRIGGER note_insert AFTER INSERT ON catalog.product REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product();

CREATE TRIGGER note_insert AFTER INSERT ON catalog.product_attribute REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_insert AFTER INSERT ON catalog.product_category REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_insert AFTER INSERT ON catalog.product_picture REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_insert AFTER INSERT ON catalog.variant REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_insert AFTER INSERT ON catalog.variant_option REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_variant_part();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.attribute REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_attribute();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.brand REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_brand();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.category REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_category();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.category_attribute REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_category_attribute();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.product REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.product_attribute REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.product_category REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.product_picture REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.variant REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_product_part();

CREATE TRIGGER note_update AFTER UPDATE ON catalog.variant_option REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_variant_part();

CREATE TRIGGER product_version_goes_up BEFORE UPDATE ON catalog.product FOR EACH ROW WHEN ((new.document_version < old.document_version)) EXECUTE FUNCTION catalog.refuse_version_going_back();

CREATE TRIGGER experiment_immutable BEFORE DELETE OR UPDATE ON experiments.experiment FOR EACH ROW EXECUTE FUNCTION experiments.refuse_change();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON inventory.stock FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER note_delete AFTER DELETE ON inventory.stock REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_variant_part();

CREATE TRIGGER note_insert AFTER INSERT ON inventory.stock REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_variant_part();

CREATE TRIGGER note_update AFTER UPDATE ON inventory.stock REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_variant_part();

CREATE TRIGGER stock_entry_immutable BEFORE DELETE OR UPDATE ON inventory.stock_entry FOR EACH ROW EXECUTE FUNCTION inventory.refuse_change();

CREATE TRIGGER rule_text_immutable BEFORE UPDATE ON merchandising.rule_text FOR EACH ROW EXECUTE FUNCTION merchandising.refuse_change();

CREATE TRIGGER rule_version_immutable BEFORE DELETE OR UPDATE ON merchandising.rule_version FOR EACH ROW EXECUTE FUNCTION merchandising.refuse_change();

CREATE TRIGGER desk_rules_immutable BEFORE DELETE OR UPDATE ON pricing.desk_rules FOR EACH ROW EXECUTE FUNCTION pricing.refuse_change();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pricing.price FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pricing.price_list FOR EACH STATEMENT EXECUTE FUNCTION indexing.refuse_truncate();

CREATE TRIGGER note_delete AFTER DELETE ON pricing.price REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_variant_part();

CREATE TRIGGER note_insert AFTER INSERT ON pricing.price REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_variant_part();

CREATE TRIGGER note_update AFTER UPDATE ON pricing.price REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_variant_part();

CREATE TRIGGER note_update AFTER UPDATE ON pricing.price_list REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION indexing.note_price_list();

CREATE TRIGGER publication_immutable BEFORE DELETE OR UPDATE ON pricing.publication FOR EACH ROW EXECUTE FUNCTION pricing.refuse_change();

CREATE TRIGGER published_price_immutable BEFORE DELETE OR UPDATE ON pricing.published_price FOR EACH ROW EXECUTE FUNCTION pricing.refuse_change();

ALTER TABLE ONLY accounts.session
    ADD CONSTRAINT session_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES accounts.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY analytics.forecast
    ADD CONSTRAINT forecast_run_number_fkey FOREIGN KEY (run_number) REFERENCES analytics.forecast_run(number) ON DELETE CASCADE;

ALTER TABLE ONLY behaviour.search_features
    ADD CONSTRAINT search_features_search_id_fkey FOREIGN KEY (search_id) REFERENCES behaviour.search(id) ON DELETE CASCADE;

ALTER TABLE ONLY behaviour.search_interleaving
    ADD CONSTRAINT search_interleaving_search_id_fkey FOREIGN KEY (search_id) REFERENCES behaviour.search(id) ON DELETE CASCADE;

ALTER TABLE ONLY catalog.category_attribute
    ADD CONSTRAINT category_attribute_attribute_id_fkey FOREIGN KEY (attribute_id) REFERENCES catalog.attribute(id) ON DELETE CASCADE;

ALTER TABLE ONLY catalog.category_attribute
    ADD CONSTRAINT category_attribute_category_id_fkey FOREIGN KEY (category_id) REFERENCES catalog.category(id) ON DELETE CASCADE;

ALTER TABLE ONLY catalog.category
    ADD CONSTRAINT category_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES catalog.category(id);

ALTER TABLE ONLY catalog.product_attribute
    ADD CONSTRAINT product_attribute_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id) ON DELETE CASCADE;

ALTER TABLE ONLY catalog.product_attribute
    ADD CONSTRAINT product_attribute_type FOREIGN KEY (attribute_id, type) REFERENCES catalog.attribute(id, type);

ALTER TABLE ONLY catalog.product
    ADD CONSTRAINT product_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES catalog.brand(id) ON DELETE SET NULL;

ALTER TABLE ONLY catalog.product_category
    ADD CONSTRAINT product_category_category_id_fkey FOREIGN KEY (category_id) REFERENCES catalog.category(id) ON DELETE CASCADE;

ALTER TABLE ONLY catalog.product_category
    ADD CONSTRAINT product_category_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id) ON DELETE CASCADE;

ALTER TABLE ONLY catalog.product_picture
    ADD CONSTRAINT product_picture_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id) ON DELETE CASCADE;

ALTER TABLE ONLY catalog.variant_option
    ADD CONSTRAINT variant_option_type FOREIGN KEY (attribute_id, type) REFERENCES catalog.attribute(id, type);

ALTER TABLE ONLY catalog.variant_option
    ADD CONSTRAINT variant_option_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES catalog.variant(id) ON DELETE CASCADE;

ALTER TABLE ONLY catalog.variant
    ADD CONSTRAINT variant_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id) ON DELETE CASCADE;

ALTER TABLE ONLY indexing.dead_letter
    ADD CONSTRAINT dead_letter_generation_number_fkey FOREIGN KEY (generation_number) REFERENCES indexing.generation(number) ON DELETE CASCADE;

ALTER TABLE ONLY inventory.stock_entry
    ADD CONSTRAINT stock_entry_warehouse_id_fkey FOREIGN KEY (warehouse_id) REFERENCES inventory.warehouse(id);

ALTER TABLE ONLY inventory.stock
    ADD CONSTRAINT stock_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES catalog.variant(id) ON DELETE CASCADE;

ALTER TABLE ONLY inventory.stock
    ADD CONSTRAINT stock_warehouse_id_fkey FOREIGN KEY (warehouse_id) REFERENCES inventory.warehouse(id);

ALTER TABLE ONLY jobs.run
    ADD CONSTRAINT run_job_fkey FOREIGN KEY (job) REFERENCES jobs.job(name) ON DELETE CASCADE;

ALTER TABLE ONLY merchandising.category_order
    ADD CONSTRAINT category_order_category_id_fkey FOREIGN KEY (category_id) REFERENCES catalog.category(id) ON DELETE CASCADE;

ALTER TABLE ONLY merchandising.draft
    ADD CONSTRAINT draft_base_fkey FOREIGN KEY (base) REFERENCES merchandising.rule_version(number);

ALTER TABLE ONLY merchandising.draft
    ADD CONSTRAINT draft_restores_fkey FOREIGN KEY (restores) REFERENCES merchandising.rule_version(number);

ALTER TABLE ONLY merchandising.published
    ADD CONSTRAINT published_version_fkey FOREIGN KEY (version) REFERENCES merchandising.rule_version(number);

ALTER TABLE ONLY merchandising.rule_version
    ADD CONSTRAINT rule_version_restored_from_fkey FOREIGN KEY (restored_from) REFERENCES merchandising.rule_version(number);

ALTER TABLE ONLY pricing.cost
    ADD CONSTRAINT cost_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES catalog.variant(id) ON DELETE CASCADE;

ALTER TABLE ONLY pricing.price
    ADD CONSTRAINT price_list_currency FOREIGN KEY (list_id, currency) REFERENCES pricing.price_list(id, currency);

ALTER TABLE ONLY pricing.price
    ADD CONSTRAINT price_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES catalog.variant(id) ON DELETE CASCADE;

ALTER TABLE ONLY pricing.proposal
    ADD CONSTRAINT proposal_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id) ON DELETE CASCADE;

ALTER TABLE ONLY pricing.proposal
    ADD CONSTRAINT proposal_publication_fkey FOREIGN KEY (publication) REFERENCES pricing.publication(number);

ALTER TABLE ONLY pricing.publication
    ADD CONSTRAINT publication_restored_from_fkey FOREIGN KEY (restored_from) REFERENCES pricing.publication(number);

ALTER TABLE ONLY pricing.published_price
    ADD CONSTRAINT published_price_publication_fkey FOREIGN KEY (publication) REFERENCES pricing.publication(number);

ALTER TABLE ONLY purchasing.plan
    ADD CONSTRAINT plan_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id) ON DELETE CASCADE;

ALTER TABLE ONLY purchasing.plan
    ADD CONSTRAINT plan_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES purchasing.supplier(id) ON DELETE SET NULL;

ALTER TABLE ONLY purchasing.proposal
    ADD CONSTRAINT proposal_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES purchasing.supplier(id) ON DELETE CASCADE;

ALTER TABLE ONLY purchasing.purchase_order_line
    ADD CONSTRAINT purchase_order_line_order_number_fkey FOREIGN KEY (order_number) REFERENCES purchasing.purchase_order(number);

ALTER TABLE ONLY purchasing.purchase_order
    ADD CONSTRAINT purchase_order_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES purchasing.supplier(id);

ALTER TABLE ONLY purchasing.supply
    ADD CONSTRAINT supply_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES catalog.brand(id) ON DELETE CASCADE;

ALTER TABLE ONLY purchasing.supply
    ADD CONSTRAINT supply_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES purchasing.supplier(id) ON DELETE CASCADE;
