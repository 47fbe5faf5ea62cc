"""Waiting lines in steady state: Erlang B (no waiting), C (patient callers) and A (callers who give up).

Time may be in any unit as long as rates and times share it. Arrivals are Poisson and handling times exponential;
real days are busier in some hours than in others, so that these formulas flatter a plan: see `stress`.
"""

from dataclasses import dataclass
from math import ceil, exp, isfinite, log

import numpy as np
import numpy.typing as npt

from candor.analytics.errors import BadParameter, DidNotConverge
from candor.analytics.estimates import Status

__all__ = ["Queue", "agents_needed", "erlang_a", "erlang_b", "erlang_c", "with_shrinkage"]

Array = npt.NDArray[np.float64]

MOST_AGENTS = 100_000
LONGEST_PIECE = 100.0
NOBODY = 1e-17
"""A chance too small to change any figure."""
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A waiting line in steady state.

    Attributes:
        is_stable: False when work comes in faster than it can be done and nobody gives up: the line grows
            without end, and there is no steady state to describe.
        load: Work coming in, in agents kept busy (arrival rate × handling time).
        occupancy: Share of the agents' time spent on work; None when unstable.
        p_wait: Chance that a caller has to wait.
        service_level: Chance to be served within the target, of all callers: who gives up was not served in time,
            however soon. None when unstable.
        mean_wait: Over all callers, those who give up included, in the unit of time.
        mean_waiting: Callers in line on average.
        p_abandon: Share that gives up; 0 when callers are patient.
    """

    agents: int
    is_stable: bool
    load: float
    occupancy: float | None
    p_wait: float
    service_level: float | None
    mean_wait: float | None
    mean_waiting: float | None
    p_abandon: float | None
    method: str

    @property
    def status(self) -> Status:
        """``not_comparable`` when unstable: there is no steady state to compare."""
        return "ok" if self.is_stable else "not_comparable"

    @property
    def words(self) -> str:
        """One sentence."""
        if not self.is_stable:
            return f"Unstable: {self.load:.1f} agents’ work for {self.agents}; the line grows without end."
        assert self.service_level is not None
        return f"{self.service_level:.0%} served in time, {self.p_wait:.0%} have to wait."


def erlang_b(*, load: float, agents: int) -> float:
    """Share of callers turned away when there is no line.

    Args:
        load: Arrival rate × handling time, above 0.
        agents: 0 or more.

    Example:
        >>> round(erlang_b(load=10, agents=14), 4)
        0.0568

    Source:
        Erlang (1917); recursion B(n) = aB(n−1) / (n + aB(n−1)).
    """
    _positive(load=load)
    _whole(agents, least=0)
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(*, arrivals: float, handling: float, agents: int, target: float) -> Queue:
    """Patient callers: everybody waits until served.

    Args:
        arrivals: Per unit of time.
        handling: Mean handling time.
        agents: At work at the same time, 1 or more.
        target: Wait that counts as served in time, 0 or more.

    Example:
        A hundred calls in half an hour, three minutes each, fourteen agents, twenty seconds.

        >>> line = erlang_c(arrivals=100 / 30, handling=3, agents=14, target=1 / 3)
        >>> round(line.p_wait, 4), round(line.service_level, 4), round(line.mean_wait, 4)
        (0.1741, 0.8884, 0.1306)

    Source:
        Erlang (1917); Cooper (1981), *Introduction to Queueing Theory*.
    """
    _positive(arrivals=arrivals, handling=handling)
    _whole(agents, least=1)
    _not_negative(target=target)
    load = arrivals * handling
    if agents <= load * (1 + ROUNDING):  # as much work as agents, but for the last digit
        return _unstable(agents, load, "Erlang C")
    blocked = erlang_b(load=load, agents=agents)
    p_wait = agents * blocked / (agents - load * (1 - blocked))
    mean_wait = p_wait * handling / (agents - load)
    return Queue(
        agents=agents,
        is_stable=True,
        load=load,
        occupancy=load / agents,
        p_wait=p_wait,
        service_level=1 - p_wait * exp(-(agents - load) * target / handling),
        mean_wait=mean_wait,
        mean_waiting=arrivals * mean_wait,
        p_abandon=0.0,
        method="Erlang C",
    )


def erlang_a(*, arrivals: float, handling: float, agents: int, patience: float, target: float) -> Queue:
    """Callers who give up after an exponential time with mean `patience`. Always stable.

    Served in time counts all callers: one who gives up is not served in time, and is taken not to call again.

    Args:
        arrivals, handling, agents, target: As for `erlang_c`.
        patience: Mean time until a waiting caller gives up.

    Example:
        >>> line = erlang_a(arrivals=10 / 3, handling=3, agents=11, patience=2, target=1 / 3)
        >>> round(line.p_wait, 4), round(line.p_abandon, 4), round(line.mean_wait, 4)
        (0.3828, 0.0942, 0.1883)

    Source:
        Palm (1957); Garnett, Mandelbaum & Reiman (2002), *Manufacturing & Service Oper. Management* 4(3).
    """
    _positive(arrivals=arrivals, handling=handling, patience=patience)
    _whole(agents, least=1)
    _not_negative(target=target)
    shares = _states(arrivals, 1 / handling, agents, 1 / patience)
    waiting = np.arange(len(shares) - agents)
    ahead = shares[agents:]
    mean_waiting = float(ahead @ waiting)
    busy = float(shares @ np.minimum(np.arange(len(shares)), agents))
    in_time = float(shares[:agents].sum()) + _served_by(target, ahead, agents, handling, patience)
    return Queue(
        agents=agents,
        is_stable=True,
        load=arrivals * handling,
        occupancy=min(1.0, busy / agents),
        p_wait=min(1.0, float(ahead.sum())),
        service_level=min(1.0, in_time),
        mean_wait=mean_waiting / arrivals,
        mean_waiting=mean_waiting,
        p_abandon=min(1.0, mean_waiting / patience / arrivals),
        method="Erlang A",
    )


def agents_needed(
    *,
    arrivals: float,
    handling: float,
    target: float,
    service_level: float,
    patience: float | None = None,
    most_occupancy: float = 1.0,
) -> int:
    """Fewest agents that serve a share of the callers within the target.

    Args:
        arrivals, handling, target: As for `erlang_c`.
        service_level: Wished share served in time, between 0 and 1.
        patience: Mean patience; None for callers who never give up.
        most_occupancy: Agents are not to be busy for more than this share of their time.

    Raises:
        DidNotConverge: Not reached with 100,000 agents.

    Example:
        >>> agents_needed(arrivals=100 / 30, handling=3, target=1 / 3, service_level=0.8)
        14

    Source:
        Erlang (1917); Gans, Koole & Mandelbaum (2003) Manufacturing & Service Operations Management 5:79.
    """
    _positive(arrivals=arrivals, handling=handling)
    if not 0 < service_level < 1:
        raise BadParameter("service_level", service_level, expected="between 0 and 1")
    if not 0 < most_occupancy <= 1:
        raise BadParameter("most_occupancy", most_occupancy, expected="above 0 and at most 1")
    if arrivals * handling > MOST_AGENTS:
        raise DidNotConverge("staffing", iterations=MOST_AGENTS, gap=arrivals * handling - MOST_AGENTS)

    def is_enough(agents: int) -> bool:
        if patience is None:
            line = erlang_c(arrivals=arrivals, handling=handling, agents=agents, target=target)
        else:
            line = erlang_a(
                arrivals=arrivals, handling=handling, agents=agents, patience=patience, target=target
            )
        if line.service_level is None or line.occupancy is None:
            return False
        return line.service_level >= service_level and line.occupancy <= most_occupancy

    low, high = 0, max(1, ceil(arrivals * handling))
    while not is_enough(high):
        low, high = high, high * 2
        if high > 2 * MOST_AGENTS:
            raise DidNotConverge("staffing", iterations=high, gap=1.0)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def with_shrinkage(agents: int, *, shrinkage: float) -> int:
    """People on the rota so that so many are at work, when a share is away (leave, training, illness).

    Example:
        >>> with_shrinkage(14, shrinkage=0.3)
        20

    Source:
        Cleveland (2012) Call Center Management on Fast Forward, ch. 7 (rostered staff factor).
    """
    _whole(agents, least=0)
    if not 0 <= shrinkage < 1:
        raise BadParameter("shrinkage", shrinkage, expected="at least 0 and below 1")
    return ceil(agents / (1 - shrinkage) - 1e-9)


def _states(arrivals: float, service: float, agents: int, leaving: float) -> Array:
    """Chance of n callers in the house: birth and death, in logarithms so that nothing overflows."""
    logs = [0.0]
    highest, n = 0.0, 0
    while n <= agents or logs[-1] > highest - 40:
        n += 1
        rate_down = min(n, agents) * service + max(0, n - agents) * leaving
        logs.append(logs[-1] + log(arrivals / rate_down))
        highest = max(highest, logs[-1])
        if n > 20 * MOST_AGENTS:
            raise DidNotConverge("Erlang A", iterations=n, gap=exp(logs[-1] - highest))
    weights = np.exp(np.array(logs) - highest)
    return np.asarray(weights / weights.sum())


def _served_by(target: float, ahead: Array, agents: int, handling: float, patience: float) -> float:
    """Chance to arrive to a busy house and be served within the target.

    `ahead[k]` is the chance to find k in line. With i still ahead, the next step forward comes at rate
    agents/handling + i/patience and one's own patience ends at rate 1/patience. Uniformised, in pieces short
    enough for exp() not to vanish.
    """
    forward = agents / handling + np.arange(len(ahead)) / patience
    top = float(forward[-1] + 1 / patience)
    step, stay = forward / top, 1 - (forward + 1 / patience) / top
    served, place, left = 0.0, ahead.copy(), target
    while left > 0 and place.sum() > NOBODY:  # soon after all were served or gave up, whatever the target
        mean = top * min(left, LONGEST_PIECE / top)
        left -= LONGEST_PIECE / top
        weight = exp(-mean)
        so_far, moved = served, place
        total, mixed = weight * so_far, weight * moved
        k = 0
        while k < mean or weight > 1e-16:
            k += 1
            weight *= mean / k
            so_far += float(moved[0] * step[0])
            moved = moved * stay + np.append(moved[1:] * step[1:], 0.0)
            total += weight * so_far
            mixed = mixed + weight * moved
        served, place = total, mixed
    return served


def _unstable(agents: int, load: float, method: str) -> Queue:
    return Queue(
        agents=agents,
        is_stable=False,
        load=load,
        occupancy=None,
        p_wait=1.0,
        service_level=None,
        mean_wait=None,
        mean_waiting=None,
        p_abandon=None,
        method=method,
    )


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not (isfinite(value) and value > 0):
            raise BadParameter(name, value, expected="above 0")


def _not_negative(**values: float) -> None:
    for name, value in values.items():
        if not (isfinite(value) and value >= 0):
            raise BadParameter(name, value, expected="0 or more")


def _whole(agents: int, *, least: int) -> None:
    if not isfinite(agents) or agents != int(agents) or not least <= agents <= MOST_AGENTS:
        raise BadParameter("agents", agents, expected=f"a whole number from {least} to {MOST_AGENTS:,}")
