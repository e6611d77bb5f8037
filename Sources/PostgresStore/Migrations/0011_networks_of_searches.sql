-- The networks that a query came from: made-up visitors of one network are not what many search for.
-- A part of the address's network (/24, /48), hashed with `search_log.visitor_key`; NULL: it is not known.
ALTER TABLE behaviour.search ADD COLUMN network bigint;
-- Days that were counted before suggest nothing: their visitors were not signed.
ALTER TABLE behaviour.search_day ADD COLUMN networks integer NOT NULL DEFAULT 0 CHECK (networks BETWEEN 0 AND visitors);
