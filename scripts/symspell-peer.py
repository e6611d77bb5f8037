#!/usr/bin/env python3
"""symspell-peer.py QUERIES FREQUENCIES: what symspellpy (PyPI) makes of the queries of `vitrine evaluate spelling`.

Prints a JSON object: the version, and for each way to call the library the share of queries that come out as meant, the
share of the meant queries' words that stay as they are, and the times. Exit code 3: symspellpy is not there.
"""
import csv
import gzip
import json
import sys
import time

try:
    from symspellpy import SymSpell, Verbosity
except ImportError:
    sys.exit(3)
from importlib.metadata import version


def folded(text):
    return " ".join(text.lower().split())


def open_text(path):
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return (gzip.open if packed else open)(path, "rt", encoding="utf-8-sig", newline="")


def main():
    with open_text(sys.argv[1]) as file:
        rows = [(row["typed"], row["meant"]) for row in csv.DictReader(file)]
    with open_text(sys.argv[2]) as file:
        counts = {word: int(count) for word, count in (line.split() for line in file if line.strip())}
    # Meant words that the list lacks count as its rarest word does, as in the command.
    least = min(counts.values())
    for _, meant in rows:
        for word in folded(meant).split():
            counts.setdefault(word, least)
    library = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    for word, count in counts.items():
        library.create_dictionary_entry(word, count)

    def words(text):
        return " ".join(
            library.lookup(
                word, Verbosity.TOP, max_edit_distance=2, include_unknown=True, ignore_token=r".*\d.*"
            )[0].term
            for word in folded(text).split()
        )

    def compound(text):
        return library.lookup_compound(folded(text), 2)[0].term

    def compound_with_numbers(text):
        return library.lookup_compound(
            folded(text), 2, ignore_non_words=True, split_by_space=True, ignore_term_with_digits=True
        )[0].term

    methods = []
    for name, correct in [
        ("lookup, word by word", words),
        ("lookup_compound", compound),
        ("lookup_compound, digits and signs kept", compound_with_numbers),
    ]:
        right, milliseconds = 0, []
        for typed, meant in rows:
            start = time.perf_counter()
            result = correct(typed)
            milliseconds.append((time.perf_counter() - start) * 1000)
            right += folded(result) == folded(meant)
        kept = total = 0
        for _, meant in rows:
            before, after = folded(meant).split(), folded(correct(meant)).split()
            total += len(before)
            kept += sum(word in after for word in before)
        milliseconds.sort()
        methods.append(
            {
                "name": name,
                "top_1": right / len(rows),
                "left_alone": kept / total,
                "median_ms": milliseconds[len(rows) // 2],
                "p99_ms": milliseconds[min(len(rows) - 1, len(rows) * 99 // 100)],
            }
        )
    print(json.dumps({"version": version("symspellpy"), "methods": methods}))


if __name__ == "__main__":
    main()
