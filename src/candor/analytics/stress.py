"""Will the process hold? A stress report before rollout: busy days, absence, longer handling, an outage.

Simulated days (at least 30) are lived through under every scenario with the same luck, so that differences from
the base are the scenario's. The simulation reproduces the Erlang formulas where they apply (see the tests).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, isfinite, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from candor.analytics.errors import BadParameter, EmptySample
from candor.analytics.estimates import Estimate, Status, require_level, status_of, worst_of
from candor.analytics.process_simulation import (
    Day,
    DayPlan,
    Luck,
    StagePlan,
    draw_luck,
    live_through,
)
from candor.analytics.proportions import wilson_limits

__all__ = [
    "BreakPoint",
    "Process",
    "Scenario",
    "ScenarioResult",
    "Stage",
    "StressReport",
    "standard_scenarios",
    "stress_report",
]

Array = npt.NDArray[np.float64]

LEAST_DAYS = 30
FAILING = 0.10
MOST_PEOPLE = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of the process with its own line.

    Attributes:
        name: E.g. "appraisal".
        agents: At work at the same time.
        handling: Mean handling time.
        patience: Mean time until a waiting person gives up; None for never.
    """

    name: str
    agents: int
    handling: float
    patience: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What is to be tested. One unit of time throughout, e.g. minutes.

    Attributes:
        arrivals: People per unit of time.
        stages: One after the other.
        target: Total wait that counts as served in time.
        service_level: Share to be served in time, e.g. 0.8.
        long_wait: Total wait that is called long.
        handling_spread: Coefficient of variation of handling times; 1 is exponential, 0 always the same.
    """

    arrivals: float
    stages: tuple[Stage, ...]
    target: float
    service_level: float = 0.8
    long_wait: float = 5.0
    handling_spread: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How a day differs from the base. Factors multiply; the window is a part of the day.

    Attributes:
        load: Of arrivals, all day.
        handling: Of handling times, all day.
        absent: Share of the agents who are away, all day (rounded up to whole people, so that of one agent none
            is left: nobody is served, and who is in line at closing goes home unserved).
        window: Start and end, counted from the end of the warm-up.
        window_load: Of arrivals in the window, on top of `load`.
        window_absent: Share of the agents who are away in the window (1 is an outage).
        stage: The stage to which absence and handling apply; None for all.
    """

    name: str
    load: float = 1.0
    handling: float = 1.0
    absent: float = 0.0
    window: tuple[float, float] = (0.0, 0.0)
    window_load: float = 1.0
    window_absent: float = 0.0
    stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """A scenario over all days: means with t intervals over days, which are independent.

    Attributes:
        in_time: Share served within the target.
        in_time_change: The same less the base, day by day with the same luck.
        mean_wait, p95_wait: Of a day, averaged over days.
        waits_long: Share that waits longer than `long_wait` or gives up.
        abandonment: Share that gives up.
        most_waiting: Longest line of a day.
        left_waiting: In line at closing.
        recovery: Time from the end of the window until nobody waits; None without a window.
        not_recovered_share: Days on which the line was not cleared before closing.
        p_below: Share of days below the wished service level; its interval says what so many days can't rule out.
        bottleneck: Stage with the longest mean wait, and on which share of days it was; 0 where nobody ever waited.
    """

    scenario: Scenario
    in_time: Estimate
    in_time_change: Estimate
    mean_wait: Estimate
    p95_wait: Estimate
    waits_long: Estimate
    abandonment: Estimate
    most_waiting: Estimate
    left_waiting: Estimate
    recovery: Estimate | None
    not_recovered_share: float | None
    p_below: Estimate
    bottleneck: tuple[str, float]

    @property
    def n(self) -> int:
        """Days."""
        return self.in_time.n

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "simulation, t over days"

    @property
    def status(self) -> Status:
        """That of the share served in time."""
        return self.in_time.status


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakPoint:
    """The load (base = 1) beyond which more than one day in ten falls below the service level.

    Attributes:
        load: None when it breaks below a tenth of the base or not even at ten times the base.
        low, high: Bootstrap interval over days.
        n: Days.
    """

    load: float | None
    low: float | None
    high: float | None
    n: int

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "load at which the worst tenth of days falls below the service level, bootstrap over days"

    @property
    def status(self) -> Status:
        """``not_comparable`` where it lies beyond a tenth or ten times the base."""
        return "ok" if self.load is not None else "not_comparable"

    @property
    def words(self) -> str:
        """One sentence."""
        if self.load is None:
            return "No break point between a tenth and ten times the base load."
        return f"Holds up to {self.load:.0%} of the base load (between {self.low:.0%} and {self.high:.0%})."


@dataclass(frozen=True, slots=True, kw_only=True)
class StressReport:
    """All scenarios, the break point, and what one more agent at the base's bottleneck brings.

    Attributes:
        results: In the order given; the first is the base.
        break_point: See there.
        one_more_agent: Change of the share served in time on a base day.
    """

    results: tuple[ScenarioResult, ...]
    break_point: BreakPoint
    one_more_agent: Estimate
    days: int
    warm_up: float
    seed: int

    @property
    def n(self) -> int:
        """Days."""
        return self.days

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "discrete-event simulation, the same days for every scenario"

    @property
    def status(self) -> Status:
        """The worst of its scenarios."""
        return worst_of(*(result.status for result in self.results))


def standard_scenarios(process: Process, *, day: float) -> tuple[Scenario, ...]:
    """Base, peak (+30 %), surge (twice for an eighth of the day), absence (10 %), longer handling (+20 %), and
    an outage (nobody serves for a sixteenth of the day).

    Example:
        >>> line = Process(arrivals=3, stages=(Stage(name="calls", agents=14, handling=3),), target=0.5)
        >>> [scenario.name for scenario in standard_scenarios(line, day=480)]
        ['base', 'peak', 'surge', 'absence', 'longer handling', 'outage']
    """
    middle = day / 2
    return (
        Scenario(name="base"),
        Scenario(name="peak", load=1.3),
        Scenario(name="surge", window=(middle, middle + day / 8), window_load=2.0),
        Scenario(name="absence", absent=0.1),
        Scenario(name="longer handling", handling=1.2),
        Scenario(name="outage", window=(middle, middle + day / 16), window_absent=1.0),
    )


def stress_report(
    process: Process,
    *,
    day: float,
    scenarios: Sequence[Scenario] | None = None,
    warm_up: float | None = None,
    days: int = LEAST_DAYS,
    level: float = 0.95,
    seed: int = 1909,
) -> StressReport:
    """Simulate every scenario over the same days.

    Args:
        process: What is tested.
        day: Length of a day after the warm-up.
        scenarios: The first is the base; the standard six when not given.
        warm_up: Time before counting starts, so that the line is not empty as at no real start; a quarter of
            the day or ten handling times, the longer, when not given. 0 for a process that opens empty.
        days: At least 30.
        level: Of intervals.
        seed: Of the days.

    Raises:
        BadParameter: A number out of range, or more than 200,000 people a day.
        EmptySample: No stage or no scenario.

    Days differ by chance alone: arrivals are Poisson at one rate, the same every day and all day but for the window. Where real
    days are busier or quieter than that, more of them fall short, and the break point lies lower.

    Example:
        >>> line = Process(arrivals=1, stages=(Stage(name="calls", agents=5, handling=3),), target=0.5)
        >>> report = stress_report(line, day=120)
        >>> peak = report.results[1]
        >>> peak.in_time_change.high < 0, report.break_point.load < 1.3
        (True, True)

    Source:
        Common random numbers and warm-up: Law (2015), *Simulation Modeling and Analysis*, ch. 9–11.
    """
    require_level(level)
    chosen = tuple(scenarios) if scenarios is not None else standard_scenarios(process, day=day)
    start = warm_up if warm_up is not None else max(day / 4, 10 * sum(s.handling for s in process.stages))
    _check(process, chosen, day, days, start)
    lucks = [_luck(process, chosen, start + day, (seed, number)) for number in range(days)]
    lived = [[live_through(_plan(process, s, start, day), luck) for luck in lucks] for s in chosen]
    base = _in_time(process, lived[0])
    results = tuple(
        _result(process, scenario, found, base, start, day, level)
        for scenario, found in zip(chosen, lived, strict=True)
    )
    more = _one_more(process, results[0].bottleneck[0])
    better = [live_through(_plan(more, chosen[0], start, day), luck) for luck in lucks]
    return StressReport(
        results=results,
        break_point=_break_point(process, chosen[0], start, day, days, level, seed),
        one_more_agent=_mean(
            _in_time(process, better) - base, "change with one more agent", level, -1.0, 1.0
        ),
        days=days,
        warm_up=start,
        seed=seed,
    )


def _check(process: Process, scenarios: Sequence[Scenario], day: float, days: int, warm_up: float) -> None:
    if not process.stages:
        raise EmptySample("stages")
    if not scenarios:
        raise EmptySample("scenarios")
    _positive(day=day, arrivals=process.arrivals, long_wait=process.long_wait)
    if not (isfinite(days) and days >= LEAST_DAYS and days == int(days)):
        raise BadParameter("days", days, expected=f"a whole number, at least {LEAST_DAYS}")
    if not 0 < process.service_level < 1 or not process.target >= 0:
        raise BadParameter(
            "service_level", process.service_level, expected="between 0 and 1, target 0 or more"
        )
    if not (isfinite(process.handling_spread) and process.handling_spread >= 0):
        raise BadParameter("handling_spread", process.handling_spread, expected="0 or more")
    for stage in process.stages:
        _positive(handling=stage.handling, patience=1.0 if stage.patience is None else stage.patience)
        if not (isfinite(stage.agents) and stage.agents >= 1 and stage.agents == int(stage.agents)):
            raise BadParameter("agents", stage.agents, expected="a whole number, 1 or more")
    names = {stage.name for stage in process.stages}
    for scenario in scenarios:
        _check_scenario(scenario, names, day)
    if not (isfinite(warm_up) and warm_up >= 0):
        raise BadParameter("warm_up", warm_up, expected="0 or more")
    busiest = max(s.load * max(1.0, s.window_load) for s in scenarios)
    if process.arrivals * busiest * max(2 * day, warm_up + day) > MOST_PEOPLE:
        raise BadParameter(
            "arrivals",
            process.arrivals,
            expected=f"at most {MOST_PEOPLE:,} people a day, its warm-up among it",
        )


def _check_scenario(scenario: Scenario, names: set[str], day: float) -> None:
    _positive(load=scenario.load, handling=scenario.handling)
    if not (isfinite(scenario.window_load) and scenario.window_load >= 0):
        raise BadParameter("window_load", scenario.window_load, expected="0 or more")
    for name in ("absent", "window_absent"):
        if not 0 <= getattr(scenario, name) <= 1:
            raise BadParameter(name, getattr(scenario, name), expected="a share from 0 to 1")
    if not 0 <= scenario.window[0] <= scenario.window[1] <= day:
        raise BadParameter("window", scenario.window, expected="0 ≤ start ≤ end ≤ day")
    if scenario.stage is not None and scenario.stage not in names:
        raise BadParameter("stage", scenario.stage, expected=f"one of {', '.join(sorted(names))}")


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not (isfinite(value) and value > 0):
            raise BadParameter(name, value, expected="above 0")


def _luck(process: Process, scenarios: Sequence[Scenario], closes: float, seed: tuple[int, ...]) -> Luck:
    """Enough people for the busiest scenario, with room for a busy draw."""
    busiest = max(s.load * max(1.0, s.window_load) for s in scenarios)
    people = process.arrivals * busiest * closes
    return draw_luck(
        people=ceil(people + 6 * sqrt(people) + 20),
        stages=len(process.stages),
        spread=process.handling_spread,
        seed=seed,
    )


def _plan(process: Process, scenario: Scenario, warm_up: float, day: float) -> DayPlan:
    stages = []
    for stage in process.stages:
        here = scenario.stage is None or scenario.stage == stage.name
        agents = stage.agents - ceil(stage.agents * scenario.absent - 1e-9) if here else stage.agents
        away = scenario.window_absent if here else 0.0
        stages.append(
            StagePlan(
                agents=agents,
                agents_in_window=agents - ceil(agents * away - 1e-9),
                handling=stage.handling * (scenario.handling if here else 1.0),
                patience=stage.patience,
            )
        )
    rate = process.arrivals * scenario.load
    return DayPlan(
        arrivals=rate,
        arrivals_in_window=rate * scenario.window_load,
        window=(warm_up + scenario.window[0], warm_up + scenario.window[1]),
        stages=tuple(stages),
        warm_up=warm_up,
        closes=warm_up + day,
    )


def _in_time(process: Process, days: Sequence[Day]) -> Array:
    """Share served in time, per day; a day on which nobody came kept its promise."""
    shares = [
        ((day.waits <= process.target) & ~day.gave_up).mean() if len(day.waits) else 1.0 for day in days
    ]
    return np.array(shares, dtype=np.float64)


def _result(
    process: Process,
    scenario: Scenario,
    days: Sequence[Day],
    base: Array,
    warm_up: float,
    length: float,
    level: float,
) -> ScenarioResult:
    in_time = _in_time(process, days)
    filled = [day if len(day.waits) else _quiet(day) for day in days]
    per_day = {
        "mean_wait": [day.waits.mean() for day in filled],
        "p95_wait": [np.quantile(day.waits, 0.95) for day in filled],
        "most_waiting": [day.most_waiting for day in filled],
        "left_waiting": [day.left_waiting for day in filled],
    }
    shares = {
        "waits_long": [((day.waits > process.long_wait) | day.gave_up).mean() for day in filled],
        "abandonment": [day.gave_up.mean() for day in filled],
    }
    worst = [int(np.argmax(day.stage_waits)) for day in filled if day.stage_waits.any()]
    most = max(range(len(process.stages)), key=worst.count)
    recovery, missed = _recovery(scenario, days, warm_up, length, level)
    return ScenarioResult(
        scenario=scenario,
        in_time=_mean(in_time, "share in time", level, 0.0, 1.0),
        in_time_change=_mean(in_time - base, "change from base, same days", level, -1.0, 1.0),
        **{
            name: _mean(np.array(v, dtype=np.float64), name, level, 0.0, np.inf)
            for name, v in per_day.items()
        },
        **{name: _mean(np.array(v, dtype=np.float64), name, level, 0.0, 1.0) for name, v in shares.items()},
        recovery=recovery,
        not_recovered_share=missed,
        p_below=_share_of_days(in_time < process.service_level, level),
        bottleneck=(process.stages[most].name, worst.count(most) / len(filled)),
    )


def _quiet(day: Day) -> Day:
    return Day(
        np.zeros(1),
        np.zeros(1, dtype=bool),
        day.stage_waits,
        day.most_waiting,
        day.left_waiting,
        day.cleared_at,
    )


def _recovery(
    scenario: Scenario, days: Sequence[Day], warm_up: float, length: float, level: float
) -> tuple[Estimate | None, float | None]:
    if scenario.window[0] == scenario.window[1]:
        return None, None
    ended = warm_up + scenario.window[1]
    cleared = np.array([day.cleared_at for day in days])
    late = ~(cleared <= warm_up + length)
    took = np.where(late, warm_up + length, cleared) - ended
    return _mean(took, "time until nobody waits (at most to closing)", level, 0.0, np.inf), float(late.mean())


def _mean(values: Array, method: str, level: float, least: float, most: float) -> Estimate:
    n = len(values)
    half = float(stdtrit(n - 1, (1 + level) / 2)) * float(values.std(ddof=1)) / sqrt(n)
    value = float(values.mean())
    return Estimate(
        value=value,
        low=max(least, value - half),
        high=min(most, value + half),
        n=n,
        method=f"simulation, {method}, t over days",
        level=level,
    )


def _share_of_days(hit: npt.NDArray[np.bool_], level: float) -> Estimate:
    n, hits = len(hit), int(hit.sum())
    low, high = (
        float(ends[0]) for ends in wilson_limits(np.full(1, float(hits)), np.full(1, float(n)), level=level)
    )
    return Estimate(
        value=hits / n,
        low=low,
        high=high,
        n=n,
        method="simulation, share of days, Wilson",
        status=status_of(n=n, low=low, high=high, scale_width=1),
        level=level,
    )


def _one_more(process: Process, name: str) -> Process:
    stages = tuple(
        Stage(name=s.name, agents=s.agents + (s.name == name), handling=s.handling, patience=s.patience)
        for s in process.stages
    )
    return Process(
        arrivals=process.arrivals,
        stages=stages,
        target=process.target,
        service_level=process.service_level,
        long_wait=process.long_wait,
        handling_spread=process.handling_spread,
    )


def _break_point(
    process: Process, base: Scenario, warm_up: float, day: float, days: int, level: float, seed: int
) -> BreakPoint:
    """Per day the load at which it falls below the service level (halving on a log scale), then the lowest tenth."""
    limits = np.array([_limit(process, base, warm_up, day, (seed, number)) for number in range(days)])
    load = float(np.quantile(limits, FAILING, method="inverted_cdf"))
    if not 0.1 < load < 10:
        return BreakPoint(load=None, low=None, high=None, n=days)
    random = np.random.default_rng([seed, days])
    drawn = np.quantile(
        limits[random.integers(0, days, (2000, days))], FAILING, axis=1, method="inverted_cdf"
    )
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return BreakPoint(load=load, low=float(low), high=float(high), n=days)


def _limit(process: Process, base: Scenario, warm_up: float, day: float, seed: tuple[int, ...]) -> float:
    def holds(load: float) -> bool:
        scenario = replace(base, load=base.load * load)
        luck = _luck(process, [scenario], warm_up + day, seed)
        found = live_through(_plan(process, scenario, warm_up, day), luck)
        return bool(_in_time(process, [found])[0] >= process.service_level)

    low, high = _bracket(holds)
    while high / low > 1.01 and low > 0.1 and high < 10.1:
        middle = sqrt(low * high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return sqrt(low * high)


def _bracket(holds: Callable[[float], bool]) -> tuple[float, float]:
    """A load that holds and a higher one that does not, between a tenth and ten times the base."""
    low = high = 1.0
    if holds(1.0):
        while high < 10 and holds(high * 1.25):
            high *= 1.25
        return high, high * 1.25
    while low > 0.1 and not holds(low / 1.25):
        low /= 1.25
    return low / 1.25, low
