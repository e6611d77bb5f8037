"""What legal requests cost at the most: latency of the dearest beside a usual one, and memory after thousands of others."""
import concurrent.futures
import json
import statistics

from shop import quoted

# Above what a demo shop of 300 products takes, its caches full (docs/explain/http.md).
RSS_BOUND_MEGABYTES = 600
DEAREST_FACTOR = 10
# Below this a factor says more of the clock than of the shop.
LEAST_SECONDS = 0.01
# Clients of one sender that ask for dear searches without a pause, and what another sender may wait beside them.
CROWD = 16
CROWDED_SECONDS = 0.15
# So many answers with products fill the shop's caches several times.
LEAST_FOUND = 300
# One less than a search takes: the measurement adds one, so that no cache answers.
MOST_CONDITIONS = 29


def codes(shop):
    facets = shop.get("/v1/search").json()["facets"]
    kinds = {facet["code"]: [value["value"] for value in facet.get("values", [])] for facet in facets}
    return {code: values for code, values in kinds.items() if code not in ("category", "price", "rating", "stock")}


def dearest(shop):
    known = codes(shop)
    attributes = [code for code in known if code != "brand"]
    found = []
    conditions = [("filter", f"{code}:{value}") for code in attributes for value in known[code]][:MOST_CONDITIONS]
    found.append(conditions)
    found.append([(f"min:{code}", "0") for code in attributes][:14] + [(f"max:{code}", "1e9") for code in attributes][:14])
    found.append([("filter", f"{attributes[n % len(attributes)]}:no such value {n} " + "x" * 90) for n in range(MOST_CONDITIONS)])
    found.append([("q", "red dress"), ("page_size", "100"), ("why", "true"), ("highlight", "true")] + conditions[:20])
    found.append([("q", " ".join(["dress", "laptop", "sofa", "red"] * 15)[:300]), ("page_size", "100")])
    found.append([("q", " ".join(f"zq{n}x" for n in range(60))[:300])])
    for parameters in found:
        query = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in parameters)
        yield "/v1/search?" + query
        yield "/search?" + "&".join(part for part in query.split("&"))


def seconds_of(shop, target, times=9):
    answers = []
    for number in range(times):
        # Each another search, so that no cache answers it.
        answer = shop.get(target + f"&price_max={10_000 + number}")
        shop.check(f"{answer.status} for {target[:300]}: {answer.text[:200]}", answer.status == 200)
        shop.check(f"{len(answer.body)} bytes for {target[:200]}", len(answer.body) < 4_000_000)
        answers.append(answer.seconds)
    return statistics.median(answers)


def run(shop, random, seconds, clock):
    usual = {path: seconds_of(shop, f"{path}?q=red+dress&filter=stock:yes") for path in ("/v1/search", "/search")}
    print("  usual", {path: f"{value * 1000:.1f} ms" for path, value in usual.items()})
    for target in dearest(shop):
        took = seconds_of(shop, target)
        bound = max(LEAST_SECONDS, usual[target.split("?")[0]] * DEAREST_FACTOR)
        print(f"  {took * 1000:.1f} ms {target[:100]}", flush=True)
        shop.check(f"{took * 1000:.0f} ms, a usual one {bound * 100:.0f}: {target[:300]}", took < bound)
    before = shop.rss()
    known = codes(shop)
    words = [value for values in known.values() for value in values]
    end = clock() + seconds

    def different(number):
        count = random.randrange(1, 28)
        # The highest price makes each search another one and leaves its products in.
        parameters = [("page_size", str(random.randrange(40, 101))), ("price_max", str(10_000 + number))]
        if number % 2:
            parameters.append(("q", random.choice(words)))
        code = random.choice([code for code in known if known[code]])
        parameters += [("filter", f"{code}:{random.choice(known[code])}") for _ in range(count)]
        return "/v1/search?" + "&".join(f"{quoted(name)}={quoted(value)}" for name, value in parameters)

    asked = found = 0
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        while clock() < end and asked < 10_000:
            for answer in pool.map(shop.get, [different(asked + n) for n in range(200)]):
                shop.check(f"a legal search was answered {answer.status}: {answer.text[:200]}", answer.status in (200, 429))
                found += answer.status == 200 and len(answer.json()["products"]) > 0
            asked += 200
    after = shop.rss()
    shop.check(f"{found} of {asked} different searches found products", found >= LEAST_FOUND)
    print(f"  {asked} different searches, {found} with products: {before:.0f} → {after:.0f} MB")
    shop.check(f"{after:.0f} MB, the bound is {RSS_BOUND_MEGABYTES}", after < RSS_BOUND_MEGABYTES)
    shop.expect_alive("legal requests")


def flood(shop, random, seconds, clock):
    """One sender's flood of events and guesses is met by 429, and another request is still answered."""
    event = {"type": "click", "search_id": "0123456789abcdef", "product_id": "1"}
    body = json.dumps({"events": [event] * 100}).encode()
    head = {"Content-Type": "application/json"}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = [
            answer.status for answer in pool.map(
                lambda _: shop.get("/v1/events", "POST", head, body), range(1_500))]
        guesses = [
            answer.status for answer in pool.map(
                lambda n: shop.get("/v1/admin/search/analytics", headers={"Authorization": f"Bearer guess{n}"}), range(300))]
    shop.check(f"1,500 requests with events: {statuses.count(202)} were taken", 429 in statuses and statuses.count(202) < 1_000)
    shop.check(f"300 guesses: {guesses.count(401)} were looked at", guesses.count(401) < 60 and 429 in guesses)
    shop.check("a flood of events stops searches", shop.get("/v1/search?q=dress").status == 200)
    shop.check("guesses are not logged", "wrong API token" in shop.log())


def crowd(shop, random, seconds, clock):
    """One sender's dear searches, many at once, leave another sender's usual ones quick."""
    words = [word[:-1] for values in codes(shop).values() for value in values for word in value.split() if len(word) > 5]
    filters = "&page_size=100&highlight=true&filter=stock:yes"
    numbers = iter(range(1_000_000))

    def usual():
        target = f"/v1/search?q=red+dress&price_max={20_000 + next(numbers)}"
        return shop.get(target, sender="127.0.0.2").seconds

    def dear():
        text = " ".join(random.choice(words) for _ in range(40))[:280]
        return shop.get(f"/v1/search?q={quoted(text)}{filters}").status

    alone = statistics.median(usual() for _ in range(30))
    end = clock() + max(seconds, 5)
    with concurrent.futures.ThreadPoolExecutor(CROWD) as pool:
        def attack():
            count = 0
            while clock() < end:
                count += dear() == 200
            return count
        attackers = [pool.submit(attack) for _ in range(CROWD)]
        times = []
        while clock() < end:
            times.append(usual())
        dear_answers = sum(attacker.result() for attacker in attackers)
    beside = statistics.median(times)
    print(f"  alone {alone * 1000:.1f} ms, beside {CROWD} dear clients {beside * 1000:.1f} ms ({dear_answers} dear answers)")
    shop.check(f"a usual search takes {beside * 1000:.0f} ms beside a crowd, alone {alone * 1000:.0f}",
               beside < max(CROWDED_SECONDS, alone * DEAREST_FACTOR))
