"""Critical moments: where on a journey feeling turns, people leave, or promises are broken; each with its reason and its doubt.

Evidence of three kinds (change of feeling, drop-off, promise) is held together, and all its tests are corrected as one family,
so that of the reasons given about the stated share at most is chance. Nothing here says what causes what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import bdtr

from candor.analytics import inputs
from candor.analytics.drop_offs import DropOff
from candor.analytics.errors import BadCounts, BadParameter, EmptySample
from candor.analytics.estimates import Estimate
from candor.analytics.feelings import Contrast, FeelingChange, FeelingChanges, told_together
from candor.analytics.multiple_tests import benjamini_hochberg
from candor.analytics.promises import PromiseKept
from candor.analytics.scores import top_box_share

__all__ = ["CriticalMoment", "CriticalMoments", "MomentEvidence", "Reason", "critical_moments"]

Reason = Literal[
    "feeling_falls",
    "feeling_rises",
    "people_leave",
    "promise_broken",
    "no_feedback",
    "first_contact",
    "last_contact",
]
WORSE: frozenset[Reason] = frozenset({"feeling_falls", "people_leave", "promise_broken"})
METHOD = "within-journey change, drop-off against the steps beside, promise kept; Benjamini–Hochberg over all"
LEAST_PASSES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentEvidence:
    """What is known of one touchpoint.

    Attributes:
        touchpoint: Its name.
        passed: Journeys that passed it.
        heard: Of them, those with any feedback about it.
        change: How feeling changes there, from :func:`feeling_changes`; None where nothing was scored.
        drop_off: How many leave there, from :func:`drop_off_bends`; None where leaving is no loss (the goal).
        promise: How well its promise is kept, from :func:`promise_kept`; None without a promise.
    """

    touchpoint: str
    passed: int
    heard: int
    change: FeelingChange | None = None
    drop_off: DropOff | None = None
    promise: PromiseKept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalMoment:
    """One touchpoint with the reasons to look at it, and the evidence behind each.

    Attributes:
        touchpoint, position: Its name, and its place in the journey from 0.
        reasons: Why it is listed; empty when nothing stands out.
        change: Change of feeling; without a value where it could not be told.
        contrast: Whether some journeys go without the touchpoint: `not_identifiable` when everyone passes through.
        against_others: The change less that of journeys that went without it; None without a contrast.
        drop_off, promise: The evidence on leaving and on the promise; None where there is none.
        q_values: Adjusted p-values by reason, over all tests of all touchpoints.
        coverage: Share of the journeys passing here of which there is any feedback about it.
        together_with: Touchpoints that were always passed between the same answers: change and place are of all of them together.
        is_lowest: Feeling falls further here than at every other touchpoint that can be told, beyond doubt.
        n: Journeys that passed it.
        status: That of the change of feeling.
        because: Why there is no change to tell; empty when there is.
    """

    touchpoint: str
    position: int
    reasons: tuple[Reason, ...]
    change: Estimate | None
    contrast: Contrast
    against_others: Estimate | None
    together_with: tuple[str, ...]
    drop_off: DropOff | None
    promise: PromiseKept | None
    q_values: dict[Reason, float]
    coverage: Estimate
    is_lowest: bool
    n: int
    status: Literal["ok", "too_few", "not_identifiable"]
    because: str
    method: str = METHOD

    @property
    def is_worse(self) -> bool:
        """Whether feeling falls, people leave or a promise is broken here, beyond chance."""
        return bool(WORSE & set(self.reasons))


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalMoments:
    """Every touchpoint of a journey: the clearly lowest first, then those that get worse, those that get better, the first and
    the last contact and those nobody speaks of, and the rest; inside each group in the order of the journey, for the data
    decide no other.

    Attributes:
        moments: One a touchpoint.
        n: Journeys behind the changes of feeling.
        n_tests: Tests that were corrected together.
        false_discovery_rate: Of the reasons given, the share that chance may explain.
        promise_share: The share of waits within the promise below which it counts as broken.
        status: `too_few` when no touchpoint could be tested.
    """

    moments: tuple[CriticalMoment, ...]
    n: int
    n_tests: int
    false_discovery_rate: float
    promise_share: float
    status: Literal["ok", "too_few"]
    method: str = METHOD

    @property
    def listed(self) -> tuple[CriticalMoment, ...]:
        """Those with a reason."""
        return tuple(moment for moment in self.moments if moment.reasons)

    @property
    def words(self) -> str:
        """One honest sentence."""
        if self.status == "too_few":
            return "Too little is known to find critical moments"
        worse = [moment for moment in self.moments if moment.is_worse]
        if not worse:
            return "No moment stands out beyond chance"
        first = worse[0]
        others = first.together_with if "feeling_falls" in first.reasons else ()
        named = told_together(first.touchpoint, others)
        if first.is_lowest:
            where = f"{named} together are where" if others else f"{named} is where"
            return f"{_of_what_is_told(self.moments)}{where} feeling turns"
        if len(worse) == 1:
            return f"{named} stand out together" if others else f"{named} stands out"
        return f"{len(worse)} moments stand out; which is the worst is not decided"


def _of_what_is_told(moments: Sequence[CriticalMoment]) -> str:
    """Said before a touchpoint is called the lowest, where the change of some other can't be told."""
    told = {
        name for one in moments if one.status == "ok" for name in (one.touchpoint, *one.together_with)
    }  # fmt: skip
    return "" if len(told) == len(moments) else "Of what can be told, "


def critical_moments(
    evidence: Sequence[MomentEvidence],
    changes: FeelingChanges | None = None,
    *,
    false_discovery_rate: float = 0.05,
    promise_share: float = 0.9,
    least_n: int = LEAST_PASSES,
) -> CriticalMoments:
    """Combine what is known of each touchpoint of a journey into reasons to look at it.

    Args:
        evidence: One a touchpoint, in the order of the journey.
        changes: What :func:`feeling_changes` found, for which touchpoint is the lowest beyond doubt.
        false_discovery_rate: Of the reasons given, the share that chance may explain. Tests are over all touchpoints and kinds.
        promise_share: A promise counts as broken when fewer waits than this keep it, beyond chance.
        least_n: Journeys passing, below which silence and promises are no reason.

    Raises:
        EmptySample: No touchpoint.
        BadCounts: More journeys heard than passed, or a count that is no whole number.
        BadParameter: A rate or share outside 0 to 1, a touchpoint twice.

    Source:
        Benjamini & Hochberg (1995) JRSS-B 57:289; the promise: exact binomial test.

    Example:
        >>> found = critical_moments([MomentEvidence(touchpoint=name, passed=900, heard=heard)
        ...     for name, heard in (("first contact", 90), ("papers", 0), ("closing", 200))])
        >>> [(one.touchpoint, one.reasons) for one in found.listed]
        [('first contact', ('first_contact',)), ('papers', ('no_feedback',)), ('closing', ('last_contact',))]
    """
    for name, share in (("false_discovery_rate", false_discovery_rate), ("promise_share", promise_share)):
        if not 0 < share < 1:
            raise BadParameter(name, share, expected="between 0 and 1")
    _check(evidence)
    tests = [
        (k, reason, p) for k, one in enumerate(evidence) for reason, p in _tests(one, promise_share, least_n)
    ]
    adjusted = benjamini_hochberg([p for _k, _reason, p in tests])
    q_values: list[dict[Reason, float]] = [{} for _ in evidence]
    for (k, reason, _p), q in zip(tests, adjusted, strict=True):
        q_values[k][reason] = float(q)
    lowest = changes.lowest if changes is not None else None
    moments = [
        _moment(one, k, len(evidence), q_values[k], false_discovery_rate, least_n, lowest)
        for k, one in enumerate(evidence)
    ]
    return CriticalMoments(
        moments=tuple(sorted(moments, key=lambda moment: (_group(moment), moment.position))),
        n=changes.n if changes is not None else 0,
        n_tests=len(tests),
        false_discovery_rate=false_discovery_rate,
        promise_share=promise_share,
        status="ok" if tests else "too_few",
    )


def _check(evidence: Sequence[MomentEvidence]) -> None:
    if not evidence:
        raise EmptySample("touchpoints")
    names = [one.touchpoint for one in evidence]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadParameter("evidence", twice, expected="each touchpoint once")
    for one in evidence:
        inputs.whole("passed", one.passed)
        inputs.whole("heard", one.heard)
        if one.heard > one.passed:
            raise BadCounts(
                "heard", one.heard, expected=f"at most the {one.passed} that passed {one.touchpoint}"
            )


def _tests(one: MomentEvidence, promise_share: float, least_n: int) -> list[tuple[Reason, float]]:
    found: list[tuple[Reason, float]] = []
    if one.change is not None and one.change.p_value is not None:
        falls = (one.change.change.value or 0.0) < 0
        found.append(("feeling_falls" if falls else "feeling_rises", one.change.p_value))
    if one.drop_off is not None and one.drop_off.p_value is not None:
        found.append(("people_leave", one.drop_off.p_value))
    if one.promise is not None and one.promise.n >= least_n:
        kept = one.promise.n - one.promise.n_late
        found.append(("promise_broken", float(bdtr(kept, one.promise.n, promise_share))))
    return found


def _moment(
    one: MomentEvidence,
    position: int,
    size: int,
    q_values: dict[Reason, float],
    rate: float,
    least_n: int,
    lowest: str | None,
) -> CriticalMoment:
    reasons: list[Reason] = [
        reason for reason, q in q_values.items() if q <= rate and _goes_that_way(reason, one)
    ]
    if not one.heard and one.passed >= least_n:
        reasons.append("no_feedback")
    if position == 0:
        reasons.append("first_contact")
    if position == size - 1:
        reasons.append("last_contact")
    change = one.change
    return CriticalMoment(
        touchpoint=one.touchpoint,
        position=position,
        reasons=tuple(reasons),
        change=change.change if change else None,
        contrast=change.contrast if change else "not_identifiable",
        against_others=change.against_others if change else None,
        together_with=change.together_with if change else (),
        drop_off=one.drop_off,
        promise=one.promise,
        q_values=q_values,
        coverage=top_box_share(favourable=one.heard, n=one.passed),
        is_lowest="feeling_falls" in reasons and one.touchpoint == lowest,
        n=one.passed,
        status=change.status if change else "not_identifiable",
        because=change.because if change else "No score was given on this journey",
    )


def _goes_that_way(reason: Reason, one: MomentEvidence) -> bool:
    """A drop-off is tested both ways; only more leaving than beside it, its interval above none, is a reason."""
    return reason != "people_leave" or (one.drop_off is not None and (one.drop_off.low or 0.0) > 0)


def _group(moment: CriticalMoment) -> int:
    if moment.is_lowest:
        return 0
    if moment.is_worse:
        return 1
    return 2 if "feeling_rises" in moment.reasons else 3 if moment.reasons else 4
