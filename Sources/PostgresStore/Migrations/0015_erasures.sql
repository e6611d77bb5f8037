-- People whose records were erased lately: an event of theirs from before that waited in a process, in a browser or in a
-- retailer's file is counted in the sums alone. A row is a hash of the pseudonym, which stands in no other table, and is
-- deleted once no event can be as late (docs/explain/behaviour.md).
CREATE TABLE behaviour.erasure (
  mark bigint PRIMARY KEY,
  erased_at timestamptz NOT NULL
);
CREATE INDEX erasure_erased_at ON behaviour.erasure (erased_at);

-- A new product finds the events that wait for it.
CREATE INDEX event_aside_product ON behaviour.event_aside (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX event_aside_sku ON behaviour.event_aside (sku) WHERE sku IS NOT NULL;
