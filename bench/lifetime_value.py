"""BG/NBD on CDNOW: candor against the plain scipy fit that a user would write.

    CANDOR_DATA=… python bench/lifetime_value.py

The plain fit follows the paper literally: Nelder–Mead on the log-likelihood, customer by customer in numpy, no
gradient, no standard errors. Both must end at the same height. Then the same customers 10 and 100 times over, to
show how cost grows.
"""

import csv
import os
import time
from pathlib import Path

import numpy as np
from memory import peak_of
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from candor.analytics import fit_buying


def plain_fit(x, t, age):
    def downhill(log_parameters):
        r, alpha, a, b = np.exp(log_parameters)
        first = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        second = betaln(a, b + x) - betaln(a, b)
        stayed = -(r + x) * np.log(alpha + age)
        left = np.where(
            x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t), -np.inf
        )
        return -(first + second + np.logaddexp(stayed, left)).sum()

    options = {"maxiter": 5000, "xatol": 1e-8, "fatol": 1e-8}
    found = minimize(downhill, np.zeros(4), method="Nelder-Mead", options=options)
    return np.exp(found.x), -found.fun


def timed(work, *args, times=5):
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        result = work(*args)
        best = min(best, time.perf_counter() - start)
    return result, best


def main():
    if not os.environ.get("CANDOR_DATA"):
        print("skipped: set CANDOR_DATA to the folder with the real data")
        return
    path = Path(os.environ["CANDOR_DATA"]) / "cdnow" / "cdnow_customers_summary.csv"
    with path.open() as file:
        rows = list(csv.DictReader(file))
    data = [np.array([float(row[name]) for row in rows]) for name in ("frequency", "recency", "T")]
    print(
        f"{'customers':>10} {'candor s':>10} {'MB':>5} {'plain s':>10} {'MB':>5} {'times':>6}   log-likelihoods per customer"
    )
    for copies in (1, 10, 100):
        many = [np.tile(column, copies) for column in data]
        (ours, fast), peak = peak_of(
            lambda many=many, copies=copies: timed(fit_buying, *many, times=5 if copies < 100 else 2)
        )
        ((_, height), slow), plain_peak = peak_of(
            lambda many=many, copies=copies: timed(plain_fit, *many, times=3 if copies < 100 else 1)
        )
        n = len(many[0])
        print(
            f"{n:>10,} {fast:>10.4f} {peak:>5.0f} {slow:>10.3f} {plain_peak:>5.0f} {slow / fast:>6.0f}   {ours.log_likelihood / n:.9f} {height / n:.9f}"
        )


if __name__ == "__main__":
    main()
