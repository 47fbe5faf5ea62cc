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


def journey_funnel() -> Spec:
    """The share that has come, by day, against counting the open ones as lost."""
    random = np.random.default_rng(4)
    come, leave, watched = (
        random.exponential(25, 600),
        random.exponential(60, 600),
        random.uniform(0, 90, 600),
    )
    last = np.minimum(np.minimum(come, leave), watched)
    found = cx.arrivals(last, came=last == come, left=last == leave, still_open=last == watched)
    rows: list[Row] = []
    for day in range(0, 61, 2):
        share = found.came_by(day)
        rows.append({"x": day, "y": share.value, "low": share.low, "high": share.high})
    lost = [{"x": day, "y": float(((last == come) & (last <= day)).mean())} for day in range(0, 61, 2)]
    frame = Frame(
        x=Axis("days since the papers", (0, 78), ticks=[0, 10, 20, 30, 40, 50, 60]),
        y=Axis("share that has signed", (0, 0.8), form=".0%"),
    )
    layers = [
        frame.band(rows),
        frame.line(lost, "other"),
        frame.line(rows),
        frame.words([rows[-1] | {"text": f"open ones open, {rows[-1]['y']:.0%}"}], dx=6),
        frame.words([lost[-1] | {"text": f"counted as lost, {lost[-1]['y']:.0%}"}], dx=6),
    ]
    return picture(
        layers,
        title="Journeys still under way are open, not lost",
        subtitle="600 simulated journeys, a quarter still open; Aalen–Johansen with 95 % band",
    )


def waits() -> Spec:
    """Median and p90 of two groups with intervals."""
    random = np.random.default_rng(3)
    before, now = random.lognormal(1.9, 0.9, 300), random.lognormal(1.9, 0.9, 250) + 3
    rows: list[Row] = []
    for name, group in (("before", before), ("now", now)):
        found = cx.wait_times(group)
        for words, wait in (("median", found.median), ("nine in ten", found.p90)):
            text = f"{words} {wait.value:.1f} ({wait.low:.1f} to {wait.high:.1f})"
            rows.append(
                {"y": f"{name}, {words}", "x": wait.value, "low": wait.low, "high": wait.high, "text": text}
            )
    shift = cx.compare_waits(now, before)
    frame = Frame(
        x=Axis("days of waiting", (0, 42), ticks=[0, 10, 20, 30]), y=Names([row["y"] for row in rows])
    )
    layers = [
        frame.across(rows),
        frame.dots(rows),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title=f"Waits are longer now by {shift.change:.1f} days ({shift.low:.1f} to {shift.high:.1f})",
        subtitle="300 and 250 simulated waits, true shift 3 days; 95 % intervals of order statistics",
        height=140,
    )


def bottlenecks() -> Spec:
    """The share of all waiting on each edge, with interval and possible places."""
    names = ["ask → papers", "papers → check", "check → visit", "visit → offer", "offer → sign"]
    random = np.random.default_rng(6)
    table = random.lognormal(0, 0.5, (400, 1)) * random.exponential([2.0, 2.1, 7.5, 2.0, 2.2], (400, 5))
    found = cx.bottlenecks(table, names)
    rows: list[Row] = []
    for one in found.edges:
        places = "first" if one.rank_high == 1 else f"place {one.rank_low} to {one.rank_high}"
        share = one.share
        text = f"{share.value:.0%}, {places}"
        rows.append({"y": one.edge, "x": share.value, "low": share.low, "high": share.high, "text": text})
    frame = Frame(x=Axis("share of all waiting", (0, 0.7), form=".0%"), y=Names([row["y"] for row in rows]))
    layers = [
        frame.across(rows),
        frame.dots(rows),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="Half of the waiting is before the visit; the other edges can’t be ranked",
        subtitle="400 simulated journeys; bootstrap of whole journeys, 95 % intervals",
        height=160,
    )


def path_changes() -> Spec:
    """Changes of the shares of journeys with each edge."""
    now = {
        "ask → papers": 780,
        "papers → ask again": 250,
        "papers → offer": 620,
        "offer → sign": 540,
        "ask → call": 90,
    }
    before = {
        "ask → papers": 800,
        "papers → ask again": 170,
        "papers → offer": 640,
        "offer → sign": 560,
        "ask → call": 80,
    }
    found = cx.compare_parts(now, before, n_now=1000, n_before=1000)
    rows: list[Row] = []
    for one in found:
        beyond = one.verdict in {"higher", "lower"}
        row: Row = {"y": one.key, "x": 100 * one.change, "low": 100 * one.low, "high": 100 * one.high}
        text = f"{row['x']:+.0f} ({row['low']:.0f} to {row['high']:.0f})" if beyond else "no clear change"
        rows.append(row | {"text": text})
    frame = Frame(
        x=Axis("change of the share of journeys with it, in points", (-9, 20), form="+.0f"),
        y=Names([row["y"] for row in rows]),
    )
    layers = [
        *frame.upright_line(0, "no change"),
        frame.across(rows),
        frame.dots(rows),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="Being asked again is the one clear change",
        subtitle="made-up counts, 1,000 journeys in each month; 95 % Newcombe intervals, each by itself; clear or not after correction for five tests",
        height=160,
    )


def share_of_total() -> Spec:
    """Shares of all the time that pass behind three touchpoints."""
    random = np.random.default_rng(46)
    days = {"application": 2.0, "papers": 6.0, "decision": 3.0}
    spent = {name: random.gamma(1.5, mean / 1.5, 200) for name, mean in days.items()}
    total = np.sum(list(spent.values()), axis=0)
    rows: list[Row] = []
    for name, part in spent.items():
        share = cx.share_of_total(
            n=200,
            part=float(part.sum()),
            part_squares=float((part**2).sum()),
            products=float((part * total).sum()),
            total=float(total.sum()),
            total_squares=float((total**2).sum()),
        )
        text = f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})"
        rows.append({"y": name, "x": share.value, "low": share.low, "high": share.high, "text": text})
    frame = Frame(
        x=Axis("share of all days", (0, 0.85), form=".0%", ticks=[0, 0.2, 0.4, 0.6]),
        y=Names([row["y"] for row in rows]),
    )
    layers = [
        frame.bars(rows, thick=14),
        frame.across(rows, "plain", thin=True),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="More than half of the time passes behind the papers",
        subtitle="200 simulated episodes; 95 % intervals over episodes",
        height=130,
    )


PICTURES = {
    "share-of-total": share_of_total,
    "journey-funnel": journey_funnel,
    "waits": waits,
    "bottlenecks": bottlenecks,
    "path-changes": path_changes,
    "critical-moments": critical_moments,
    "drop-off": drop_off,
    "promises": promises,
}
