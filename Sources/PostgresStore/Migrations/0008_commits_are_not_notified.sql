-- Commits are not notified any more: a transaction that notifies takes a lock of the whole server before it commits and
-- keeps it until its log is on disk, so that commits went one by one. The outbox is polled
-- (docs/decisions/0005-the-outbox-is-polled.md).

-- Notes that these products' documents changed: one outbox row and one version up for each product and transaction,
-- however many statements and tables had a part in it. A product that is gone leaves its outbox row alone.
CREATE OR REPLACE FUNCTION indexing.note_change(products bigint[]) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION indexing.note_product() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION indexing.fan_out_from(kind text, subjects bigint[], attributes bigint[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF subjects IS NULL OR cardinality(subjects) = 0 THEN RETURN; END IF;
  INSERT INTO indexing.fan_out (kind, subjects, attributes) VALUES (kind, subjects, attributes);
END $$;
