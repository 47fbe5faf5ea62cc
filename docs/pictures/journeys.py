"""Pictures of the pages about journeys."""

import numpy as np

from candor import analytics as cx
from candor.foundation.charts.figure import Spec

from .paper import Axis, Frame, Names, Row, picture


def critical_moments() -> Spec:
    """The change of feeling across each touchpoint, with intervals."""
    random, n = np.random.default_rng(5), 400
    true = {"order": 0.2, "ship": 0.0, "deliver": -0.9, "support": 0.5, "renew": 0.0}
    shift = np.concatenate([[0], np.cumsum(list(true.values()))])
    score = random.normal(3.5, 0.8, (n, 1)) + shift + random.normal(0, 0.5, (n, 6))
    journey, place = np.indices(score.shape)
    passed, touchpoint = np.indices((n, 5))
    found = cx.feeling_changes(
        touchpoints=list(true),
        journeys=journey.ravel(),
        at=place.ravel(),
        scores=score.ravel(),
        passed_journeys=passed.ravel(),
        passed_touchpoints=np.array(list(true))[touchpoint.ravel()],
        passed_at=touchpoint.ravel() + 0.5,
    )
    rows: list[Row] = []
    for one in found.changes:
        change = one.change
        beyond = one.q_value is not None and one.q_value <= 0.05
        text = f"{change.value:+.2f} ({change.low:.2f} to {change.high:.2f})" if beyond else "no clear change"
        rows.append(
            {"y": one.touchpoint, "x": change.value, "low": change.low, "high": change.high, "text": text}
        )
    frame = Frame(
        x=Axis("change of the score across it, points of 1–5", (-1.1, 1.4), form="+.1f"), y=Names(list(true))
    )
    layers = [
        *frame.upright_line(0, "no change"),
        frame.across(rows),
        frame.dots(rows),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="Feeling turns at deliver: each journey held against itself",
        subtitle="400 simulated journeys, true changes +0.2, 0, −0.9, +0.5, 0; mixed model, 95 % intervals",
        height=170,
    )


def drop_off() -> Spec:
    """The drop-off of each step with its interval, against the steps beside it."""
    steps = cx.drop_off_bends(
        ["ask", "apply", "papers", "offer", "sign"],
        reached=[1000, 940, 890, 600, 560],
        lost=[50, 40, 250, 28, 25],
        still_open=[10, 10, 40, 12, 20],
    )
    rows: list[Row] = []
    for step in steps:
        share = step.share
        text = f"{share.value:.0%}; beside it {step.expected:.0%}" if step.is_bend else f"{share.value:.0%}"
        rows.append({"y": step.step, "x": share.value, "low": share.low, "high": share.high, "text": text})
    frame = Frame(
        x=Axis("share that goes no further, of those whose way is known", (0, 0.45), form=".0%"),
        y=Names([step.step for step in steps]),
    )
    layers = [
        frame.across(rows),
        frame.dots(rows),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="Leaving bends at the papers",
        subtitle="made-up funnel of 1,000 journeys, those still open at a step left out there; 95 % Wilson intervals",
        height=170,
    )


def promises() -> Spec:
    """Waits in days against the promise, as a staircase of the share that is over."""
    waits = np.sort(np.random.default_rng(8).lognormal(2.0, 0.5, 420)[:400])
    found = cx.promise_kept(waits, promised=10)
    days = np.arange(0, 31)
    share = np.searchsorted(waits, days, side="right") / len(waits)
    rows: list[Row] = [{"x": day, "y": done} for day, done in zip(days, share, strict=True)]
    kept = found.kept
    point: list[Row] = [{"x": 10, "y": kept.value, "low": kept.low, "high": kept.high}]
    words = f"{kept.value:.0%} ({kept.low:.0%} to {kept.high:.0%}) within the promise"
    late = f"the late ones by a median of {found.lateness.value:.0f} days"
    frame = Frame(
        x=Axis("days of waiting", (0, 30), ticks=[0, 5, 10, 15, 20, 25, 30]),
        y=Axis("share that is over", (0, 1), form=".0%"),
    )
    layers = [
        frame.line(rows),
        *frame.upright_line(10, "promised"),
        frame.upright(point),
        frame.dots(point),
        frame.words([{"x": 10, "y": (kept.value or 0) - 0.06, "text": words}]),
        frame.words([{"x": 10, "y": (kept.value or 0) - 0.16, "text": late}]),
    ]
    return picture(
        layers,
        title="Seven in ten waits keep the promise of ten days",
        subtitle="400 simulated waits that are over; 95 % Wilson interval",
    )


PICTURES = {
    "critical-moments": critical_moments,
    "drop-off": drop_off,
    "promises": promises,
}
