"""Which groups of a split stand apart from all others together, and which can't be told apart from them."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Literal

from candor.analytics import Comparison, Histogram
from candor.analytics.multiple_tests import holm

from .measures import Tally
from .registry import Measure

Tier = Literal["higher", "same", "lower", "too_few", "others"]
TIERS: tuple[Tier, ...] = ("higher", "same", "lower", "too_few", "others")


def tiers_of(measure: Measure, groups: Sequence[Histogram], *, least_n: int) -> tuple[Tier, ...]:
    """The tier of each group, corrected for looking at many groups at once; a rate is not held against others."""
    if measure.is_rate:
        return tuple("same" for _ in groups)
    answers = [measure.on_scale(group) for group in groups]
    found = _against_rest(measure, answers, least_n)
    testable = [place for place, comparison in enumerate(found) if comparison.verdict != "too_few"]
    p_values = list(holm([found[place].p_value or 0.0 for place in testable])) if testable else []
    adjusted = dict(zip(testable, p_values, strict=True))
    return tuple(
        _tier(comparison, own.n < least_n, float(adjusted.get(place, 1.0)))
        for place, (own, comparison) in enumerate(zip(answers, found, strict=True))
    )


def _against_rest(measure: Measure, answers: Sequence[Histogram], least_n: int) -> list[Comparison]:
    before = list(accumulate(answers, initial=Histogram()))
    after = list(accumulate(reversed(answers), initial=Histogram()))[::-1]
    return [
        measure.formula.compare(Tally(own), Tally(before[place] + after[place + 1]), least_n=least_n)
        for place, own in enumerate(answers)
    ]


def _tier(comparison: Comparison, is_few: bool, adjusted: float) -> Tier:
    if is_few:
        return "too_few"
    stands_apart = adjusted < 1 - comparison.level
    if stands_apart and comparison.verdict == "higher":
        return "higher"
    return "lower" if stands_apart and comparison.verdict == "lower" else "same"
