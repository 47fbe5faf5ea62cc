"""Goals for a score: can it be measured by its date, is it in reach, and would meeting it be more than luck?

A goal compares the score at its date with the baseline, and *both* are samples. With a standard deviation s of
one answer, the difference has standard error

    se = s · √(1 / n_baseline + 1 / n_date)

A goal is measurable when the change it asks for is at least (z₀.₉₇₅ + z₀.₈) · se: then a true change of that
size is seen four times in five. Below that, a met goal may be luck and a missed one bad luck.
"""

from dataclasses import dataclass
from math import ceil, inf, isfinite, sqrt
from typing import Literal

from scipy.special import ndtr, ndtri

from candor.analytics.errors import BadParameter
from candor.analytics.estimates import Estimate, Status, require_level

__all__ = ["GoalCheck", "GoalVerdict", "check_goal"]

GoalVerdict = Literal[
    "sound",
    "perfect_target",
    "no_baseline",
    "no_change_asked",
    "few_answers",
    "not_measurable",
    "met_by_luck",
    "out_of_reach",
]

LUCK = 0.05
FEW_ANSWERS = 30
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalCheck:
    """What can be said about a goal before work on it starts.

    Attributes:
        verdict: The first thing that is wrong, or `sound`.
        problems: Everything that is wrong, in order of weight; empty when sound.
        baseline: The value to start from, in its natural unit.
        target: The value asked for.
        change_asked: target − baseline; None without a baseline.
        smallest_visible_change: The smallest true change that would be seen with the wished power.
        power: Chance to see the change if the target is truly reached.
        p_met_without_change: Chance that the score at the date meets the target although nothing changed.
        answers_needed: Answers at the date that would make the goal measurable; None when no number of them
            would, because the baseline itself is too uncertain.
        is_measurable: Whether the change asked for is at least the smallest visible one.
        is_reachable: Whether the target lies within the best seen so far; None when nothing is known.
        is_more_than_luck: Whether the target would be met by chance alone in at most 5 % of cases.
        words: The verdict in plain words.
        n: Answers at the date.
    """

    verdict: GoalVerdict
    problems: tuple[GoalVerdict, ...]
    baseline: float | None
    target: float
    change_asked: float | None
    smallest_visible_change: float | None
    power: float | None
    p_met_without_change: float | None
    answers_needed: int | None
    is_measurable: bool
    is_reachable: bool | None
    is_more_than_luck: bool
    words: str
    n: int
    level: float
    method: str = "two-sample normal power"

    @property
    def status(self) -> Status:
        """``too_few`` when too few answers are to be had by the date."""
        return "too_few" if "few_answers" in self.problems else "ok"


def check_goal(
    *,
    baseline: Estimate,
    target: float,
    answers_by_date: int,
    sd: float | None = None,
    lowest: float = 0.0,
    highest: float = 1.0,
    best_seen: float | None = None,
    level: float = 0.95,
    wished_power: float = 0.8,
) -> GoalCheck:
    """Check a goal against its baseline.

    Args:
        baseline: The score to start from, with its interval and n; a weighted one counts with its `n_effective`.
        target: The value asked for, in the unit of the baseline. Above or below it, as the measure wishes.
        answers_by_date: Answers that will be there at the date, for the value to be compared; of equal weight,
            so that answers to be weighted are to be divided by their design effect.
        sd: Standard deviation of one answer (NPS about 0.75; a share √(p(1 − p))); else from the baseline's interval.
        lowest: Lower end of the scale; a target there is refused (zero churn).
        highest: Upper end of the scale; a target there is refused (100 % satisfied). For NPS −1 and 1.
        best_seen: Best value ever seen here or in a comparable unit, if known.
        level: Confidence of the comparison at the date.
        wished_power: How often a true change of the asked size should be seen; oftener than by chance alone.

    Raises:
        BadParameter: A target or a baseline beyond the scale or not a number, fewer than no answers, an `sd` of zero or less.

    Example:
        A baseline of NPS 30 from 200 answers, and a goal of 33: the chance to "meet" it with no change at all
        is one in three.

        >>> before = Estimate(value=0.30, low=0.196, high=0.404, n=200, method="adjusted Wald")
        >>> check = check_goal(baseline=before, target=0.33, answers_by_date=200, sd=0.75, lowest=-1)
        >>> check.verdict, round(check.p_met_without_change, 3), round(check.smallest_visible_change, 2)
        ('not_measurable', 0.345, 0.21)

    Source:
        Power of a two-sample comparison: Cohen (1988), *Statistical Power Analysis*, ch. 2. Goals that are
        specific and within reach: Locke & Latham (2002), *American Psychologist* 57(9).
    """
    _check(baseline.value, target, answers_by_date, sd, lowest, highest, best_seen, level, wished_power)
    perfect = target <= lowest or target >= highest
    one = sd if sd is not None else _sd_of_one_answer(baseline)
    if baseline.value is None or baseline.n < 1 or one is None:
        problems: list[GoalVerdict] = ["perfect_target"] if perfect else []
        return _unmeasured(baseline, target, answers_by_date, (*problems, "no_baseline"), level)
    asked = target - baseline.value
    n_before = _answers_of_equal_weight(baseline)
    se = one * sqrt(1 / n_before + 1 / answers_by_date) if answers_by_date else inf
    z, z_power = float(ndtri((1 + level) / 2)), float(ndtri(wished_power))
    visible, by_luck = (z + z_power) * se, float(ndtr(-abs(asked) / se)) if isfinite(se) else 0.5
    reachable = None if best_seen is None else _is_within(asked, best_seen - baseline.value)
    found = {
        "perfect_target": perfect,
        "no_change_asked": asked == 0,
        "few_answers": answers_by_date < FEW_ANSWERS,
        "not_measurable": abs(asked) < visible,
        "met_by_luck": asked != 0 and by_luck > LUCK,
        "out_of_reach": reachable is False,
    }
    problems = [name for name, is_so in found.items() if is_so]  # type: ignore[misc]
    return GoalCheck(
        verdict=problems[0] if problems else "sound",
        problems=tuple(problems),
        baseline=baseline.value,
        target=target,
        change_asked=asked,
        smallest_visible_change=visible,
        power=float(ndtr(abs(asked) / se - z) + ndtr(-abs(asked) / se - z)),
        p_met_without_change=by_luck,
        answers_needed=_answers_needed(asked, one, n_before, z + z_power),
        is_measurable=abs(asked) >= visible,
        is_reachable=reachable,
        is_more_than_luck=by_luck <= LUCK,
        words=_words(problems, answers_by_date, by_luck),
        n=answers_by_date,
        level=level,
    )


def _check(
    baseline: float | None,
    target: float,
    answers: int,
    sd: float | None,
    lowest: float,
    highest: float,
    best_seen: float | None,
    level: float,
    wished_power: float,
) -> None:
    if not lowest <= target <= highest:
        raise BadParameter("target", target, expected=f"between {lowest:g} and {highest:g}")
    if baseline is not None and not lowest <= baseline <= highest:
        raise BadParameter("baseline", baseline, expected=f"between {lowest:g} and {highest:g}")
    if answers < 0:
        raise BadParameter("answers_by_date", answers, expected="zero or more")
    if sd is not None and not (isfinite(sd) and sd > 0):
        raise BadParameter("sd", sd, expected="above zero")
    if best_seen is not None and not isfinite(best_seen):
        raise BadParameter("best_seen", best_seen, expected="a finite number")
    require_level(level)
    by_chance = (1 - level) / 2  # of a change in the asked direction, where there is none
    if not by_chance + _ROUNDING < wished_power < 1:
        raise BadParameter(
            "wished_power",
            wished_power,
            expected=f"above {by_chance:g}, which chance alone gives, and below 1",
        )


def _sd_of_one_answer(baseline: Estimate) -> float | None:
    """Undo the interval: half its width is z · sd / √n."""
    if baseline.low is None or baseline.high is None or not baseline.high > baseline.low:
        return None
    z = float(ndtri((1 + baseline.level) / 2))
    return (baseline.high - baseline.low) / (2 * z) * sqrt(_answers_of_equal_weight(baseline))


def _answers_of_equal_weight(baseline: Estimate) -> float:
    """What a weighted baseline is worth: weights that differ make n answers tell less than n would."""
    return baseline.n_effective or baseline.n


def _is_within(asked: float, seen: float) -> bool:
    """Whether the best seen lies on the asked side, and at least as far."""
    return asked * seen > 0 and abs(asked) <= abs(seen)


def _answers_needed(asked: float, sd: float, n_baseline: float, z_sum: float) -> int | None:
    """Solve z_sum · sd · √(1/n₀ + 1/n) = |asked| for n."""
    if asked == 0:
        return None
    left = (asked / (z_sum * sd)) ** 2 - 1 / n_baseline
    return ceil(1 / left) if left > 0 else None


def _unmeasured(
    baseline: Estimate, target: float, answers: int, problems: tuple[GoalVerdict, ...], level: float
) -> GoalCheck:
    return GoalCheck(
        verdict=problems[0],
        problems=problems,
        baseline=baseline.value,
        target=target,
        change_asked=None,
        smallest_visible_change=None,
        power=None,
        p_met_without_change=None,
        answers_needed=None,
        is_measurable=False,
        is_reachable=None,
        is_more_than_luck=False,
        words=_words(problems, answers, None),
        n=answers,
        level=level,
    )


def _words(problems: list[GoalVerdict] | tuple[GoalVerdict, ...], answers: int, by_luck: float | None) -> str:
    sentences: dict[GoalVerdict, str] = {
        "perfect_target": "A target at the very end of the scale can’t be kept: one customer breaks it.",
        "no_baseline": "There is no baseline to compare with: measure first, then set the goal.",
        "no_change_asked": "The target is the baseline: nothing is asked for.",
        "few_answers": f"Too few answers to tell ({answers} of at least {FEW_ANSWERS}).",
        "not_measurable": f"With {answers} answers at the date, a change this small can’t be told from chance.",
        "out_of_reach": "The target is beyond the best seen so far.",
    }
    if by_luck is not None:
        sentences["met_by_luck"] = (
            f"If nothing changed, the target would still be met with a chance of {by_luck:.0%}."
        )
    return (
        " ".join(sentences[problem] for problem in problems)
        or "The goal can be measured by its date, and meeting it would be more than luck."
    )
