#!/usr/bin/env python3
"""recommender-peer.py ROWS RELEVANT_FROM DEPTH NEIGHBOURS SEED: what scikit-surprise and implicit (PyPI) make of the split
of `vitrine evaluate recommender`.

ROWS has a line for each row of the interactions: user, item, rating, 1 where the row is held out; parted by tabs. Users
and items are numbers from 0. Prints a JSON object: each library's version or null, and rows of figures with seconds.
Exit code 3: neither library is there.
"""
import json
import os
import sys
import time
import warnings
from importlib.metadata import version

# implicit's own threads call BLAS; BLAS with threads of its own would take turns with them, as implicit warns.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# implicit's notes on how it turns matrices around.
warnings.filterwarnings("ignore", module="implicit")


def load(path):
    rows = []
    with open(path) as file:
        for line in file:
            user, item, rating, held = line.split("\t")
            rows.append((int(user), int(item), float(rating), held.strip() == "1"))
    return rows


def surprise_rows(rows, seed):
    from surprise import SVD, BaselineOnly, Dataset, KNNBasic, Reader, SlopeOne, SVDpp, accuracy

    ratings = [rating for _, _, rating, _ in rows]
    data = Dataset(Reader(rating_scale=(min(ratings), max(ratings))))
    train = data.construct_trainset([(u, i, r, None) for u, i, r, held in rows if not held])
    test = [(u, i, r) for u, i, r, held in rows if held]
    figures = []
    for name, algorithm in [
        ("baseline", BaselineOnly(verbose=False)),
        ("slope one", SlopeOne()),
        ("kNN basic", KNNBasic(verbose=False)),
        ("SVD", SVD(random_state=seed)),
        ("SVD++", SVDpp(random_state=seed)),
    ]:
        start = time.perf_counter()
        algorithm.fit(train)
        predictions = algorithm.test(test)
        figures.append(
            {
                "name": name,
                "rmse": accuracy.rmse(predictions, verbose=False),
                "mae": accuracy.mae(predictions, verbose=False),
                "seconds": time.perf_counter() - start,
            }
        )
    return figures


def implicit_rows(rows, relevant_from, depth, neighbours, seed):
    import numpy as np
    from implicit.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
    from scipy.sparse import csr_matrix

    shape = (max(row[0] for row in rows) + 1, max(row[1] for row in rows) + 1)

    def matrix(is_held):
        chosen = sorted({(u, i) for u, i, r, held in rows if held == is_held and r >= relevant_from})
        users, items = [u for u, _ in chosen], [i for _, i in chosen]
        return csr_matrix((np.ones(len(chosen), dtype=np.float32), (users, items)), shape=shape)

    train, test = matrix(False), matrix(True)
    users = np.flatnonzero(np.diff(test.indptr))
    discounts = 1 / np.log2(np.arange(2, depth + 2))

    def measure(recommend):
        recall = ndcg = 0.0
        for start in range(0, len(users), 1000):
            batch = users[start : start + 1000]
            for user, list_ in zip(batch, recommend(batch)):
                relevant = set(test[user].indices)
                hits = np.array([item in relevant for item in list_[:depth]])
                recall += hits.sum() / len(relevant)
                ndcg += discounts[: len(hits)][hits].sum() / discounts[: len(relevant)].sum()
        return recall / len(users), ndcg / len(users)

    figures = []
    # implicit counts the item itself among its neighbours.
    for name, model in [
        ("item kNN, cosine", CosineRecommender(K=neighbours + 1)),
        ("item kNN, TF-IDF", TFIDFRecommender(K=neighbours + 1)),
        ("item kNN, BM25", BM25Recommender(K=neighbours + 1)),
        ("ALS, 64 factors", AlternatingLeastSquares(factors=64, iterations=15, random_state=seed)),
    ]:
        start = time.perf_counter()
        model.fit(train, show_progress=False)
        seconds = time.perf_counter() - start
        recall, ndcg = measure(lambda batch: model.recommend(batch, train[batch], N=depth)[0])
        figures.append({"name": name, "recall": recall, "ndcg": ndcg, "seconds": seconds})
    return figures


def main():
    rows = load(sys.argv[1])
    relevant_from, (depth, neighbours, seed) = float(sys.argv[2]), map(int, sys.argv[3:6])
    report = {"surprise": None, "implicit": None, "ratings": [], "lists": []}
    try:
        report["ratings"] = surprise_rows(rows, seed)
        report["surprise"] = version("scikit-surprise")
    except ImportError:
        pass
    try:
        report["lists"] = implicit_rows(rows, relevant_from, depth, neighbours, seed)
        report["implicit"] = version("implicit")
    except ImportError:
        pass
    if report["surprise"] is None and report["implicit"] is None:
        sys.exit(3)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
