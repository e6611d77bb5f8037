"""Extreme rows, put in by SQL past the importer: what is refused is well; what is taken must never end the process."""

STATEMENTS = [
    "UPDATE catalog.product SET title = repeat('x', 100000) WHERE id = (SELECT min(id) FROM catalog.product)",
    "UPDATE catalog.product SET title = E'\\u202e' WHERE id = (SELECT min(id) + 1 FROM catalog.product)",
    "UPDATE catalog.product SET rating_average = 'NaN' WHERE id = (SELECT min(id) + 2 FROM catalog.product)",
    "UPDATE catalog.product SET rating_count = 9223372036854775807 WHERE id = (SELECT min(id) + 3 FROM catalog.product)",
    "UPDATE catalog.product SET popularity = 1e308 WHERE id = (SELECT min(id) + 4 FROM catalog.product)",
    "UPDATE catalog.product SET released_at = '294276-12-31' WHERE id = (SELECT min(id) + 5 FROM catalog.product)",
    "UPDATE catalog.product SET released_at = '4713-01-01 BC' WHERE id = (SELECT min(id) + 6 FROM catalog.product)",
    "UPDATE catalog.product SET released_at = 'infinity' WHERE id = (SELECT min(id) + 7 FROM catalog.product)",
    "UPDATE pricing.price SET amount_minor_units = 9223372036854775807 WHERE ctid IN (SELECT ctid FROM pricing.price LIMIT 1)",
    "UPDATE pricing.price SET was_minor_units = 9223372036854775807 WHERE ctid IN (SELECT ctid FROM pricing.price LIMIT 2)",
    "UPDATE pricing.price SET amount_minor_units = 0 WHERE ctid IN (SELECT ctid FROM pricing.price LIMIT 3)",
    "UPDATE inventory.stock SET on_hand = 9223372036854775807 WHERE ctid IN (SELECT ctid FROM inventory.stock LIMIT 2)",
    "UPDATE catalog.attribute SET name = repeat('n', 10000) WHERE code = 'colour'",
    "UPDATE catalog.attribute SET unit = repeat('u', 1000) WHERE code = 'weight'",
]
# As in a database from before the limits. Rows that no index could hold apart stay refused.
WITHOUT_LIMITS = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
    WHERE connamespace::regnamespace::text IN ('catalog', 'pricing', 'inventory') AND contype IN ('c', 'x')
  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.name, one.conname); END LOOP;
END $$"""
NUMBERS = ["1e308", "-1e308", "'NaN'", "'Infinity'", "5e-324", "9223372036854775807"]
LEAST_TAKEN = 20
TARGETS = ["/", "/v1/search", "/search"] + [
    f"/v1/search?sort={sort}" for sort in ("price_asc", "price_desc", "newest", "rating", "bestselling", "discount")
] + ["/v1/search?filter=price:..100", "/search?q=dress", "/v1/facets/screen_size/values", "/facets/brand", "/c/fashion"]


def number_columns(shop):
    """Columns of numbers in the shop's own tables, whatever they are called today."""
    answer = shop.sql(
        "SELECT table_schema || '.' || table_name || ' ' || column_name FROM information_schema.columns JOIN "
        "information_schema.tables USING (table_schema, table_name) WHERE table_type = 'BASE TABLE' AND "
        "table_schema IN ('catalog', 'pricing', 'inventory') AND data_type IN "
        "('double precision', 'numeric', 'bigint', 'integer') AND column_name !~ '(^id|_id|version)$'")
    return [line.split(" ") for line in answer.stdout.splitlines()] if answer else []


def run(shop, random, seconds, clock):
    if shop.sql("SELECT 1") is None:
        print("  skipped: there is no psql")
        return
    dropped = shop.sql(WITHOUT_LIMITS)
    shop.check(f"the limits stay: {dropped.stderr[:200]}", dropped.returncode == 0)
    statements = list(STATEMENTS)
    for table, column in number_columns(shop):
        for number in NUMBERS:
            statements.append(
                f"UPDATE {table} SET {column} = {number} WHERE ctid IN (SELECT ctid FROM {table} ORDER BY random() LIMIT 2)")
    end = clock() + seconds
    taken = 0
    random.shuffle(statements)
    for statement in statements:
        if clock() > end and taken >= LEAST_TAKEN:
            break
        outcome = shop.sql(statement)
        if outcome.returncode != 0:
            shop.check(f"{statement}: {outcome.stderr[:200]}", "connection" not in outcome.stderr)
            continue
        taken += 1
        for target in random.sample(TARGETS, 3):
            answer = shop.get(target)
            shop.expect_no_fault(f"{target} after {statement}", answer)
        shop.expect_alive(statement)
    shop.wait_until("the index is in step", lambda: shop.get("/v1/search").status == 200)
    ids = shop.sql("SELECT id FROM catalog.product ORDER BY random() LIMIT 60").stdout.split()
    for target in TARGETS + [f"/products/{one}" for one in ids] + [f"/v1/products/{one}" for one in ids]:
        shop.expect_no_fault(f"{target} after extreme rows", shop.get(target))
    shop.expect_alive("extreme rows")
    shop.check(f"{taken} extreme rows were taken", taken >= LEAST_TAKEN)
    print(f"  {taken} extreme rows were taken, of {len(statements)} statements")
