"""Stops and kills of what the shop depends on: answers meanwhile, and what is started again."""
import os
import signal
import time

TARGETS = ["/v1/search?q=red+dress", "/", "/search?q=lamp", "/c/dresses", "/b/velloria", "/v1/brands/velloria", "/v1/suggest?q=dr"]


def expect_answers(shop, what, targets, rounds=6):
    slowest = 0
    for _ in range(rounds):
        for target in targets:
            answer = shop.get(target)
            slowest = max(slowest, answer.seconds)
            shop.check(f"{what}: {answer.status} for {target}", answer.status == 200)
            shop.check(f"{what}: {answer.seconds:.1f} s for {target}", answer.seconds < 2)
    print(f"  {what}: the slowest answer took {slowest * 1000:.0f} ms", flush=True)


def run(shop, random, seconds, clock):
    product = shop.get("/v1/search?q=dress").json()["products"][0]["id"]
    targets = TARGETS + [f"/products/{product}", f"/v1/products/{product}"]
    expect_answers(shop, "all is well", targets, 1)
    for name in ("postgres", "redis"):
        shop.signal(name, signal.SIGSTOP)
        try:
            expect_answers(shop, f"{name} is stopped", targets)
            degraded = shop.get("/v1/search?q=red+dress").json()["degraded"]
            shop.check(f"{name} is stopped and degraded is {degraded}", name != "postgres" or "prices" in degraded)
        finally:
            shop.signal(name, signal.SIGCONT)
        shop.wait_until(f"{name} serves again", lambda: not shop.get("/v1/search?q=red+dress").json()["degraded"])
    for name in ("postgres", "redis"):
        shop.signal(name, signal.SIGKILL)
        expect_answers(shop, f"{name} was killed", targets)
        shop.wait_until(f"{name} is started again", lambda: shop.get("/readyz").json()["checks"][name] == "ok")
        shop.check(f"nothing is said of {name} that ended", "a private server ended" in shop.log())
    for file in damaged_files(shop.folder + "/redis"):
        with open(file, "r+b") as damaged:
            damaged.write(b"\xff" * 32)
    shop.signal("redis", signal.SIGKILL)
    time.sleep(0.5)
    shop.wait_until("Redis is started again without its damaged file",
                    lambda: shop.get("/readyz").json()["checks"]["redis"] == "ok")
    expect_answers(shop, "after all of it", targets, 2)


def damaged_files(folder):
    return [
        os.path.join(place, file) for place, _, files in os.walk(folder) for file in files if file.endswith((".aof", ".rdb"))]
