"""One simulated day of a process: people arrive, wait, are served stage by stage, and may give up (SimPy).

The luck of a day (who comes when, how long each takes, how patient each is) is drawn beforehand and belongs to
the person, not to the scenario: the same day can be lived through with more load or fewer agents, and the
difference is the scenario's alone (common random numbers).
"""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import simpy

__all__: list[str] = []

Array = npt.NDArray[np.float64]
Steps = Generator[simpy.Event, None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """One stage as it is run: agents outside and inside the window, mean handling and patience."""

    agents: int
    agents_in_window: int
    handling: float
    patience: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """What a day is like: arrival rate outside and inside the window, stages, and the clock."""

    arrivals: float
    arrivals_in_window: float
    window: tuple[float, float]
    stages: tuple[StagePlan, ...]
    warm_up: float
    closes: float


@dataclass(frozen=True, slots=True)
class Luck:
    """Unit-mean draws: gaps between arrivals, and handling and patience per stage and person."""

    arrivals: Array
    handling: Array
    patience: Array


@dataclass(frozen=True, slots=True)
class Day:
    """What happened to those who came after the warm-up.

    Attributes:
        waits: Total time waited per person.
        gave_up: Who left without being served.
        stage_waits: Mean wait at each stage, of those who reached it.
        most_waiting: Longest line (all stages together).
        left_waiting: In line when the doors closed.
        cleared_at: First time after the window that nobody waited at any stage; NaN if there was no window.
    """

    waits: Array
    gave_up: npt.NDArray[np.bool_]
    stage_waits: Array
    most_waiting: int
    left_waiting: int
    cleared_at: float


def draw_luck(*, people: int, stages: int, spread: float, seed: tuple[int, ...]) -> Luck:
    """Draws for one day; `spread` is the coefficient of variation of handling (1 is exponential)."""
    arrivals, handling, patience = (np.random.default_rng([*seed, kind]) for kind in range(3))
    return Luck(
        arrivals=arrivals.exponential(size=people),
        handling=_unit_mean(handling, spread, (people, stages)),
        patience=patience.exponential(size=(people, stages)),
    )


def live_through(plan: DayPlan, luck: Luck) -> Day:
    """Simulate the day until everybody who came before closing has been served or has given up.

    Where a stage has no agent, those in its line at closing go home unserved and count as having given up.
    """
    return _House(plan, luck).run()


class _House:
    """The running state: who waits where, how many agents are busy."""

    def __init__(self, plan: DayPlan, luck: Luck) -> None:
        self.plan, self.luck = plan, luck
        self.env = simpy.Environment()
        arrivals = _arrival_times(plan, luck)
        self.arrivals = arrivals[arrivals < plan.closes]
        people = len(self.arrivals)
        self.lines: list[deque[int]] = [deque() for _ in plan.stages]
        self.busy = [0] * len(plan.stages)
        self.capacity = [stage.agents for stage in plan.stages]
        self.joined = np.full((people, len(plan.stages)), np.nan)
        self.waited = np.full((people, len(plan.stages)), np.nan)
        self.gave_up = np.zeros(people, dtype=bool)
        self.waiting = self.most_waiting = self.left_waiting = 0
        self.cleared_at = np.nan

    def run(self) -> Day:
        self.env.process(self._door())
        if self.plan.window[1] > self.plan.window[0]:
            self.env.process(self._window())
        self.env.process(self._closing())
        self.env.run()
        counted = self.arrivals >= self.plan.warm_up
        waited = self.waited[counted]
        reached = ~np.isnan(waited)
        return Day(
            waits=np.where(reached, waited, 0.0).sum(axis=1),
            gave_up=self.gave_up[counted],
            stage_waits=np.where(reached, waited, 0.0).sum(axis=0) / np.maximum(1, reached.sum(axis=0)),
            most_waiting=self.most_waiting,
            left_waiting=self.left_waiting,
            cleared_at=self.cleared_at,
        )

    def _door(self) -> Steps:
        for person, time in enumerate(self.arrivals):
            yield self.env.timeout(max(0.0, time - self.env.now))
            self._join(person, 0)

    def _window(self) -> Steps:
        opens, ends = self.plan.window
        yield self.env.timeout(opens)
        self.capacity = [stage.agents_in_window for stage in self.plan.stages]
        yield self.env.timeout(ends - opens)
        self.capacity = [stage.agents for stage in self.plan.stages]
        for stage in range(len(self.plan.stages)):
            self._call_next(stage)
        if not self.waiting:
            self.cleared_at = self.env.now

    def _closing(self) -> Steps:
        yield self.env.timeout(self.plan.closes)
        self.left_waiting = self.waiting
        for stage, plan in enumerate(self.plan.stages):
            while self.lines[stage] and not plan.agents:
                self._send_home(self.lines[stage].popleft(), stage)
                self._leave_line()

    def _send_home(self, person: int, stage: int) -> None:
        """Nobody will ever serve here: the person leaves unserved."""
        self.waited[person, stage] = self.env.now - self.joined[person, stage]
        self.gave_up[person] = True

    def _join(self, person: int, stage: int) -> None:
        self.joined[person, stage] = self.env.now
        if self.busy[stage] < self.capacity[stage]:
            self._serve(person, stage)
            return
        if not self.plan.stages[stage].agents and self.env.now >= self.plan.closes:
            self._send_home(person, stage)
            return
        self.lines[stage].append(person)
        self.waiting += 1
        if self.env.now >= self.plan.warm_up:
            self.most_waiting = max(self.most_waiting, self.waiting)
        patience = self.plan.stages[stage].patience
        if patience is not None:
            limit = self.env.timeout(patience * self.luck.patience[person, stage])
            limit.callbacks.append(partial(self._lose_patience, person, stage))

    def _lose_patience(self, person: int, stage: int, _: simpy.Event) -> None:
        if np.isnan(self.waited[person, stage]):
            self.waited[person, stage] = self.env.now - self.joined[person, stage]
            self.gave_up[person] = True
            self.lines[stage].remove(person)
            self._leave_line()

    def _serve(self, person: int, stage: int) -> None:
        self.waited[person, stage] = self.env.now - self.joined[person, stage]
        self.busy[stage] += 1
        time = self.plan.stages[stage].handling * self.luck.handling[person, stage]
        done = self.env.timeout(time)
        done.callbacks.append(partial(self._finish, person, stage))

    def _finish(self, person: int, stage: int, _: simpy.Event) -> None:
        self.busy[stage] -= 1
        self._call_next(stage)
        if stage + 1 < len(self.plan.stages):
            self._join(person, stage + 1)

    def _call_next(self, stage: int) -> None:
        while self.lines[stage] and self.busy[stage] < self.capacity[stage]:
            person = self.lines[stage].popleft()
            self._serve(person, stage)
            self._leave_line()

    def _leave_line(self) -> None:
        self.waiting -= 1
        if (
            not self.waiting
            and np.isnan(self.cleared_at)
            and self.env.now >= self.plan.window[1] > self.plan.window[0]
        ):
            self.cleared_at = self.env.now


def _arrival_times(plan: DayPlan, luck: Luck) -> Array:
    """A unit Poisson stream stretched by the arrival rate: the same people come, sooner when it is busier."""
    opens, ends = plan.window
    before = plan.arrivals * opens
    within = before + plan.arrivals_in_window * (ends - opens)
    marks = [0.0, before, within, within + plan.arrivals * max(0.0, plan.closes - ends) + 1e9 * plan.arrivals]
    times = [0.0, opens, ends, ends + max(0.0, plan.closes - ends) + 1e9]
    kept = [0, *(i for i in range(1, 4) if marks[i] > marks[i - 1])]
    return np.asarray(np.interp(np.cumsum(luck.arrivals), [marks[i] for i in kept], [times[i] for i in kept]))


def _unit_mean(random: np.random.Generator, spread: float, shape: tuple[int, int]) -> Array:
    if spread == 1:
        return random.exponential(size=shape)
    if spread == 0:
        return np.ones(shape)
    variance = np.log1p(spread**2)
    return random.lognormal(-variance / 2, np.sqrt(variance), size=shape)
