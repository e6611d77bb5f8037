"""A grammar fuzzer over every parameter of the API, as /openapi.json names them, and of the pages."""
from shop import quoted

NUMBERS = [
    "0", "-0", "1", "-1", "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "92233720368547758.07",
    "92233720368547758.08", "92233720368547753", "1e308", "-1e308", "1e309", "5e-324", "0.1", "NaN", "nan", "inf", "-inf",
    "0x10", "1_000", "١٢", "1e5", "+1", " 1", "1 ", "1.", ".5", "00000000000000000000001", "9" * 400,
]
TEXTS = [
    "", " ", "a", "dress", "red dress under 50", "-", "--", '"', '"red dress', "*", "?", "\\", "/", "~", "(", ")(", "AND",
    "dress -red", "a" * 300, "a" * 301, "é" * 300, "🦓" * 300, "\u0000", "\u202e", "\ufeff", "<script>alert(1)</script>",
    "'; DROP TABLE catalog.product; --", "${jndi:ldap://x}", "../../etc/passwd", "%s%n", "%00", "%zz", "%FF", "a\r\nb: c",
    "𝖉𝖗𝖊𝖘𝖘", "ｄｒｅｓｓ", "d" + "\u0301" * 250, " ".join("a" * 150),
]
CODES = ["colour", "brand", "price", "size", "screen_size", "category", "rating", "stock", "reduced", "released", "nosuch"]
PAGES = {
    "/search": None, "/c/fashion": None, "/c/new": None, "/b/velloria": None, "/facets/brand": None, "/facets/colour": None,
    "/facets/screen_size": None, "/": None,
}


def value(random):
    kind = random.randrange(8)
    if kind < 3:
        return random.choice(NUMBERS)
    if kind < 6:
        return random.choice(TEXTS)
    if kind == 6:
        return random.choice(NUMBERS) + ".." + random.choice(NUMBERS + [""])
    return "".join(chr(random.choice([random.randrange(1, 127), random.randrange(160, 0xD7FF)])) for _ in range(20))


def condition(random):
    code = random.choice(CODES)
    kind = random.randrange(5)
    if kind == 0:
        return "price_min", value(random)
    if kind == 1:
        return "price_max", value(random)
    if kind == 2:
        return random.choice(["min:", "max:"]) + code, value(random)
    return "filter", code + ":" + value(random)


def parameter(random, names):
    if random.random() < 0.4:
        return condition(random)
    return random.choice(names + ["utm_source", "filter", "q", "page", "cursor"]), value(random)


def encoded(random, text):
    # Some are sent as they are where HTTP allows it, escapes of theirs included.
    if text.isascii() and text.isprintable() and not set(text) & set(" #&") and random.random() < 0.2:
        return text
    return quoted(text)


def query(random, names):
    count = random.choice([0, 1, 1, 2, 2, 3, 5, 8, 31, 60])
    chosen = [parameter(random, names) for _ in range(count)]
    if chosen and random.random() < 0.2:
        chosen = [chosen[0]] * random.choice([2, 30, 100])
    return "&".join(f"{quoted(name)}={encoded(random, text)}" for name, text in chosen)


def operations(shop):
    """Each path with the names of its query's parameters."""
    found = {}
    for path, methods in shop.get("/openapi.json").json()["paths"].items():
        if "get" in methods and "/admin/" not in path and "/merchandising/" not in path:
            named = methods["get"].get("parameters", [])
            found[path] = [one["name"] for one in named if one.get("in") == "query"]
    return found


def run(shop, random, seconds, clock):
    found = operations(shop)
    names = sorted({name for group in found.values() for name in group})
    targets = list(found) + list(PAGES) + ["/products/{id}"]
    end = clock() + seconds
    statuses = {}
    while clock() < end:
        path = random.choice(targets)
        while "{" in path:
            start, finish = path.index("{"), path.index("}")
            part = random.choice(["1", "2", "fashion", "dresses", "velloria", "colour", "screen_size", "brand", value(random)])
            path = path[:start] + quoted(part) + path[finish + 1:]
        target = (path + "?" + query(random, found.get(path) or names))[:12_000]
        answer = shop.get(target)
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        shop.expect_no_fault(target, answer)
        shop.check(f"{answer.status} without an overload: {target[:300]}", answer.status != 503)
        shop.check(f"{len(answer.body)} bytes for {target[:300]}", len(answer.body) < 4_000_000)
        shop.check(f"{answer.seconds:.1f} s for {target[:300]}", answer.seconds < 5)
    shop.expect_alive("the grammar fuzzer")
    print("  statuses", dict(sorted(statuses.items())))
