"""What those who did not answer could do to a score: response rates, worst cases, early against late answers.

An interval speaks of chance among those who answered. It says nothing about the silent: print the worst-case band
beside it whenever the response rate is known.
"""

from dataclasses import dataclass

from candor.analytics import inputs
from candor.analytics.comparisons import compare_means, compare_nps
from candor.analytics.errors import BadCounts, BadParameter
from candor.analytics.estimates import Comparison, Status, few_below
from candor.analytics.histogram import Histogram, mean_of, nps_of

__all__ = [
    "EarlyLate",
    "ResponseRates",
    "WorstCase",
    "early_and_late_means",
    "early_and_late_nps",
    "response_rates",
    "worst_case_band",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstCase:
    """Where the score of *everybody asked* must lie, whatever the silent ones think. ``n`` answered, of all who were ``asked``."""

    low: float
    high: float
    n: int
    asked: int

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "worst case of the silent"

    @property
    def status(self) -> Status:
        """``wide`` where fewer than half answered: most of the band is then assumption."""
        return "wide" if 2 * self.n < self.asked else "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRates:
    """AAPOR response rates. 1 is the lowest (all unknown count as eligible), 3 takes only the likely eligible among the unknown; 2 and 4
    are the same with partial answers counted as answers. With an eligible share of 0 the last two are AAPOR's 5 and 6, the highest.
    ``n`` are all addresses."""

    rr1: float
    rr2: float
    rr3: float
    rr4: float
    n: int

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return "AAPOR response rates 1 to 4"

    @property
    def status(self) -> Status:
        """``too_few`` when nobody was asked."""
        return few_below(self.n, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyLate:
    """Late answers against early ones, and the score if the silent were like the late.

    ``change`` is late minus early. ``if_silent_were_late`` mixes the score of all answers with the late score in the
    proportion of answered to silent: a guess with a direction, no bound.
    """

    change: Comparison
    if_silent_were_late: float | None

    @property
    def n(self) -> int:
        """Answers on the smaller side."""
        return self.change.n

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return self.change.method

    @property
    def status(self) -> Status:
        """That of the comparison."""
        return self.change.status


def worst_case_band(*, value: float, answered: int, asked: int, lowest: float, highest: float) -> WorstCase:
    """Bounds if all who were silent would have given the lowest, or the highest, answer.

    For NPS ``lowest=-1, highest=1``. Assumption-free, hence wide: its use is to show how much rests on assumption.

    Args:
        value: The score of those who answered; any number from ``lowest`` to ``highest`` if nobody did.
        answered: How many did.
        asked: How many could have: without those whose invitation came back.
        lowest: The score if everybody gave the lowest answer.
        highest: The score if everybody gave the highest.

    Raises:
        BadCounts: Nobody asked, more answers than asked, or no whole number.
        BadParameter: A score beyond the ends.

    Source: Manski, C. F. (1989) Journal of Human Resources 24:343.

    >>> band = worst_case_band(value=0.4, answered=200, asked=1000, lowest=-1, highest=1)
    >>> round(band.low, 2), round(band.high, 2)
    (-0.72, 0.88)
    """
    inputs.whole("answered", answered)
    inputs.whole("asked", asked)
    if not max(answered, 1) <= asked:
        raise BadCounts("people asked", asked, expected=f"at least the {answered:,} who answered, and 1")
    if not lowest <= value <= highest:
        raise BadParameter("value", value, expected=f"{lowest} to {highest}")
    told = answered / asked
    low, high = told * value + (1 - told) * lowest, told * value + (1 - told) * highest
    return WorstCase(low=low, high=high, n=answered, asked=asked)


def response_rates(
    *,
    complete: int,
    partial: int = 0,
    refused: int = 0,
    not_reached: int = 0,
    other: int = 0,
    unknown: int = 0,
    eligible_share: float = 1.0,
) -> ResponseRates:
    """Response rates 1 to 4 of the American Association for Public Opinion Research; 5 and 6 with an ``eligible_share`` of 0.

    ``unknown`` are addresses of which nobody knows whether the person is reached there, those whose invitation came back
    undelivered among them; ``eligible_share`` is how many of them probably count. Those who may not be asked (rest days, opt-out) belong to none of the groups.

    Source: AAPOR (2023) Standard Definitions, 10th ed.

    >>> rates = response_rates(complete=200, partial=20, refused=80, not_reached=600, unknown=100, eligible_share=0.5)
    >>> rates.rr1, rates.rr2, round(rates.rr3, 4), round(rates.rr4, 4)
    (0.2, 0.22, 0.2105, 0.2316)
    """
    groups = inputs.counts("groups", [complete, partial, refused, not_reached, other, unknown])
    if not 0 <= eligible_share <= 1:
        raise BadParameter("eligible_share", eligible_share, expected="0 to 1")
    known = float(groups[:5].sum())
    if known <= 0:
        raise BadCounts("people asked", known, expected="at least 1")
    everybody = known + unknown
    return ResponseRates(
        rr1=complete / everybody,
        rr2=(complete + partial) / everybody,
        rr3=complete / (known + eligible_share * unknown),
        rr4=(complete + partial) / (known + eligible_share * unknown),
        n=int(everybody),
    )


def early_and_late_nps(
    early: Histogram, late: Histogram, *, response_share: float, level: float = 0.95, least_n: int = 0
) -> EarlyLate:
    """NPS of late answers (after the reminder, last third) against early ones.

    Late answerers are taken to be more like the silent; a clear change hints that the score depends on who answers, unless it
    comes of the longer time since the event.

    Source: Armstrong & Overton (1977) Journal of Marketing Research 14:396.
    """
    change = compare_nps(late, early, level=level, least_n=least_n)
    return _early_late(change, nps_of(early + late).value, nps_of(late).value, response_share)


def early_and_late_means(
    early: Histogram,
    late: Histogram,
    *,
    response_share: float,
    scale: tuple[float, ...] | range | None = None,
    level: float = 0.95,
    least_n: int = 0,
) -> EarlyLate:
    """As :func:`early_and_late_nps`, for the mean answer.

    Source: Armstrong & Overton (1977) Journal of Marketing Research 14:396.
    """
    change = compare_means(late, early, scale=scale, level=level, least_n=least_n)
    return _early_late(change, mean_of(early + late).value, mean_of(late).value, response_share)


def _early_late(
    change: Comparison, everyone: float | None, late: float | None, response_share: float
) -> EarlyLate:
    if not 0 < response_share <= 1:
        raise BadParameter("response_share", response_share, expected="above 0, at most 1")
    guess = None
    if everyone is not None and late is not None:
        guess = response_share * everyone + (1 - response_share) * late
    return EarlyLate(change=change, if_silent_were_late=guess)
