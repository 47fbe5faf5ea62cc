"""Pictures of the pages about samples and trials."""

from math import ceil

import numpy as np

from candor import analytics as cx
from candor.foundation.charts.figure import Spec

from .paper import Axis, Frame, Names, Row, picture


def sample_size() -> Spec:
    """The smallest change of NPS that could be seen, by answers a month."""
    sizes = np.unique(np.geomspace(20, 1000, 60).round())
    rows: list[Row] = [
        {"x": n, "y": 100 * cx.smallest_detectable_nps_change(n_now=n, n_before=n)} for n in sizes
    ]
    marked: list[Row] = []
    for n in (30, 100, 228, 500, 1000):
        points = 100 * cx.smallest_detectable_nps_change(n_now=n, n_before=n)
        marked.append({"x": n, "y": points, "text": f"{n:,}: {points:.0f} points"})
    frame = Frame(
        x=Axis(
            "answers in each of the two periods", (20, 1700), ticks=[20, 50, 100, 200, 500, 1000], is_log=True
        ),
        y=Axis("NPS points", (0, 70)),
    )
    layers = [frame.line(rows), frame.dots(marked), frame.words(marked, dy=-8)]
    return picture(
        layers,
        title="With a hundred answers a month a change of ten points is mostly missed",
        subtitle="smallest true change of NPS that is seen four times in five (5 % level, 0.75 spread)",
    )


def raking() -> Spec:
    """Shares of the cells before and after raking, against those of all customers."""
    size = ["small"] * 60 + ["large"] * 40
    region = (["north"] * 45 + ["south"] * 15) + (["north"] * 20 + ["south"] * 20)
    targets = {"size": {"small": 400, "large": 600}, "region": {"north": 500, "south": 500}}
    weights = cx.rake({"size": size, "region": region}, targets).weights
    rows: list[Row] = []
    for column, answers in (("size", size), ("region", region)):
        for cell, known in targets[column].items():
            held = np.array([answer == cell for answer in answers])
            share = weights[held].sum() / weights.sum()
            rows.append({"y": cell, "low": held.mean(), "high": share, "goal": known / 1000})
    frame = Frame(x=Axis("share", (0.3, 0.72), form=".0%"), y=Names([row["y"] for row in rows]))
    layers = [
        frame.across(rows),
        frame.dots(
            [row | {"x": row["goal"]} for row in rows], "plain", hollow=True, shape="diamond", size=300
        ),
        frame.dots([row | {"x": row["low"]} for row in rows], hollow=True),
        frame.dots([row | {"x": row["high"]} for row in rows], size=50),
    ]
    return picture(
        layers,
        title="Raking moves each margin of the answers onto that of the customers",
        subtitle="hollow: among 100 answers; diamond: among all customers; dot inside: after raking",
        height=170,
    )


def nonresponse() -> Spec:
    """The worst-case band of a score of +40 by the share that answered."""
    rows: list[Row] = []
    for answered in range(50, 1001, 25):
        band = cx.worst_case_band(value=0.40, answered=answered, asked=1000, lowest=-1, highest=1)
        rows.append({"x": answered / 1000, "y": 40, "low": 100 * band.low, "high": 100 * band.high})
    frame = Frame(x=Axis("share who answered", (0, 1), form=".0%"), y=Axis("NPS", (-100, 110)))
    notes: list[Row] = []
    for answered in (200, 500, 800):
        band = cx.worst_case_band(value=0.40, answered=answered, asked=1000, lowest=-1, highest=1)
        ends = {"low": 100 * band.low, "high": 100 * band.high}
        notes.append(
            {
                "x": answered / 1000,
                "y": ends["low"],
                "text": f"{ends['low']:+.0f} to {ends['high']:+.0f}",
                **ends,
            }
        )
    layers = [
        frame.band(rows),
        frame.line(rows, "plain"),
        frame.upright(notes, thin=True),
        frame.words(notes, align="center", dx=0, dy=12, bold=True),
    ]
    return picture(
        layers,
        title="What the silent could do to a score of +40",
        subtitle="dotted: those who answered; band: from all silent detractors to all silent promoters, a bound and no forecast",
    )


def pilots() -> Spec:
    """Answers an arm by the effect to be seen, people or whole branches drawn."""
    effects = np.linspace(0.1, 0.5, 41)
    spread = cx.cluster_design_effect(size=30, correlation=0.05)
    people: list[Row] = [{"x": e, "y": cx.answers_per_arm(effect=float(e))} for e in effects]
    branches: list[Row] = [
        {"x": e, "y": cx.answers_per_arm(effect=float(e), design_effect=spread)} for e in effects
    ]
    frame = Frame(
        x=Axis(
            "effect, in standard deviations of one answer",
            (0.1, 0.5),
            form=".1f",
            ticks=[0.1, 0.2, 0.3, 0.4, 0.5],
        ),
        y=Axis(
            "answers per arm", (50, 5000), ticks=[50, 100, 200, 500, 1000, 2000, 5000], is_log=True, form=","
        ),
    )
    marked = [row | {"text": f"{ceil(row['y']):,}"} for row in (people[10], branches[10])]
    layers = [
        frame.line(branches, "other"),
        frame.line(people),
        frame.dots(marked),
        frame.words(marked, dy=-9, bold=True),
        frame.words([{"x": 0.33, "y": 650, "text": "branches of 30 drawn whole"}]),
        frame.words([{"x": 0.2, "y": 210, "text": "people drawn singly"}], align="right", dx=-20),
    ]
    return picture(
        layers,
        title=f"Drawing whole branches takes {spread:.2f} times the answers",
        subtitle="power 80 % at the 5 % level; correlation inside a branch 0.05",
    )


PICTURES = {"sample-size": sample_size, "raking": raking, "nonresponse": nonresponse, "pilots": pilots}
