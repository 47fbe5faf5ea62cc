"""Pictures of the pages about changes and differences."""

import numpy as np

from candor import analytics as cx
from candor.foundation.charts.figure import Spec

from .paper import Axis, Frame, Names, Row, picture


def comparing_periods_and_groups() -> Spec:
    """Two intervals that overlap, and the interval of the change that leaves out zero."""
    before = cx.Histogram.from_counts({3: 20, 8: 30, 10: 50})
    now = cx.Histogram.from_counts({3: 10, 8: 25, 10: 65})
    change = cx.compare_nps(now, before)
    rows: list[Row] = []
    for name, found in (("before", cx.nps_of(before)), ("now", cx.nps_of(now))):
        rows.append({"y": name, "x": found.value, "low": found.low, "high": found.high})
    rows.append({"y": "change", "x": change.change, "low": change.low, "high": change.high})
    rows = [row | {key: 100 * row[key] for key in ("x", "low", "high")} for row in rows]
    texts = [row | {"x": row["high"], "text": _spread(row)} for row in rows]
    frame = Frame(
        x=Axis("NPS points", (-10, 90), ticks=[0, 20, 40, 60, 80]), y=Names(["before", "now", "change"])
    )
    layers = [
        *frame.upright_line(0, "no change"),
        frame.across(rows[:2]),
        frame.across(rows[2:], "other"),
        frame.dots(rows[:2]),
        frame.dots(rows[2:], "other", shape="diamond", size=110),
        frame.words(texts),
    ]
    return picture(
        layers,
        title="The two intervals overlap, and the change is still beyond chance",
        subtitle=f"100 answers on each side, 95 % intervals; ordinal test p = {change.p_value:.3f}",
        height=150,
    )


def paired_comparisons() -> Spec:
    """Student's ten sleepers: an arrow a person, and the interval of the mean change."""
    now = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    before = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    change = cx.compare_paired_means(now, before)
    people = [str(number) for number in range(1, 11)]
    ways: list[Row] = [
        {"y": name, "low": first, "high": second}
        for name, first, second in zip(people, before, now, strict=True)
    ]
    frame = Frame(x=Axis("hours of sleep gained", (-2, 6)), y=Names(people, "person"))
    layers = [
        frame.across(ways),
        frame.dots([row | {"x": row["low"]} for row in ways], hollow=True),
        frame.dots([row | {"x": row["high"]} for row in ways]),
        frame.words([ways[0] | {"x": ways[0]["low"], "text": "first drug"}], align="right", dx=-10),
        frame.words([ways[0] | {"x": ways[0]["high"], "text": "second drug"}], dx=10),
    ]
    return picture(
        layers,
        title="Everybody against themselves: people differ more than the two drugs do",
        subtitle=f"Student’s ten sleepers; mean change {change.change:.1f} hours ({change.low:.1f} to {change.high:.1f})",
        height=240,
    )


def many_tests() -> Spec:
    """Sorted p-values below 5 %, and the line of Benjamini and Hochberg."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.324,
        0.4262,
        0.5719,
        0.6528,
        0.759,
        1.0,
    ]
    kept = cx.benjamini_hochberg(p) <= 0.05
    rows: list[Row] = [{"x": place, "y": value} for place, value in enumerate(p, start=1)]
    naive = sum(value < 0.05 for value in p)
    frame = Frame(
        x=Axis("place in rising order", (0.5, 12.4), ticks=list(range(1, 13))), y=Axis("p-value", (0, 0.06))
    )
    shown = [row for row in rows if row["y"] < 0.06]
    line: list[Row] = [{"x": place, "y": 0.05 * place / len(p)} for place in (0.5, 12)]
    layers = [
        *frame.level(0.05, "5 % for each"),
        frame.line(line, "other"),
        frame.dots([row for row in shown if kept[int(row["x"]) - 1]]),
        frame.dots([row for row in shown if not kept[int(row["x"]) - 1]], hollow=True),
        frame.words([{"x": 12, "y": 0.0345, "text": "5 % · place / 15"}], align="right", dx=0, dy=16),
    ]
    return picture(
        layers,
        title=f"{naive} of 15 tests have p < 0.05; {int(kept.sum())} stand when all 15 are counted",
        subtitle="filled: named after Benjamini–Hochberg; hollow: not; six more lie above the picture",
    )


def difference_in_differences() -> Spec:
    """Before and after of treated and comparison, and where the treated would have gone."""
    random = np.random.default_rng(11)
    treated = random.normal(3.5, 0.8, 200), random.normal(4.1, 0.8, 200)
    others = random.normal(3.7, 0.8, 200), random.normal(3.9, 0.8, 200)
    found = cx.difference_in_differences(*treated, *others).effect
    assert found.value is not None
    start, end = treated[0].mean(), treated[1].mean()
    went, would = others[1].mean() - others[0].mean(), start + others[1].mean() - others[0].mean()
    frame = Frame(x=Names(["before", "after"]), y=Axis("mean answer, 1–5", (3.3, 4.3)))
    gap: list[Row] = [{"x": "after", "low": would, "high": end}]
    words = f"effect {found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
    layers = [
        frame.upright(gap),
        frame.line([{"x": "before", "y": start}, {"x": "after", "y": would}], "faint"),
        frame.line([{"x": "before", "y": others[0].mean()}, {"x": "after", "y": others[1].mean()}], "other"),
        frame.line([{"x": "before", "y": start}, {"x": "after", "y": end}]),
        frame.dots([{"x": "before", "y": start}, {"x": "after", "y": end}]),
        frame.dots(
            [{"x": "before", "y": others[0].mean()}, {"x": "after", "y": others[1].mean()}],
            "other",
            shape="square",
        ),
        frame.words([{"x": "after", "y": (would + end) / 2, "text": words}], bold=True),
        frame.words([{"x": "before", "y": start, "text": "treated"}], align="right", dx=-10),
        frame.words([{"x": "before", "y": others[0].mean(), "text": "comparison"}], align="right", dx=-10),
        frame.words([{"x": "after", "y": would, "text": "had they moved alike"}], dy=12),
    ]
    return picture(
        layers,
        title="The effect is what is left when the common movement is taken away",
        subtitle=f"simulated, 200 answers at each corner; the comparison moved by {went:+.2f} without any measure",
    )


def expectation_gap() -> Spec:
    """The response surface as a table of squares, the fitted outcome written in each."""
    random = np.random.default_rng(5)
    x, y = random.integers(1, 8, size=(2, 300))
    outcome = 5 + 0.5 * (y - 4) - 0.1 * (x - y) ** 2 + random.normal(size=300)
    found = cx.response_surface(x, y, outcome, middle=4)
    b = [part.value or 0.0 for part in found.coefficients]
    rows: list[Row] = []
    for seen in range(1, 8):
        for met in range(1, 8):
            u, v = seen - 4, met - 4
            fitted = round(b[0] + b[1] * u + b[2] * v + b[3] * u * u + b[4] * u * v + b[5] * v * v, 1) + 0.0
            rows.append({"x": str(seen), "y": str(met), "value": fitted, "text": f"{fitted:.1f}"})
    low, high = min(row["value"] for row in rows), max(row["value"] for row in rows)
    cells = [row | {"shade": (row.pop("value") - low) / (high - low)} for row in rows]
    frame = Frame(
        x=Names([str(k) for k in range(1, 8)], "expected"), y=Names([str(k) for k in range(7, 0, -1)], "met")
    )
    a4 = found.a4
    return picture(
        [frame.cells(cells), frame.plain_words(cells)],
        title="The same gap is not the same thing: the outcome depends on where it lies",
        subtitle=f"outcome fitted to 300 simulated pairs; bend along disagreement {a4.value:.2f} ({a4.low:.2f} to {a4.high:.2f})",
        height=240,
        width=480,
    )


def _spread(row: Row) -> str:
    return f"{row['x']:+.0f} ({row['low']:.0f} to {row['high']:.0f})"


PICTURES = {
    "comparing-periods-and-groups": comparing_periods_and_groups,
    "paired-comparisons": paired_comparisons,
    "many-tests": many_tests,
    "difference-in-differences": difference_in_differences,
    "expectation-gap": expectation_gap,
}
