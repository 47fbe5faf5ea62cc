"""Pictures of the pages about what matters and what it is worth."""

import numpy as np

from candor import analytics as cx
from candor.foundation.charts.figure import Spec

from .paper import Axis, Frame, Names, Row, Tone, picture


def drivers() -> Spec:
    """Weights of three drivers with their intervals and tiers."""
    random = np.random.default_rng(7)
    speed, tone, tidy = random.normal(size=(3, 500))
    score = 1.0 * speed + 0.5 * tone + 0.5 * tidy + random.normal(size=500)
    found = cx.lmg_drivers({"speed": speed, "tone": tone, "tidy": tidy}, score)
    rows: list[Row] = [
        {"y": one.name, "x": one.weight, "low": one.low, "high": one.high, "text": f"tier {one.tier}"}
        for one in found.drivers
    ]
    frame = Frame(
        x=Axis("share of the explained spread", (0, 0.85), form=".0%"), y=Names([row["y"] for row in rows])
    )
    layers = [
        frame.across(rows),
        frame.dots(rows),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="One driver stands apart; the order of the other two can’t be told",
        subtitle=f"500 simulated answers, R² {found.r2:.2f}; inside a tier the order is the alphabet",
        height=140,
    )


def priorities() -> Spec:
    """Importance against performance, each item with both of its intervals."""

    items = {
        "waiting": (_between(0.29, 0.43), _between(3.5, 3.7)),
        "advice": (_between(0.22, 0.34), _between(4.15, 4.4)),
        "tone": (_between(0.13, 0.27), _between(4.1, 4.3)),
        "letters": (_between(0.05, 0.13), _between(3.3, 3.7)),
        "bills": (_between(0.03, 0.11), _between(4.1, 4.3)),
    }
    placed = cx.importance_performance(items, importance_line=0.2, performance_line=4.0)
    rows: list[Row] = []
    for item in placed:
        weight, level = item.importance, item.performance
        text = f"{item.name}: {item.quadrant.replace('_', ' ')}"
        ends = {"x": level.value, "y": weight.value, "text": text}
        rows.append(ends | {"is_open": item.quadrant == "undecided", "of": (weight, level)})
    upright = [{"x": row["x"], "low": row["of"][0].low, "high": row["of"][0].high} for row in rows]
    across = [{"y": row["y"], "low": row["of"][1].low, "high": row["of"][1].high} for row in rows]
    points = [{key: row[key] for key in ("x", "y", "text", "is_open")} for row in rows]
    frame = Frame(
        x=Axis("performance, mean answer on 1–5", (3.2, 4.75), form=".1f"),
        y=Axis("importance, weight", (0, 0.55), form=".0%"),
    )
    layers = [
        *frame.upright_line(4.0),
        *frame.level(0.2),
        frame.upright(upright, thin=True),
        frame.across(across, thin=True),
        frame.dots([row for row in points if not row["is_open"]]),
        frame.dots([row for row in points if row["is_open"]], hollow=True),
        frame.words(points, dy=-16),
    ]
    return picture(
        layers,
        title="Where an interval crosses a line, nothing is decided",
        subtitle="made-up items; lines: 1 / number of drivers and the target; whiskers: 95 % intervals",
        height=250,
    )


def value_at_stake() -> Spec:
    """Issues by what is at stake, with the chance to be the largest."""
    seen = {
        "delay": (300, 90),
        "fees": (240, 84),
        "staff": (130, 52),
        "letters": (90, 27),
        "website": (60, 15),
    }
    issues = [
        cx.Issue(key=key, affected=hit, of=1000, severity=cx.Share(hard, hit))
        for key, (hit, hard) in seen.items()
    ]
    ranked = cx.value_at_stake(issues, exclusive=True)
    rows: list[Row] = []
    for issue in ranked:
        places = " to ".join(dict.fromkeys((str(issue.best_rank), str(issue.worst_rank))))
        chance = f"{issue.p_top:.0%}" if issue.p_top >= 0.005 else "under 1%"
        text = f"rank {places}; the largest: {chance}"
        rows.append({"y": issue.key, "x": issue.point, "low": issue.low, "high": issue.high, "text": text})
    frame = Frame(
        x=Axis("severe cases among 1,000 complaints", (0, 185), ticks=[0, 25, 50, 75, 100]),
        y=Names([row["y"] for row in rows]),
    )
    layers = [
        frame.bars(rows, thick=14),
        frame.across(rows, "plain", thin=True),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="Two issues may be the largest; the list alone would not say so",
        subtitle="cases of an issue times the share that was severe; 95 % intervals from 20,000 draws",
        height=180,
    )


def market_damage() -> Spec:
    """Customers lost by what became of their problem."""
    share = cx.Share
    loyal = cx.Endings(
        unharmed=share(540, 600),
        never_told=share(165, 300),
        satisfied=share(34, 40),
        mollified=share(21, 35),
        dissatisfied=share(14, 40),
    )
    found = cx.market_damage(
        customers=10_000,
        problem=share(400, 1000),
        told_us=share(100, 400),
        outcomes=(40, 35, 25),
        loyal=loyal,
    )
    rows: list[Row] = []
    for name, part in found.by_ending.items():
        text = f"{part.value:,.0f} ({part.low:,.0f} to {part.high:,.0f})"
        rows.append({"y": name, "x": part.value, "low": part.low, "high": part.high, "text": text})
    frame = Frame(
        x=Axis("customers lost", (-120, 1650), ticks=[0, 250, 500, 750, 1000, 1250]),
        y=Names([row["y"] for row in rows]),
    )
    layers = [
        frame.bars(rows, thick=14),
        frame.across(rows, "plain", thin=True),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="Most of the customers lost never told us",
        subtitle=f"made-up surveys among 10,000 customers; in all {found.lost.value:,.1f} ({found.lost.low:,.0f} to {found.lost.high:,.0f})",
        height=150,
    )


def lifetime_value() -> Spec:
    """The chance to be still a customer, by weeks of silence and past purchases."""
    random, n = np.random.default_rng(5), 1000
    rate, leaves = random.gamma(0.5, 0.2, n), random.beta(0.8, 2.4, n)
    day = random.exponential(1 / rate, (60, n)).cumsum(axis=0)
    seen = (day < 40) & (np.arange(60)[:, None] < random.geometric(leaves))
    model = cx.fit_buying(seen.sum(axis=0), (day * seen).max(axis=0), np.full(n, 40.0))
    silence = np.arange(0.0, 39)
    frame = Frame(
        x=Axis("weeks since the last purchase", (0, 38), ticks=[0, 10, 20, 30]),
        y=Axis("chance to be still a customer", (0, 1), form=".0%"),
    )
    layers = []
    histories: tuple[tuple[int, Tone], ...] = ((1, "faint"), (4, "main"), (10, "other"))
    for repeats, tone in histories:
        alive = model.chance_alive(np.full(39, repeats), 40 - silence, np.full(39, 40.0))
        rows: list[Row] = [{"x": weeks, "y": chance} for weeks, chance in zip(silence, alive, strict=True)]
        label = "1 repeat" if repeats == 1 else f"{repeats} repeats"
        middle = min(rows, key=lambda row: abs(row["y"] - 0.45))
        layers += [frame.line(rows, tone), frame.words([middle | {"text": label}], dx=10)]
    return picture(
        layers,
        title="The same silence means more from those who bought often",
        subtitle="BG/NBD fitted to 1,000 simulated customers watched for 40 weeks",
    )


def renewals() -> Spec:
    """The share still there after each renewal, seen and foretold, with its interval."""
    still = [1000, 869, 743, 653, 593, 551, 517, 491]
    model = cx.fit_renewals(still)
    rows: list[Row] = []
    for times in range(1, 16):
        share = model.survival(times)
        rows.append({"x": times, "y": share.value, "low": share.low, "high": share.high})
    rows.insert(0, {"x": 0, "y": 1.0, "low": 1.0, "high": 1.0})
    frame = Frame(
        x=Axis("renewals", (0, 15), ticks=[0, 3, 6, 9, 12, 15]),
        y=Axis("share still there", (0, 1), form=".0%"),
    )
    rates = [f"{model.renewal_rate(times).value:.0%}" for times in (1, 8)]
    layers = [
        frame.band(rows),
        frame.line(rows),
        frame.dots([{"x": k, "y": count / 1000} for k, count in enumerate(still)], "plain", hollow=True),
        *frame.upright_line(7, "watched so far"),
    ]
    return picture(
        layers,
        title="The restless leave first, so later renewals look more loyal",
        subtitle=f"hollow: seen (Fader & Hardie 2007); line and band: model; {rates[0]} renew the first time, {rates[1]} the eighth",
    )


def survival() -> Spec:
    """Two Kaplan–Meier curves with their bands."""
    random = np.random.default_rng(3)
    calm, angry = random.exponential(400, 300), random.exponential(200, 120)
    frame = Frame(
        x=Axis("days", (0, 245), ticks=[0, 30, 60, 90, 120, 150, 180]),
        y=Axis("share still there", (0, 1), form=".0%"),
    )
    layers = []
    tones: dict[str, Tone] = {"no problem": "main", "with a problem": "other"}
    for (name, tone), stays in zip(tones.items(), (calm, angry), strict=True):
        curve = cx.survival_curve(np.minimum(stays, 180.0), stays < 180)
        rows: list[Row] = [{"x": 0, "y": 1.0, "low": 1.0, "high": 1.0}]
        for day in range(6, 181, 6):
            share = curve.at(day)
            rows.append({"x": day, "y": share.value, "low": share.low, "high": share.high})
        layers += [
            frame.band(rows, tone, steps=True),
            frame.line(rows, tone, steps=True),
            frame.words([rows[-1] | {"text": f"{name}, {rows[-1]['y']:.0%}"}], dx=6),
        ]
    return picture(
        layers,
        title="Customers who are still there count as still there, not as lost",
        subtitle="simulated, 300 and 120 customers watched for 180 days; Kaplan–Meier, 95 % bands, read every six days",
    )


def hazards() -> Spec:
    """Hazard ratios on a scale of factors."""
    random = np.random.default_rng(4)
    n = 800
    unhappy, tenure = random.integers(0, 2, n), random.exponential(5, n)
    left_on = random.exponential(1 / (0.004 * 2.0**unhappy * 0.9**tenure))
    fit = cx.fit_hazards(
        {"unhappy": unhappy.tolist(), "tenure": tenure.tolist()}, np.minimum(left_on, 365), left_on < 365
    )
    names = {"unhappy": "unhappy against happy", "tenure": "each year of tenure"}
    rows: list[Row] = []
    for found in fit.ratios:
        ratio = found.ratio
        text = f"{ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"
        rows.append(
            {"y": names[found.name], "x": ratio.value, "low": ratio.low, "high": ratio.high, "text": text}
        )
    frame = Frame(
        x=Axis(
            "hazard ratio: how many times the chance to leave now",
            (0.7, 5),
            ticks=[0.75, 1, 1.5, 2, 3],
            is_log=True,
        ),
        y=Names(list(names.values())),
    )
    layers = [
        *frame.upright_line(1, "as likely"),
        frame.across(rows),
        frame.dots(rows),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="With the other held equal: twice as likely to leave, or a tenth less",
        subtitle="800 simulated customers, true factors 2.0 and 0.9; Cox, 95 % intervals",
        height=110,
    )


def attribution() -> Spec:
    """Removal effects of three touchpoints with their intervals."""
    ways = [
        cx.JourneyPath(("advert", "mail", "shop"), 120, 80),
        cx.JourneyPath(("advert",), 0, 150),
        cx.JourneyPath(("mail", "shop"), 60, 90),
        cx.JourneyPath(("shop",), 30, 20),
    ]
    found = cx.removal_effects(ways)
    rows: list[Row] = []
    for one in found.effects:
        part = one.effect
        text = f"{part.value:.0%} ({part.low:.0%} to {part.high:.0%})"
        rows.append({"y": one.touchpoint, "x": part.value, "low": part.low, "high": part.high, "text": text})
    frame = Frame(
        x=Axis(
            "part of the chain’s successes that leads through it",
            (0, 1.35),
            form=".0%",
            ticks=[0, 0.25, 0.5, 0.75, 1],
        ),
        y=Names([row["y"] for row in rows]),
    )
    layers = [
        frame.across(rows),
        frame.dots(rows),
        frame.words([row | {"x": row["high"]} for row in rows]),
    ]
    return picture(
        layers,
        title="In the chain all successes pass the shop, half of them the advert",
        subtitle=f"{found.n} made-up journeys, {found.reached.value:.0%} of them reached the goal; 95 % intervals by resampling",
        height=140,
    )


def _between(low: float, high: float) -> cx.Estimate:
    return cx.Estimate(value=(low + high) / 2, low=low, high=high, n=400, method="t")


PICTURES = {
    "attribution": attribution,
    "drivers": drivers,
    "priorities": priorities,
    "value-at-stake": value_at_stake,
    "market-damage": market_damage,
    "lifetime-value": lifetime_value,
    "renewals": renewals,
    "survival": survival,
    "hazards": hazards,
}
