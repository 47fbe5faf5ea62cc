"""Pictures of the pages about scores."""

from itertools import combinations
from math import sqrt

import numpy as np
from scipy.stats import multinomial

from candor import analytics as cx
from candor.foundation.charts.figure import Spec

from .paper import Axis, Frame, Names, Row, picture

_Z = 1.959964


def net_promoter_score() -> Spec:
    """Coverage of the interval by n, against the textbook's, by enumeration of every possible sample."""
    shares = (0.02, 0.08, 0.90)
    ours: list[Row] = []
    textbook: list[Row] = []
    for n in range(5, 61):
        counts = _all_counts(n, 3)
        chance = multinomial.pmf(counts, n, shares)
        truth = shares[2] - shares[0]
        low, high = cx.net_promoter_limits(*counts.T.astype(float))
        ours.append({"x": n, "y": chance[(low <= truth) & (truth <= high)].sum()})
        score = (counts[:, 2] - counts[:, 0]) / n
        half = _Z * np.sqrt(((counts[:, 2] + counts[:, 0]) / n - score**2) / n)
        textbook.append({"x": n, "y": chance[np.abs(score - truth) <= half + 1e-12].sum()})
    frame = Frame(
        x=Axis("answers", (5, 62)),
        y=Axis("share of intervals that hold the truth", (0.3, 1.06), form=".0%", ticks=[0.4, 0.6, 0.8, 1]),
    )
    layers = [
        *frame.level(0.95, ""),
        frame.line(textbook, "other"),
        frame.line(ours),
        frame.words(
            [
                {
                    "x": 42,
                    "y": 1.03,
                    "text": "Tango below 30 answers (enumerated below 8), adjusted Wald from there",
                }
            ],
            align="center",
            dx=0,
        ),
        frame.words([{"x": 12, "y": 0.68, "text": "textbook (Wald)"}]),
    ]
    return picture(
        layers,
        title="The textbook interval fails the best teams first",
        subtitle="95 % intervals of NPS, true shares 2 % detractors, 8 % passives, 90 % promoters; all samples enumerated",
    )


def top_box_share() -> Spec:
    """Wilson's whisker against the naive one."""
    cases = ((12, 12), (11, 12), (9, 12), (90, 120))
    wilson: list[Row] = []
    naive: list[Row] = []
    for favourable, n in cases:
        name = f"{favourable} of {n}"
        found = cx.top_box_share(favourable=favourable, n=n)
        wilson.append({"y": name, "x": found.value, "low": found.low, "high": found.high})
        half = _Z * sqrt(favourable * (n - favourable) / n**3)
        naive.append(
            {"y": name, "x": favourable / n, "low": favourable / n - half, "high": favourable / n + half}
        )
    frame = Frame(
        x=Axis("share favourable", (0.3, 1.1), form=".0%", ticks=[0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        y=Names([row["y"] for row in wilson]),
    )
    lower = [{**row, "text": f"{row['low']:.0%} to {row['high']:.0%}"} for row in wilson]
    layers = [
        *frame.upright_line(1.0),
        frame.across(wilson),
        frame.across(naive, "other", thin=True),
        frame.dots(wilson),
        frame.words([{**row, "x": row["low"]} for row in lower], align="right", dx=-8),
    ]
    return picture(
        layers,
        title="Twelve of twelve is not certainty",
        subtitle="thick: Wilson’s 95 % interval; thin and broken: textbook, which runs past 100 % or shrinks to nothing",
        height=180,
    )


def mean_score() -> Spec:
    """Coverage of the mean's interval on skewed answers, by enumeration."""
    shares, values = np.array([0.02, 0.03, 0.05, 0.20, 0.70]), np.arange(1.0, 6)
    truth = float(shares @ values)
    ours: list[Row] = []
    student: list[Row] = []
    for n in (5, 8, 10, 12, 15, 18, 20, 25, 30):
        counts = _all_counts(n, 5)
        chance = multinomial.pmf(counts, n, shares)
        for rows, limits in ((ours, cx.mean_limits), (student, cx.t_limits)):
            low, high = limits(counts.astype(float), values)
            rows.append({"x": n, "y": chance[(low <= truth) & (truth <= high)].sum()})
    frame = Frame(
        x=Axis("answers", (5, 31)), y=Axis("share of intervals that hold the truth", (0.8, 1), form=".0%")
    )
    layers = [
        *frame.level(0.95),
        frame.line(student, "other"),
        frame.line(ours),
        frame.dots(ours, size=40),
        frame.dots(student, "other", size=40, shape="square"),
        frame.words(
            [{"x": 20, "y": 0.972, "text": "chosen by what the answers look like"}], align="center", dx=0
        ),
        frame.words([{"x": 20, "y": 0.87, "text": "Student’s t throughout"}], align="center", dx=30),
    ]
    return picture(
        layers,
        title="Where seven of ten answer 5, Student’s interval promises too much",
        subtitle="95 % intervals of a mean on 1–5, true shares 2, 3, 5, 20 and 70 %; all samples enumerated",
    )


def effort_and_index_scores() -> Spec:
    """The cells of an effort item, and what both polarities make of them."""
    counts: dict[float, int] = {1: 2, 2: 3, 3: 5, 4: 10, 5: 20, 6: 30, 7: 30}
    right = cx.effort_score(counts=counts).easy_share
    wrong = cx.effort_score(counts=counts, easy_is_high=False).easy_share
    frame = Frame(x=Names([str(cell) for cell in counts], "answer"), y=Axis("answers", (0, 42)))
    rows: list[Row] = [{"x": str(cell), "y": n} for cell, n in counts.items()]
    notes = [
        {
            "x": "6",
            "y": 38,
            "text": f"high is easy: {right.value:.0%} easy ({right.low:.0%} to {right.high:.0%})",
        },
        {
            "x": "2",
            "y": 14,
            "text": f"low is easy: {wrong.value:.0%} easy ({wrong.low:.0%} to {wrong.high:.0%})",
        },
    ]
    layers = [
        frame.bars(rows[4:], thick=44),
        frame.bars(rows[:4], "faint", thick=44),
        frame.words(notes, align="center", dx=0, bold=True),
        frame.words([{**row, "text": str(row["y"])} for row in rows], align="center", dx=0, dy=-9),
    ]
    return picture(
        layers,
        title="The same answers, read in two directions",
        subtitle="100 answers on 1–7; with the polarity forgotten, an easy service becomes a hard one",
    )


def event_rate() -> Spec:
    """The same rate from few and from many events."""
    cases = ((0, 1_000), (10, 1_000), (100, 10_000), (1_000, 100_000))
    rows: list[Row] = []
    for events, exposure in cases:
        found = cx.event_rate(events=events, exposure=exposure)
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        ends = {"x": 1000 * found.value, "low": 1000 * found.low, "high": 1000 * found.high}
        text = f"{ends['low']:.1f} to {ends['high']:.1f}"
        rows.append({"y": f"{events:,} in {exposure:,}", **ends, "text": text})
    frame = Frame(x=Axis("events per 1,000", (0, 22)), y=Names([row["y"] for row in rows]))
    layers = [
        frame.across(rows),
        frame.dots(rows),
        frame.words([{**row, "x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="What makes a rate sure is the number of events",
        subtitle="events in so many orders, Garwood’s 95 % interval; none at all still leaves room for 3.7",
        height=170,
    )


def median() -> Spec:
    """Sorted waits, and the two places between which the true median lies."""
    waits = np.sort(np.random.default_rng(2).exponential(10, 40))
    places = cx.median_ranks(len(waits))
    assert places is not None
    low, high = places
    middle = float(np.median(waits))
    rows: list[Row] = [{"x": place, "y": wait} for place, wait in enumerate(waits, start=1)]
    inside = [row for row in rows if low <= row["x"] <= high]
    frame = Frame(
        x=Axis("place in rising order", (0, 41), ticks=[1, 10, 20, 30, 40]),
        y=Axis("wait, minutes", (0, 1.1 * float(waits[-1]))),
    )
    ends = [row | {"text": f"place {row['x']}: {row['y']:.1f}"} for row in (inside[0], inside[-1])]
    layers = [
        frame.block([{"low": low, "high": high}]),
        *frame.level(middle, f"median {middle:.1f}"),
        frame.dots([row for row in rows if row not in inside], hollow=True, size=40),
        frame.dots(inside, size=40),
        frame.words(ends[:1], dy=14),
        frame.words(ends[1:], align="right", dy=-12, dx=-4),
    ]
    return picture(
        layers,
        title=f"The true median lies somewhere between {inside[0]['y']:.1f} and {inside[-1]['y']:.1f} minutes",
        subtitle="40 simulated waits; grey: the places between which it lies in at least 95 of 100 samples, whatever the shape",
    )


def weighted_scores() -> Spec:
    """Effective n as the weights of a fifth of the answers grow."""
    rows: list[Row] = []
    for weight in np.arange(1, 20.5, 0.5):
        spread = cx.Weighting(n=100, total=80 + 20 * weight, squared=80 + 20 * weight**2)
        rows.append({"x": weight, "y": spread.effective_n})
    frame = Frame(
        x=Axis("weight of 20 of the 100 answers; the others have 1", (1, 20)), y=Axis("effective n", (0, 108))
    )
    marked = [{**row, "text": f"{row['y']:.0f}"} for row in rows if row["x"] in (1, 2, 4, 8, 16)]
    layers = [frame.line(rows), frame.dots(marked), frame.words(marked, dy=-10, bold=True)]
    return picture(
        layers,
        title=f"When a fifth weigh eight times as much, 100 answers are worth {marked[3]['text']}",
        subtitle="Kish: (Σw)² / Σw²",
    )


def _all_counts(n: int, cells: int) -> np.ndarray:
    """Every way in which n answers can fall into so many cells, one a row."""
    bars = np.array(list(combinations(range(n + cells - 1), cells - 1)))
    ends = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), n + cells - 1)])
    return np.diff(ends, axis=1) - 1


def reliability() -> Spec:
    """Alpha of seven items, and without each of them."""
    random = np.random.default_rng(51)
    mood = random.normal(size=(120, 1))
    answers = np.hstack([mood + random.normal(size=(120, 6)), random.normal(size=(120, 1))])
    found = cx.item_reliability(answers)
    whole = found.alpha
    text = f"{whole.value:.2f} ({whole.low:.2f} to {whole.high:.2f})"
    rows: list[Row] = [
        {"y": "all seven", "x": whole.value, "low": whole.low, "high": whole.high, "text": text}
    ]
    dropped: list[Row] = [
        {"y": f"without item {place}", "x": alpha, "text": f"{alpha:.2f}"}
        for place, alpha in enumerate(found.if_dropped, start=1)
    ]
    frame = Frame(
        x=Axis("Cronbach’s alpha", (0.65, 0.95), form=".2f"),
        y=Names([row["y"] for row in rows + dropped]),
    )
    layers = [
        frame.across(rows),
        frame.dots(rows),
        frame.dots(dropped, "other", shape="diamond"),
        frame.words([row | {"x": row.get("high", row["x"])} for row in rows + dropped]),
    ]
    return picture(
        layers,
        title="Without the seventh item the others hold together better",
        subtitle="120 simulated people; six items share one thing, the seventh is noise; 95 % interval",
        height=200,
    )


PICTURES = {
    "reliability": reliability,
    "net-promoter-score": net_promoter_score,
    "top-box-share": top_box_share,
    "mean-score": mean_score,
    "effort-and-index-scores": effort_and_index_scores,
    "event-rate": event_rate,
    "median": median,
    "weighted-scores": weighted_scores,
}
