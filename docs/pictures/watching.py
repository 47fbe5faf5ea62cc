"""Pictures of the pages about watching a number over time."""

import numpy as np

from candor import analytics as cx
from candor.foundation.charts.figure import Spec

from .paper import Axis, Frame, Row, picture

_FAULTY = "12 15 8 10 4 7 16 9 14 10 5 6 17 12 22 8 10 5 13 11 20 18 24 15 9 12 7 13 9 6"


def control_charts() -> Spec:
    """Montgomery's cans of orange juice: two points beyond the plain limits, none beyond Laney's."""
    faulty = [int(count) for count in _FAULTY.split()]
    plain, laney = cx.p_chart(faulty, [50] * 30), cx.laney_chart(faulty, [50] * 30)
    rows: list[Row] = [{"x": place, "y": count / 50} for place, count in enumerate(faulty, start=1)]
    out = [row | {"text": "beyond"} for row, is_out in zip(rows, plain.is_beyond, strict=True) if is_out]
    frame = Frame(
        x=Axis("sample of 50 cans", (0, 33), ticks=[1, 5, 10, 15, 20, 25, 30]),
        y=Axis("share faulty", (-0.02, 0.58), form=".0%"),
    )
    low, high = float(plain.low[0]), float(plain.high[0])
    top = float(laney.high[0])
    layers = [
        frame.band([{"x": 0.5, "low": low, "high": high}, {"x": 30.5, "low": low, "high": high}], "faint"),
        *frame.level(plain.centre),
        frame.line([{"x": 0.5, "y": top}, {"x": 30.5, "y": top}], "other"),
        frame.line(rows),
        frame.dots(rows, size=40),
        frame.dots(out, "other", shape="square", size=110),
        frame.words([row | {"x": row["x"]} for row in out], dx=9),
        frame.words([{"x": 1, "y": top, "text": "upper limit after Laney"}], dx=0, dy=-10),
    ]
    return picture(
        layers,
        title="Two samples lie beyond the usual limits, none beyond those that know the usual spread",
        subtitle=f"band: plain p limits; broken: Laney’s, {laney.sigma:.2f} times as wide. Data: Montgomery",
        width=600,
    )


def ewma_and_cusum() -> Spec:
    """A shift of one standard error after period 20, unseen in single values and seen by the EWMA."""
    random = np.random.default_rng(36)
    z = random.normal(size=40) + np.where(np.arange(40) >= 20, 1.0, 0.0)
    watch = cx.ewma_watch(z)
    rows: list[Row] = [{"x": k + 1, "y": value} for k, value in enumerate(z)]
    path: list[Row] = [{"x": k + 1, "y": value} for k, value in enumerate(watch.path)]
    alarm = [path[int(k)] for k in watch.alarms[:1]]
    frame = Frame(x=Axis("period", (0, 42)), y=Axis("standard errors from the usual level", (-3.4, 3.4)))
    limits: list[Row] = [{"x": x, "low": -watch.limit, "high": watch.limit} for x in (0.5, 40.5)]
    layers = [
        frame.band(limits, "faint"),
        *frame.level(3, "three standard errors"),
        *frame.upright_line(20.5, "level rises by one"),
        frame.dots(rows, "faint", hollow=True, size=36),
        frame.line(path),
        frame.dots(alarm, "other", shape="square", size=110),
        frame.words(
            [row | {"text": f"alarm in period {row['x']}"} for row in alarm], align="right", dx=-10, dy=-10
        ),
    ]
    return picture(
        layers,
        title="Small shifts add up, though no single period stands out",
        subtitle=f"simulated; line: EWMA, band: its limits, {watch.words.lower()}",
    )


def change_points() -> Spec:
    """Levels on both sides of a change, and the interval of its date."""
    values = [40, 41, 39, 42, 40, 38, 41, 37, 36, 37, 35, 36, 34, 37, 36]
    found = cx.change_points(values)
    point = found.points[0]
    rows: list[Row] = [{"x": k + 1, "y": value} for k, value in enumerate(values)]
    frame = Frame(x=Axis("period", (0.5, 15.5), ticks=list(range(1, 16))), y=Axis("score", (32, 44)))
    stretch: list[Row] = [{"low": point.earliest + 0.5, "high": point.latest + 1.5}]
    levels = [
        [{"x": 0.5, "y": point.before}, {"x": point.at + 0.5, "y": point.before}],
        [{"x": point.at + 0.5, "y": point.after}, {"x": 15.5, "y": point.after}],
    ]
    words = f"{point.change:.1f} ({point.low:.1f} to {point.high:.1f})"
    layers = [
        frame.block(stretch),
        *(frame.line(level, "other") for level in levels),
        frame.dots(rows),
        frame.words([{"x": 12, "y": point.after + 2.2, "text": words}], align="center", dx=0, bold=True),
    ]
    return picture(
        layers,
        title="The level moved somewhere in these few periods",
        subtitle="grey: with one of these the new level begins (95 %); broken: the levels; figures: the change with its interval",
    )


def seasons() -> Spec:
    """Five years of months: what was seen, and what is left without the time of the year."""
    random = np.random.default_rng(12)
    months = np.arange(60)
    score = 30 + 0.1 * months + 5 * np.sin(months * np.pi / 6) + random.normal(size=60)
    parts = cx.seasonal_parts(score, period=12)
    seen: list[Row] = [{"x": 1 + k / 12, "y": value} for k, value in enumerate(score)]
    trend: list[Row] = [{"x": 1 + k / 12, "y": value} for k, value in enumerate(parts.trend)]
    rose = parts.trend[-1] - parts.trend[0]
    frame = Frame(x=Axis("year", (1, 6.6), ticks=[1, 2, 3, 4, 5]), y=Axis("score", (22, 44)))
    layers = [
        frame.line(seen, "faint"),
        frame.dots(seen, "faint", hollow=True, size=30),
        frame.line(trend),
        frame.words([trend[-1] | {"text": f"trend, up {rose:.1f}"}], bold=True),
    ]
    return picture(
        layers,
        title=f"Without the seasons, the ups and downs are a rise of {rose:.1f} points in five years",
        subtitle=f"simulated months; strength of the season {parts.seasonal_strength:.2f} of 1",
    )


def confidence_sequences() -> Spec:
    """One stream of answers, looked at again and again with both kinds of interval."""
    random = np.random.default_rng(6)
    shares = np.array([0.2, 0.3, 0.5])
    counts = random.multinomial(1, shares, size=600).cumsum(axis=0)
    watched: list[Row] = []
    once: list[Row] = []
    for n in range(20, 601, 20):
        detractors, passives, promoters = map(int, counts[n - 1])
        always = cx.nps_confidence_sequence(detractors=detractors, passives=passives, promoters=promoters)
        single = cx.net_promoter_score(detractors=detractors, passives=passives, promoters=promoters)
        for rows, found in ((watched, always), (once, single)):
            rows.append({"x": n, "low": 100 * (found.low or 0), "high": 100 * (found.high or 0)})
    frame = Frame(x=Axis("answers so far, looked at after every 20", (0, 610)), y=Axis("NPS", (-40, 90)))
    missed = [row for row in once if not row["low"] <= 30 <= row["high"]]
    layers = [
        *frame.level(30),
        frame.band(watched),
        frame.upright(once, "plain", thin=True),
        frame.dots(
            [row | {"y": row["low"] if row["low"] > 30 else row["high"]} for row in missed],
            "other",
            shape="square",
        ),
        frame.words(
            [{"x": 600, "y": watched[-1]["high"] + 14, "text": "band: holds at all looks together"}],
            align="right",
            dx=0,
        ),
    ]
    return picture(
        layers,
        title=f"Looked at 30 times, the usual interval left out the truth {len(missed)} times",
        subtitle="simulated; 29 such streams in 100 have a miss; dotted: truth; whiskers: interval for a single look; squares: misses",
    )


def rising() -> Spec:
    """Events a week of two groups, the last four weeks against the ones before."""
    weeks = {
        "fees": [5, 4, 6, 5, 7, 3, 5, 6, 4, 5, 6, 4, 15, 14, 16, 15],
        "delay": [8, 10, 6, 9, 7, 8, 11, 6, 8, 9, 7, 8, 9, 8, 10, 7],
    }
    found = {str(row.key): row for row in cx.rising_groups(weeks)}
    frame = Frame(x=Axis("week", (0.5, 16.5), ticks=[1, 4, 8, 12, 16]), y=Axis("events a week", (0, 18)))
    rows = {name: [{"x": k + 1, "y": count} for k, count in enumerate(run)] for name, run in weeks.items()}
    notes: list[Row] = []
    for name, row in found.items():
        verdict = "rising" if row.is_rising else "not beyond chance"
        text = f"{name}: {row.ratio:.1f} times ({row.low:.1f} to {row.high:.1f}), {verdict}"
        notes.append({"x": 12.2, "y": 16 if row.is_rising else 1.2, "text": text})
    layers = [
        frame.block([{"low": 12.5, "high": 16.5}]),
        frame.line(rows["delay"], "other"),
        frame.dots(rows["delay"], "other", shape="square", size=40),
        frame.line(rows["fees"]),
        frame.dots(rows["fees"], size=40),
        frame.words(notes, align="right", dx=0, bold=True),
    ]
    return picture(
        layers,
        title="One of the two comes in more often than its own past lets expect",
        subtitle="grey: the last four weeks, held against the twelve before; both tested together",
    )


def trend() -> Spec:
    """A slow rise with Sen's line."""
    random = np.random.default_rng(24)
    months = 30 + 0.5 * np.arange(24) + random.normal(size=24) * 2
    found = cx.mann_kendall(months)
    slope = found.slope
    p = "below 0.001" if found.p_value < 0.001 else f"{found.p_value:.3f}"
    middle = float(np.median(months - slope.value * np.arange(24)))
    frame = Frame(x=Axis("month", (-0.5, 23.5)), y=Axis("score", (25, 46)))
    layers = [
        frame.line([{"x": at, "y": middle + slope.value * at} for at in (0, 23)]),
        frame.dots([{"x": at, "y": value} for at, value in enumerate(months)], "plain"),
    ]
    return picture(
        layers,
        title="A slow rise is a trend even where no month stands out",
        subtitle=f"simulated; Sen’s slope {slope.value:.2f} a month ({slope.low:.2f} to {slope.high:.2f}), Mann–Kendall p {p}, n = {found.n}",
    )


def lead_and_lag() -> Spec:
    """Correlations at several lags after prewhitening."""
    random = np.random.default_rng(3)
    calls = random.normal(size=120)
    for month in range(1, 120):
        calls[month] += 0.6 * calls[month - 1]
    leavers = np.r_[np.zeros(3), calls[:-3]] + random.normal(size=120)
    found = cx.lead_lag_correlations(calls, leavers)
    frame = Frame(x=Axis("periods later", (-0.5, 6.5)), y=Axis("correlation", (-0.35, 0.9), form=".1f"))
    rows = [{"x": lag, "y": value} for lag, value in zip(found.lags, found.correlations, strict=True)]
    band = [{"x": at, "low": -found.bound, "high": found.bound} for at in (-0.5, 6.5)]
    layers = [
        frame.band(band, "faint"),
        frame.upright([{"x": row["x"], "low": 0.0, "high": row["y"]} for row in rows]),
        frame.dots(rows),
        *frame.level(0.0),
    ]
    return picture(
        layers,
        title="The second series follows the first by three periods",
        subtitle=f"simulated with a true lead of 3; band: what chance gives at one lag, n = {found.n}",
    )


PICTURES = {
    "control-charts": control_charts,
    "ewma-and-cusum": ewma_and_cusum,
    "change-points": change_points,
    "seasons": seasons,
    "confidence-sequences": confidence_sequences,
    "rising": rising,
    "trend": trend,
    "lead-and-lag": lead_and_lag,
}
