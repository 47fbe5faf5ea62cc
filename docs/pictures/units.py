"""Pictures of the pages about comparing units fairly."""

from math import asin, sin, sqrt

import numpy as np

from candor import analytics as cx
from candor.foundation.charts.figure import Spec

from .paper import Axis, Frame, Names, Row, picture


def shrinkage() -> Spec:
    """Rubin's schools: from what was seen to the fairest guess."""
    seen, error = [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]
    found = cx.shrink(seen, error)
    names = [f"{letter} (±{spread})" for letter, spread in zip("ABCDEFGH", error, strict=True)]
    rows: list[Row] = [
        {"y": name, "low": raw, "high": value}
        for name, raw, value in zip(names, seen, found.values, strict=True)
    ]
    frame = Frame(x=Axis("points", (-5, 30)), y=Names(names, "school (standard error)"))
    layers = [
        *frame.upright_line(found.centre, f"middle {found.centre:.1f}"),
        frame.across(rows),
        frame.dots([row | {"x": row["low"]} for row in rows], hollow=True),
        frame.dots([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="The less is known of a unit, the larger the part of the way it is drawn in",
        subtitle="Rubin’s eight schools; hollow: what was seen; filled: the shrunken score",
        height=220,
    )


def ranks_and_tiers() -> Spec:
    """Rank intervals of twelve simulated teams."""
    random = np.random.default_rng(8)
    answers = random.integers(40, 400, 12)
    error = 0.75 / np.sqrt(answers)
    score = random.normal(0.35, 0.12, 12) + error * random.normal(size=12)
    found = cx.rank_intervals(score, error)
    tier = cx.tiers(score, error).tier
    order = np.argsort(-score)
    names = [f"team {'ABCDEFGHIJKL'[place]}, {100 * score[place]:.0f}" for place in order]
    rows: list[Row] = [
        {
            "y": name,
            "x": found.ranks[k],
            "low": found.low[k],
            "high": found.high[k],
            "text": f"tier {tier[k]}",
        }
        for name, k in zip(names, order, strict=True)
    ]
    frame = Frame(x=Axis("rank", (0.5, 13.2), ticks=list(range(1, 13))), y=Names(names, "NPS seen"))
    layers = [
        frame.across(rows),
        frame.dots(rows),
        frame.words([row | {"x": 12.3} for row in rows], dx=0),
    ]
    least = min(int(row["high"] - row["low"]) + 1 for row in rows)
    return picture(
        layers,
        title=f"Every one of these twelve teams may hold any of {least} ranks or more",
        subtitle="simulated teams with 40 to 400 answers; 95 % rank intervals for all together",
        height=270,
    )


def funnel_plot() -> Spec:
    """Thirty simulated branches within limits that widen where answers are few."""
    random = np.random.default_rng(21)
    n = np.unique(random.integers(20, 400, 34))
    truth = np.where(np.arange(len(n)) == len(n) // 2, 0.62, random.normal(0.82, 0.02, len(n)))
    satisfied = random.binomial(n, truth)
    funnel = cx.funnel_of_shares(satisfied, n)
    rows: list[Row] = [{"x": size, "y": x / size} for x, size in zip(satisfied, n, strict=True)]
    out = funnel.outside_action
    centre = asin(sqrt(funnel.target))
    limits: dict[float, list[Row]] = {1.96: [], 3.09: []}
    for size in np.geomspace(20, 410, 40):
        spread = sqrt(1 / (4 * size) + funnel.extra_variance)
        for z, ends in limits.items():
            low, high = (sin(min(max(centre + side * z * spread, 0), np.pi / 2)) ** 2 for side in (-1, 1))
            ends.append({"x": size, "low": low, "high": high})
    frame = Frame(x=Axis("answers", (15, 410)), y=Axis("share satisfied", (0.45, 1), form=".0%"))
    layers = [
        *frame.level(funnel.target),
        frame.band(limits[3.09], "faint"),
        frame.band(limits[1.96]),
        frame.dots([row for row, odd in zip(rows, out, strict=True) if not odd], hollow=True, size=40),
        frame.dots(
            [row for row, odd in zip(rows, out, strict=True) if odd], "other", shape="square", size=90
        ),
        frame.words(
            [row | {"text": "outside, look here"} for row, odd in zip(rows, out, strict=True) if odd]
        ),
    ]
    return picture(
        layers,
        title="Far from the rest means little where answers are few",
        subtitle=f"{len(n)} simulated branches; dark band 95 %, light band 99.8 % of what chance and the usual spread allow",
    )


def case_mix() -> Spec:
    """What two branches got, and what they would have got with the same customers."""
    unit = ["east"] * 100 + ["west"] * 100
    hard = [0.0] * 80 + [1.0] * 20 + [0.0] * 30 + [1.0] * 70
    easy_ones, hard_ones = [1.0] * 4 + [0.0], [1.0, 1.0, 0.0, 0.0, 0.0]
    satisfied = easy_ones * 16 + hard_ones * 4 + easy_ones * 6 + hard_ones * 14
    found = cx.observed_against_expected(unit, satisfied, cx.expected_shares(hard, satisfied))
    mix = {"east": "east, 20 of 100 cases hard", "west": "west, 70 of 100 cases hard"}
    rows: list[Row] = []
    for branch in found:
        fair = branch.adjusted
        ends = {"low": fair.low, "high": fair.high, "seen": branch.observed}
        rows.append({"y": mix[str(branch.unit)], "x": fair.value, **ends})
    frame = Frame(x=Axis("share satisfied", (0.4, 0.85), form=".0%"), y=Names(list(mix.values())))
    layers = [
        frame.across(rows),
        frame.dots(rows),
        frame.dots(
            [row | {"x": row["seen"]} for row in rows], "other", hollow=True, shape="diamond", size=110
        ),
        frame.words(
            [row | {"x": row["seen"], "text": f"seen {row['seen']:.0%}"} for row in rows],
            align="center",
            dx=0,
            dy=-16,
        ),
        frame.words(
            [row | {"text": f"adjusted {row['x']:.0%}"} for row in rows], align="center", dx=0, dy=16
        ),
    ]
    return picture(
        layers,
        title="With the same customers, the two branches do equally well",
        subtitle="diamond: what was seen; dot: adjusted for the share of hard cases, with its 95 % interval",
        height=140,
    )


def most_improved() -> Spec:
    """Forty teams in which nothing changed, and how many a naive board would praise."""
    random = np.random.default_rng(4)
    shares = (0.2, 0.3, 0.5)
    tables = []
    for _ in range(2):
        detractors, passives, promoters = random.multinomial(60, shares, size=40).T
        tables.append(cx.net_promoter_table(detractors=detractors, passives=passives, promoters=promoters))
    found = cx.most_improved(*tables)
    half = 1.645 * np.hypot(*(table.standard_errors for table in tables))
    order = np.argsort(-found.change)
    rows: list[Row] = []
    for place, k in enumerate(order, start=1):
        ends = {"low": 100 * (found.change[k] - half[k]), "high": 100 * (found.change[k] + half[k])}
        rows.append({"x": place, "y": 100 * found.change[k], "z": 1.645 * found.change[k] / half[k], **ends})
    naive = [row for row in rows if row["z"] > 1.645]
    frame = Frame(
        x=Axis("teams, the largest rise first", (0, 41), ticks=[1, 10, 20, 30, 40]),
        y=Axis("change, NPS points", (-75, 75)),
    )
    layers = [
        *frame.level(0),
        frame.upright(rows, "faint", thin=True),
        frame.dots([row for row in rows if row["z"] <= 1.645], hollow=True, size=40),
        frame.dots(naive, "other", shape="square"),
    ]
    return picture(
        layers,
        title=f"Nothing changed, and a naive board would praise {len(naive)} of 40 teams",
        subtitle=f"simulated, 60 answers a month; 90 % intervals, squares: one-sided p < 0.05 one by one; all counted together {len(found.order)} stand",
    )


PICTURES = {
    "shrinkage": shrinkage,
    "ranks-and-tiers": ranks_and_tiers,
    "funnel-plot": funnel_plot,
    "case-mix": case_mix,
    "most-improved": most_improved,
}
