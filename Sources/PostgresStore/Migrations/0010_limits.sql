-- What a field holds at the most: CatalogLimits says the same to importers, and a test compares the two.
--
-- Rows that are there already are left as they are (NOT VALID) and are read without harm; whoever writes them anew
-- must keep to the limits. Of a product alone they are brought within them, for each change of its price or stock
-- writes its row: a count or popularity that is too large becomes the largest, a release outside the calendar none.
UPDATE catalog.product SET
  rating_count = least(rating_count, 1000000000),
  popularity = least(popularity, 1e12),
  released_at = CASE WHEN released_at >= '0001-01-01Z' AND released_at < '10000-01-01Z' THEN released_at END
WHERE rating_count > 1000000000 OR popularity > 1e12
  OR NOT (released_at >= '0001-01-01Z' AND released_at < '10000-01-01Z');

ALTER TABLE catalog.product
  ADD CONSTRAINT product_rating_count_limit CHECK (rating_count <= 1000000000) NOT VALID,
  ADD CONSTRAINT product_popularity_limit CHECK (popularity <= 1e12) NOT VALID,
  ADD CONSTRAINT product_released_at_limit
    CHECK (released_at >= '0001-01-01Z' AND released_at < '10000-01-01Z') NOT VALID;

ALTER TABLE catalog.attribute
  ADD CONSTRAINT attribute_position_limit CHECK (position BETWEEN -1000000 AND 1000000) NOT VALID;
ALTER TABLE catalog.category
  ADD CONSTRAINT category_position_limit CHECK (position BETWEEN -1000000 AND 1000000) NOT VALID;
ALTER TABLE catalog.category_attribute
  ADD CONSTRAINT category_attribute_position_limit CHECK (position BETWEEN -1000000 AND 1000000) NOT VALID;

ALTER TABLE catalog.product_category
  ADD CONSTRAINT product_category_count_limit CHECK (position < 100) NOT VALID;
ALTER TABLE catalog.product_picture
  ADD CONSTRAINT product_picture_count_limit CHECK (position < 200) NOT VALID;
ALTER TABLE catalog.variant
  ADD CONSTRAINT variant_count_limit CHECK (position < 1000) NOT VALID;

ALTER TABLE catalog.product_attribute
  ADD CONSTRAINT product_attribute_count_limit CHECK (position < 1000 AND value_index < 1000) NOT VALID,
  ADD CONSTRAINT product_attribute_value_number_limit CHECK (number_value BETWEEN -1e15 AND 1e15) NOT VALID,
  ADD CONSTRAINT product_attribute_value_date_limit CHECK (date_value BETWEEN '0001-01-01' AND '9999-12-31') NOT VALID;
ALTER TABLE catalog.variant_option
  ADD CONSTRAINT variant_option_count_limit CHECK (position < 1000 AND value_index < 1000) NOT VALID,
  ADD CONSTRAINT variant_option_value_number_limit CHECK (number_value BETWEEN -1e15 AND 1e15) NOT VALID,
  ADD CONSTRAINT variant_option_value_date_limit CHECK (date_value BETWEEN '0001-01-01' AND '9999-12-31') NOT VALID;

ALTER TABLE inventory.stock
  ADD CONSTRAINT stock_on_hand_limit CHECK (on_hand <= 1000000000) NOT VALID;

ALTER TABLE pricing.price
  ADD CONSTRAINT price_amount_limit CHECK (amount_minor_units <= 1000000000000) NOT VALID,
  ADD CONSTRAINT price_was_amount_limit CHECK (was_minor_units <= 1000000000000) NOT VALID,
  ADD CONSTRAINT price_minimum_quantity_limit CHECK (minimum_quantity <= 1000000000) NOT VALID,
  ADD CONSTRAINT price_valid_from_limit
    CHECK (valid_from >= '0001-01-01Z' AND valid_from < '10000-01-01Z') NOT VALID,
  ADD CONSTRAINT price_valid_until_limit
    CHECK (valid_until >= '0001-01-01Z' AND valid_until < '10000-01-01Z') NOT VALID;
ALTER TABLE pricing.cost
  ADD CONSTRAINT cost_amount_limit CHECK (amount_minor_units <= 1000000000000) NOT VALID;

-- What can be sold, also of numbers whose difference is none of their type.
CREATE FUNCTION inventory.available_quantity(on_hand bigint, reserved bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN on_hand BETWEEN 0 AND 4000000000000000000 AND reserved BETWEEN 0 AND 4000000000000000000
    THEN on_hand - reserved
  ELSE least(greatest(on_hand::numeric - reserved, -9223372036854775808), 9223372036854775807)::bigint
END;

CREATE OR REPLACE VIEW indexing.searchable_product AS
SELECT id, document_version FROM catalog.product
WHERE EXISTS (SELECT 1 FROM catalog.variant WHERE product_id = product.id)
  AND (lifecycle = 'listed' OR lifecycle = 'discontinued' AND EXISTS (
    SELECT 1 FROM catalog.variant JOIN inventory.stock ON variant_id = variant.id
    WHERE product_id = product.id GROUP BY variant.id
    HAVING sum(inventory.available_quantity(on_hand, reserved)) > 0));
