"""A board of 5,000 units × 36 periods: candor's one call a period against the loop a user would write.

    python bench/analytics_units.py [--units 5000] [--periods 36]

The plain loop takes each unit by itself: NPS with an adjusted Wald interval from scipy.stats, satisfied share with
statsmodels' Wilson, shrinkage of each period with statsmodels' combine_effects (Paule–Mandel; one number for the
spread, no intervals), changes with a z test and statsmodels' Benjamini–Hochberg. Both run here, in one process, on the
same seeded data; the plain loop on a part of the units, scaled up. Then rank intervals at 10, 100, 1,000 and 5,000 units.
"""

import argparse
import time
from itertools import pairwise

import numpy as np
from memory import peak_of
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from candor import analytics as cx

SEED = 3
PLAIN_UNITS = 200


def company(units, periods):
    """Counts of detractors, passives, promoters: units × periods × 3; sizes from 5 to 400 answers a period."""
    rng = np.random.default_rng(SEED)
    size = np.exp(rng.uniform(np.log(5), np.log(400), units)).astype(int)
    level = rng.dirichlet([4, 6, 10], units)
    return np.stack([rng.multinomial(size, level) for _ in range(periods)], axis=1)


def timed(work, *arguments):
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result


def our_scores(counts):
    return [
        cx.net_promoter_table(detractors=month[:, 0], passives=month[:, 1], promoters=month[:, 2])
        for month in counts.swapaxes(0, 1)
    ]


def our_shares(counts):
    return [cx.top_box_table(favourable=month[:, 2], n=month.sum(axis=1)) for month in counts.swapaxes(0, 1)]


def our_shrinkage(tables):
    return [cx.shrink(table.values, table.standard_errors) for table in tables]


def our_improvers(tables):
    return [cx.most_improved(now, before) for before, now in pairwise(tables)]


def plain_scores(counts):
    found = []
    for unit in counts:
        for down, middle, up in unit:
            n = down + middle + up + 3
            p, d = (up + 0.75) / n, (down + 0.75) / n
            error = np.sqrt((p + d - (p - d) ** 2) / n)
            found.append(stats.norm.interval(0.95, loc=p - d, scale=error))
    return found


def plain_shares(counts):
    return [proportion_confint(month[2], month.sum(), method="wilson") for unit in counts for month in unit]


def plain_shrinkage(tables):
    found = []
    for table in tables:
        pooled = combine_effects(table.values, table.standard_errors**2, method_re="iterated")
        kept = pooled.tau2 / (pooled.tau2 + table.standard_errors**2)
        found.append(pooled.mean_effect_re + kept * (table.values - pooled.mean_effect_re))
    return found


def plain_improvers(tables):
    found = []
    for before, now in pairwise(tables):
        p = [
            stats.norm.sf((b - a) / np.hypot(s, t))
            for a, b, s, t in zip(
                before.values, now.values, before.standard_errors, now.standard_errors, strict=True
            )
        ]
        found.append(multipletests(p, method="fdr_bh")[0])
    return found


def compare_boards(units, periods):
    counts = company(units, periods)
    part = counts[: min(PLAIN_UNITS, units)]
    scale = units / len(part)
    print(f"{units:,} units × {periods} periods, {counts.sum():,} answers")
    print(f"{'step':<28}{'candor s':>10}{'MB':>6}{'plain s':>12}{'MB':>6}{'times':>8}")
    tables = show("NPS and interval", our_scores, counts, plain_scores, part, scale)
    show("share and interval", our_shares, counts, plain_shares, part, scale)
    show("shrinkage", our_shrinkage, tables, plain_shrinkage, tables, 1)
    found = show("most improved", our_improvers, tables, plain_improvers, our_scores(part), scale)
    named = sum(len(month.order) for month in found)
    print(f"units named as improved in {periods - 1} months in which nothing changed: {named}")


def show(step, ours, our_data, plain, plain_data, scale):
    """One line: time and most memory of each side; the plain side's time is scaled up from its part. Gives what ours found."""
    (seconds, found), peak = peak_of(lambda: timed(ours, our_data))
    (plain_seconds, _), plain_peak = peak_of(lambda: timed(plain, plain_data))
    plain_seconds *= scale
    print(
        f"{step:<28}{seconds:>10.2f}{peak:>6.0f}{plain_seconds:>12.2f}{plain_peak:>6.0f}{plain_seconds / seconds:>8.1f}"
    )
    return found


def rank_growth():
    print(
        f"\n{'units':>8}{'simultaneous s':>16}{'marginal s':>12}{'tiers s':>10}{'MB':>6}   ({cx.rank_intervals([1, 2], [1, 1]).draws:,} draws)"
    )
    rng = np.random.default_rng(SEED)
    for units in (10, 100, 1000, 5000):
        error = rng.uniform(0.03, 0.15, units)
        score = rng.normal(0.3, 0.1, units) + error * rng.standard_normal(units)
        works = (cx.rank_intervals, cx.marginal_rank_intervals, cx.tiers)
        seconds, peak = peak_of(lambda: [timed(work, score, error)[0] for work in works])  # noqa: B023  called at once
        print(f"{units:>8,}{seconds[0]:>16.2f}{seconds[1]:>12.2f}{seconds[2]:>10.2f}{peak:>6.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=5000)
    parser.add_argument("--periods", type=int, default=36)
    arguments = parser.parse_args()
    compare_boards(arguments.units, arguments.periods)
    rank_growth()


if __name__ == "__main__":
    main()
