#!/usr/bin/env python3
"""Attacks a shop of its own; ends with status 1 on any 500, crash, hang, or memory beyond its bound (docs/howto/attack.md)."""
import argparse
import os
import random
import subprocess
import sys
import time

import cost
import dependencies
import grammar
import protocol
import rows
from shop import Attack, Shop

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Name, what runs it, seconds in the short form and in the long one.
PARTS = [
    ("grammar", grammar.run, 12, 60), ("protocol", protocol.run, 3, 30), ("cost", cost.run, 15, 60), ("crowd", cost.crowd, 5, 20),
    ("flood", cost.flood, 0, 0), ("dependencies", dependencies.run, 0, 0), ("rows", rows.run, 10, 60),
]


def schemathesis(shop, seed):
    """All checks over /openapi.json; skipped where PyPI is out of reach."""
    folder = os.path.join(ROOT, ".build", "attack-venv")
    program = os.path.join(folder, "bin", "schemathesis")
    if not os.path.exists(program):
        made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True)
        install = [os.path.join(folder, "bin", "pip"), "install", "-q", "schemathesis"]
        if made.returncode or subprocess.run(install, capture_output=True).returncode:
            print("  skipped: schemathesis cannot be installed")
            return
    outcome = subprocess.run(
        [program, "run", f"http://127.0.0.1:{shop.port}/openapi.json", "--checks", "all",
         # A text has rules beyond its schema (a filter's code, a cursor), and a 400 tells them.
         "--exclude-checks", "positive_data_acceptance", "--seed", str(seed % 2**32),
         "--max-examples", "60", "--no-color", "--exclude-path-regex", "admin", "--rate-limit", "400/s"],
        capture_output=True, text=True, cwd=shop.folder)
    report = os.path.join(ROOT, ".build", "attack-schemathesis.txt")
    with open(report, "w", encoding="utf-8") as file:
        file.write(outcome.stdout + outcome.stderr)
    print("  " + "\n  ".join(outcome.stdout.splitlines()[-12:]))
    shop.check(f"schemathesis: its report is {report}", outcome.returncode == 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "vitrine"))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--short", action="store_true", help="the form that CI runs, in a minute and a half")
    parser.add_argument("--part", action="append", help="only these parts: " + ", ".join(part[0] for part in PARTS))
    options = parser.parse_args()
    print(f"seed {options.seed} (again: --seed {options.seed})")
    # Attackers come from one address: as many searches as the machine answers, but events and guesses as they are.
    shop = Shop(options.binary, ["--http-searches-per-second", "100000"])
    fault = None
    try:
        for name, run, short, long in PARTS:
            if options.part and name not in options.part:
                continue
            print(f"== {name}", flush=True)
            start = time.monotonic()
            run(shop, random.Random(f"{options.seed} {name}"), short if options.short else long, time.monotonic)
            print(f"  {time.monotonic() - start:.0f} s", flush=True)
        if not options.short and (not options.part or "schemathesis" in options.part):
            print("== schemathesis", flush=True)
            schemathesis(shop, options.seed)
    except Attack as error:
        fault = str(error)
    finally:
        if "internal-error" in shop.log() or "a handler failed" in shop.log():
            shop.check("a handler failed: " + shop.log()[-2_000:], False)
        shop.close()
    found = shop.findings + ([fault] if fault else [])
    print(f"{shop.answers} answers, {len(found)} findings, seed {options.seed}")
    for finding in found[:30]:
        print("FOUND", finding[:1_000])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
