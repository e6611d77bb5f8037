#!/usr/bin/env python3
"""Writes Tests/Fixtures/lightgbm: small models of LightGBM and the scores that LightGBM gives for generated rows.

The rows are made by SplitMix64, here and in Tests/RankingTests/TreeEnsembleTests.swift alike, so that the repository
holds only the models and the scores (little-endian doubles). Needs: pip install lightgbm numpy.
"""
import pathlib

import lightgbm
import numpy

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "lightgbm"
MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def unit(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) * 2.0**-53


def row(random):
    u = [random.unit() for _ in range(12)]
    nan = float("nan")
    return [
        4 * u[0] - 2,
        nan if u[1] < 0.25 else 4 * u[2] - 2,
        0.0 if u[3] < 0.4 else nan if u[3] < 0.5 else 4 * u[4] - 2,
        nan if u[5] < 0.1 else -1.0 if u[5] < 0.15 else 60.0 if u[5] < 0.2 else float(int(50 * u[6])),
        float(int(10 * u[7])),
        0.5 if u[8] < 0.05 else float(int(6 * u[9])),
    ]


def rows(seed, count):
    random = SplitMix64(seed)
    return numpy.array([row(random) for _ in range(count)])


def label(x):
    category = numpy.nan_to_num(x[:, 3], nan=7)
    return (
        x[:, 0] + numpy.nan_to_num(x[:, 1], nan=1.5) * (x[:, 4] > 4) + numpy.nan_to_num(x[:, 2], nan=-1.0) ** 2
        + (category * 7 % 5) / 2 + (x[:, 5].astype(int) % 2)
    )


def write(name, count, trees, **parameters):
    x = rows(1, 4000)
    parameters = dict(objective="regression", num_leaves=15, verbosity=-1, seed=1, num_threads=1, **parameters)
    model = lightgbm.train(parameters, lightgbm.Dataset(x, label(x), categorical_feature=[3, 5]), trees)
    text = model.model_to_string()
    # Neither the parameters nor the importances are read.
    (FOLDER / f"{name}.txt").write_text(text[: text.index("end of trees") + len("end of trees\n")])
    model.predict(rows(2, count), num_threads=1).astype("<f8").tofile(FOLDER / f"{name}.scores")


FOLDER.mkdir(parents=True, exist_ok=True)
write("missing-and-categories", 10_000, 12)
write("zero-as-missing", 2_000, 6, zero_as_missing=True)
write("random-forest", 1_000, 4, boosting="rf", bagging_freq=1, bagging_fraction=0.7)
