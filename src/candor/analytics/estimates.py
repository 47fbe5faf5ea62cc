"""The shapes that every number leaves in: an estimate with its doubt, and a comparison of two.

Shares are 0 to 1, NPS is −1 to 1, means are in scale points; only a display multiplies by 100.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from candor.analytics.errors import BadParameter

__all__ = ["WIDE_SHARE", "Comparison", "Estimate", "Status", "Verdict", "status_of"]

Status = Literal["ok", "wide", "too_few", "suppressed", "not_comparable"]
Verdict = Literal["higher", "lower", "no_clear_change", "too_few"]

WIDE_SHARE = 0.25
"""An interval wider than this fraction of its scale is called wide: 50 points of NPS, one point of a 1–5 scale."""

LEAST_EFFECTIVE = 5.0
"""Fewer answers of equal weight are nearly one person's answer, however many of weight 0 or close to it stand beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number and how far it can be trusted.

    Attributes:
        value: In natural units; ``None`` when there was nothing to compute from.
        low, high: Ends of the interval at ``level``; ``None`` when there is none.
        n: Answers behind the number, before weighting.
        method: How value and interval were made, in words a methods page explains.
        status: ``too_few`` and ``suppressed`` must be shown as words, never as the number.
        n_effective: Answers of equal weight that would tell as much (Kish), when weighted.
        design_effect: ``n / n_effective``.
        least_n: The smallest n that the caller wanted to show.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    status: Status = "ok"
    level: float = 0.95
    n_effective: float | None = None
    design_effect: float | None = None
    least_n: int = 0

    @property
    def words(self) -> str:
        """What a display says in place of the number, or beside it; empty when the number may stand alone."""
        if self.n == 0 and self.status == "too_few":
            return "No answers yet"
        return {
            "ok": "",
            "wide": f"Wide interval (n {self.n})",  # answers, events, journeys: as the number has them
            "too_few": _too_few(self.n, self.least_n),
            "suppressed": "Hidden to keep answers private",
            "not_comparable": "Not comparable",
        }[self.status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A change or difference, with its interval and how sure we are that it is more than chance.

    Attributes:
        change: Now minus before (or first minus second), in the score's own units.
        low, high: Interval of the change at ``level``.
        n_now, n_before: Answers on each side; for pairs both are the number of pairs.
        p_value: Two-sided, from the test named in ``method``; ``None`` when a side is empty.
        verdict: ``higher`` and ``lower`` mean "beyond chance", not "because of" something.
        method: The interval and the test, in words.
        least_n: The smallest n on each side that the caller wanted.
    """

    change: float | None
    low: float | None
    high: float | None
    n_now: int
    n_before: int
    p_value: float | None
    verdict: Verdict
    method: str
    level: float = 0.95
    least_n: int = 0

    @property
    def n(self) -> int:
        """Answers on the smaller side, which limits what can be told."""
        return min(self.n_now, self.n_before)

    @property
    def status(self) -> Status:
        """``too_few`` when the verdict says so, or no interval could be given."""
        return "too_few" if self.verdict == "too_few" or self.low is None else "ok"

    @property
    def words(self) -> str:
        """One sentence that claims no more than the data tell."""
        if self.verdict == "no_clear_change" and self.low is None:
            return "Can’t be told: the answers leave no interval"
        return {
            "higher": "Higher, by more than chance would explain",
            "lower": "Lower, by more than chance would explain",
            "no_clear_change": "No clear change: nothing beyond chance",
            "too_few": _too_few(min(self.n_now, self.n_before), self.least_n),
        }[self.verdict]


def status_of(
    *, n: float, low: float | None, high: float | None, scale_width: float, least_n: int = 0
) -> Status:
    """Status from n and the interval: too few below ``least_n``, wide beyond ``WIDE_SHARE`` of the scale.

    >>> status_of(n=7, low=0.1, high=0.9, scale_width=1, least_n=30)
    'too_few'
    >>> status_of(n=40, low=0.5, high=0.8, scale_width=1)
    'wide'
    """
    if n <= 0 or n < least_n or low is None or high is None:
        return "too_few"
    return "wide" if high - low > WIDE_SHARE * scale_width else "ok"


def estimate_of(
    value: float,
    low: float,
    high: float,
    *,
    n: int,
    method: str,
    scale_width: float,
    level: float,
    least_n: int,
    effective_n: float | None = None,
) -> Estimate:
    """An estimate with its status; limits that are not finite become ``None``."""
    known = isfinite(low) and isfinite(high)
    behind = n if effective_n is None or weigh_enough(effective_n, least_n) else effective_n
    ends = (low, high) if known else (None, None)
    return Estimate(
        value=value,
        low=ends[0],
        high=ends[1],
        n=n,
        method=method,
        status=status_of(n=behind, low=ends[0], high=ends[1], scale_width=scale_width, least_n=least_n),
        level=level,
        n_effective=effective_n,
        design_effect=n / effective_n if effective_n else None,
        least_n=least_n,
    )


def weigh_enough(effective_n: float, least_n: float) -> bool:
    """Whether more than a few answers carry a weighted score; ``least_n`` counts answers, of whatever weight."""
    return effective_n >= min(least_n, LEAST_EFFECTIVE) * (1 - 1e-9)


def empty_estimate(method: str, *, level: float, least_n: int) -> Estimate:
    """What an empty sample gives: no value, and words instead."""
    require_level(level)
    return Estimate(
        value=None,
        low=None,
        high=None,
        n=0,
        method=method,
        status="too_few",
        level=level,
        least_n=least_n,
    )


def worst_of(*statuses: Status) -> Status:
    """The status that says least can be told, of those of the parts."""
    order: tuple[Status, ...] = ("suppressed", "too_few", "not_comparable", "wide", "ok")
    return min(statuses, key=order.index, default="ok")


def few_below(n: float, least: float) -> Status:
    """``too_few`` below the least n, else ``ok``: for results whose interval is not of one scale."""
    return "too_few" if n < least else "ok"


def require_level(level: float) -> None:
    """Refuse a confidence level that is not strictly between 0 and 1."""
    if not 0 < level < 1:
        raise BadParameter("level", level, expected="between 0 and 1, for instance 0.95")


def _too_few(n: int, least_n: int) -> str:
    return (
        f"Too few answers to tell ({n} of at least {least_n})" if least_n > n else "Too few answers to tell"
    )
