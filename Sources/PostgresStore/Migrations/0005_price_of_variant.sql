-- The prices of a variant, and of a range of them: the index of the exclusion constraint finds them too, but a GiST
-- page is searched value by value, which takes a full reading of the catalog three times as long.
CREATE INDEX price_variant_id ON pricing.price (variant_id);
