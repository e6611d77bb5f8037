-- Statements over tables that are mostly empty. A session keeps the plan that it made when they were, which then read all of
-- a long line for each batch: of 100,000 products of a renamed brand for each 250, for seconds. Here no plan but that by
-- index is made.

CREATE OR REPLACE FUNCTION indexing.note_fan_out(most integer) RETURNS bigint LANGUAGE plpgsql
SET enable_seqscan = off SET enable_sort = off AS $$
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

-- Entries after a cursor that every transaction before them has ended, oldest first.
CREATE FUNCTION indexing.outbox_after(after_transaction xid8, after_id bigint, most bigint)
RETURNS SETOF indexing.outbox LANGUAGE sql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
  SELECT * FROM indexing.outbox
  WHERE (transaction_id, id) > (after_transaction, after_id)
    AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY transaction_id, id LIMIT most
$$;
