"""What the page of critical moments shows: each moment with its reasons in words and the numbers behind them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from candor.analytics import CriticalMoment, DropOff, Estimate, Reason
from candor.apps.feedback.choices import SCALES, AnswerKind
from candor.apps.journeys.models import Journey, Touchpoint
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.foundation import charts
from candor.foundation.wording import estimate_text, number, range_text, scale_of

from . import moment_searches
from .critical_moments import QUIET_DAYS, Found

_ICONS: dict[Reason, tuple[str, str]] = {
    "feeling_falls": ("trending-down", "down"),
    "feeling_rises": ("trending-up", "up"),
    "people_leave": ("alert-triangle", "warn"),
    "promise_broken": ("clock", "warn"),
    "no_feedback": ("info-circle", ""),
    "first_contact": ("flag", "outline"),
    "last_contact": ("flag", "outline"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLine:
    """One reason: its word with icon and tone, the sentence, and the number with the axis it is drawn on."""

    name: str
    icon: str
    tone: str
    sentence: str
    estimate: Estimate | None = None
    kind: str = "share"
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentLine:
    """One touchpoint of the list."""

    touchpoint: Touchpoint
    moment: CriticalMoment
    reasons: list[ReasonLine]
    contrast: str
    because: str
    is_seen: bool
    axis: float

    @property
    def coverage(self) -> Estimate:
        return self.moment.coverage

    @property
    def coverage_words(self) -> str:
        """Of how many episodes that came past there is feedback: "8% (7% to 9%) of 2,579 episodes"."""
        found, scale = self.coverage, scale_of("share")
        if found.value is None:
            return _("no episode came past")
        return _("%(share)s (%(range)s) of %(n)s episodes") % {
            "share": estimate_text(found, scale), "range": range_text(found.low, found.high, scale), "n": number(found.n),
        }  # fmt: skip

    @property
    def low(self) -> float:
        """The lower end of the axis of changes."""
        return -self.axis


def moments_page(journey: Journey, scope: Scope) -> dict[str, Any]:
    """The critical moments of a journey, or how far the search is."""
    answer = moment_searches.ask(journey, scope)
    found = answer.found
    lines = _lines(journey, found) if found else []
    listed = [line for line in lines if line.reasons]
    return {
        "journey": journey,
        "answer": answer,
        "found": found,
        "sentence": sentence(journey, found) if found else "",
        "listed": listed,
        "rest": [line for line in lines if not line.reasons],
        "chart": _chart(lines, found) if found else None,
        "kind_name": AnswerKind(found.kind).label if found and found.kind else "",
        "quiet_days": QUIET_DAYS,
        "proposal": found.proposal if found else None,
        "may_design": scope.viewer.can(Permission.MANAGE_RULES),
    }


def sentence(journey: Journey, found: Found) -> str:
    """One honest sentence about a journey."""
    worse = [one for one in found.moments.moments if one.is_worse]
    if found.moments.status == "too_few":
        return _("Too little is known to find critical moments")
    if not worse:
        return _("No moment stands out beyond chance")
    if worse[0].is_lowest:
        words = _("%(name)s is where feeling turns")
        if not _is_all_told(found):
            words = _("Of the touchpoints that can be told, %(name)s is where feeling turns")
        return words % {"name": _quoted(worse[0], _names(journey, found))}
    if len(worse) == 1:
        return _("%(name)s stands out") % {"name": _quoted(worse[0], _names(journey, found))}
    return _("%(n)s moments stand out; which is the worst is not decided") % {"n": number(len(worse))}


def _is_all_told(found: Found) -> bool:
    """Whether the change of feeling is told of every touchpoint, by itself or together with others."""
    moments = found.moments.moments
    told = {name for one in moments if one.status == "ok" for name in (one.touchpoint, *one.together_with)}
    return len(told) == len(moments)


def _quoted(moment: CriticalMoment, names: dict[str, str]) -> str:
    """The touchpoint by name, with those that share its change of feeling where that is what stands out."""
    name = _("“%(name)s”") % {"name": names.get(moment.touchpoint, "")}
    if not moment.together_with or "feeling_falls" not in moment.reasons:
        return name
    others = ", ".join(names.get(key, key) for key in moment.together_with)
    return _("%(name)s (told together with %(others)s)") % {"name": name, "others": others}


def _names(journey: Journey, found: Found) -> dict[str, str]:
    return {key: point.name for key, point in _touchpoints(journey, found).items()}


def _touchpoints(journey: Journey, found: Found) -> dict[str, Touchpoint]:
    """By key, those of the design, or those of the proposal where there is none."""
    if found.proposal:
        return {point.activity: point.unsaved() for point in found.proposal.touchpoints}
    points = Touchpoint.objects.filter(stage__journey=journey).select_related("stage", "owner")
    return {point.key: point for point in points}


def _lines(journey: Journey, found: Found) -> list[MomentLine]:
    points = _touchpoints(journey, found)
    names = {key: point.name for key, point in points.items()}
    axis = _axis(found)
    return [
        MomentLine(
            touchpoint=points[moment.touchpoint],
            moment=moment,
            reasons=[_reason(reason, moment, found, names, axis) for reason in moment.reasons],
            contrast=_contrast(moment),
            because=_because(moment, names),
            is_seen=moment.touchpoint in found.seen,
            axis=axis,
        )
        for moment in found.moments.moments
        if moment.touchpoint in points
    ]


def _axis(found: Found) -> float:
    """How far the axis of changes reaches to either side: the farthest interval, rounded up to half a point."""
    ends = [
        abs(end) for one in found.moments.moments if one.change for end in (one.change.low, one.change.high) if end is not None
    ]  # fmt: skip
    return max(0.5, -(-max(ends, default=0.5) * 2 // 1) / 2)


def _reason(
    reason: Reason, moment: CriticalMoment, found: Found, names: dict[str, str], axis: float
) -> ReasonLine:
    icon, tone = _ICONS[reason]
    if reason in {"feeling_falls", "feeling_rises"}:
        words = _("Feeling falls") if reason == "feeling_falls" else _("Feeling rises")
        return ReasonLine(
            name=words, icon=icon, tone=tone, sentence=_change_words(moment, found, names), estimate=moment.change,
            kind="mean", low=-axis, high=axis,
        )  # fmt: skip
    if reason == "people_leave" and moment.drop_off is not None:
        return ReasonLine(
            name=_("People leave"), icon=icon, tone=tone, estimate=moment.drop_off.share,
            high=0.5 if (moment.drop_off.share.high or 0.0) <= 0.5 else 1.0,
            sentence=_("Go no further, in points of 100: %(more)s more than beside it (%(low)s to %(high)s)") % _points(moment.drop_off),
        )  # fmt: skip
    if reason == "promise_broken" and moment.promise is not None:
        return ReasonLine(
            name=_("Promise broken"),
            icon=icon,
            tone=tone,
            estimate=moment.promise.kept,
            sentence=_promise_words(moment),
        )
    name, words = _plain(reason, moment)
    return ReasonLine(name=name, icon=icon, tone=tone, sentence=words)


def _plain(reason: Reason, moment: CriticalMoment) -> tuple[str, str]:
    """Name and sentence of a reason without a number of its own."""
    if reason == "no_feedback":
        words = _("%(n)s episodes came past, and nobody told us anything about it") % {"n": number(moment.n)}
        return _("No feedback here"), words
    if reason == "first_contact":
        return _("First contact"), _("Where the journey begins; always worth a look")
    return _("Last contact"), _("What stays in memory; always worth a look")


def _change_words(moment: CriticalMoment, found: Found, names: dict[str, str]) -> str:
    lowest, highest = SCALES[found.kind]
    words = _("Change within the same episode, in points of %(low)s to %(high)s") % {
        "low": number(lowest), "high": number(highest),
    }  # fmt: skip
    if moment.together_with:
        others = ", ".join(names.get(key, key) for key in moment.together_with)
        words += _("; together with %(others)s, for nobody answered in between") % {"others": others}
    return words


def _promise_words(moment: CriticalMoment) -> str:
    promise = moment.promise
    assert promise is not None
    words = _("Came within the promised %(days)s days") % {"days": number(promise.promised)}
    late = promise.lateness
    if late.value is None or late.low is None or late.high is None:
        return words
    return words + _("; the others were late by a median of %(days)s days (%(low)s to %(high)s, n %(n)s)") % {
        "days": number(late.value, 1), "low": number(late.low, 1), "high": number(late.high, 1), "n": number(late.n),
    }  # fmt: skip


def _contrast(moment: CriticalMoment) -> str:
    """What the change of feeling can be held against; empty where there is no change to tell."""
    if moment.status != "ok":
        return ""
    against = moment.against_others
    if moment.contrast == "ok" and against is not None and against.value is not None:
        return _("Against episodes that went without it: %(value)s (%(low)s to %(high)s, n %(n)s).") % {
            "value": number(against.value, 1), "low": number(against.low or 0.0, 1), "high": number(against.high or 0.0, 1),
            "n": number(against.n),
        }  # fmt: skip
    if moment.contrast == "too_few":
        return _("Too few people went without it, or with it, to hold the change against theirs.")
    return _("Everyone passes through, so the change can’t be told apart from what time brings.")


def _because(moment: CriticalMoment, names: dict[str, str]) -> str:
    """Why there is no change to tell."""
    if moment.status == "ok":
        return ""
    if moment.status == "too_few" and moment.change is not None:
        return _("Too few episodes with an answer on both sides (%(n)s of at least %(least)s)") % {
            "n": number(moment.change.n), "least": number(moment.change.least_n),
        }  # fmt: skip
    if moment.together_with:
        others = ", ".join(names.get(key, key) for key in moment.together_with)
        return _("Nobody answered between it and %(others)s") % {"others": others}
    if moment.change is not None and moment.change.n:
        return _("What was answered leaves no way to tell this change from others, or from chance")
    return _("Nobody answered both before and after it")


def _chart(lines: list[MomentLine], found: Found) -> charts.Spec | None:
    """Changes of feeling along the journey; None with fewer than two that can be told."""
    rows = sorted(
        (line for line in lines if line.moment.status == "ok"), key=lambda line: line.moment.position
    )
    if len(rows) < 2:
        return None
    shown = [
        charts.Row(line.touchpoint.name, line.moment.change, tier=str(line.touchpoint.stage))
        for line in rows
        if line.moment.change is not None
    ]
    axis = rows[0].axis
    return charts.interval_dots(
        shown, title=_("How feeling changes across each touchpoint"), kind="mean", unit=_("points"), lo=-axis, hi=axis,
        reference=0.0, reference_label=_("no change"),
        subtitle=_("Each episode held against itself, with 95% intervals"),
    )  # fmt: skip


def _points(found: DropOff) -> dict[str, str]:
    """How many more leave than beside it, in points of a hundred."""
    told = {"more": found.excess, "low": found.low, "high": found.high}
    return {name: number(100 * (share or 0.0)) for name, share in told.items()}
