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
