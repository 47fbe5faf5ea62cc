"""The few issues that matter: what each puts at stake, how sure its place is, and which can't be told apart.

Two lists, since they count different things: themes among the comments that were read, and products' issues among
complaints. Each issue has its frequency, and where enough is known its severity: the share of its cases that were hit
hard. Nothing here says that fixing an issue would save what is at stake.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from candor.analytics import (
    Estimate,
    Issue,
    RankedIssue,
    Share,
    is_top_decided,
    value_at_stake,
)
from candor.apps.complaints.models import Complaint
from candor.apps.complaints.queries import complaints_in
from candor.apps.feedback.choices import SCALES, AnswerKind
from candor.apps.feedback.models import Answer
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.apps.scores.queries import share_of
from candor.apps.scores.registry import HIT_HARD
from candor.apps.surveys.polarity import with_high_good

from . import counting
from .models import Theme

Source = Literal["themes", "complaints"]
State = Literal["ok", "too_few", "one_issue", "none"]

LEAST_READ = 30  # cases in all, below which no stake is told, however few the workspace lets a score have
LEAST_CASES = 10  # of an issue, below which its severity says nothing
LEAST_KNOWN = 10  # cases of an issue whose severity is known
MOST_ISSUES = 40
SURE = 0.95
LAST_TIER = 3
KNOWN_SHARE = 0.5  # of all cases; where less is known, issues are ranked by how often alone

LOW_AT_MOST = {
    AnswerKind.NPS: 6,
    AnswerKind.CSAT: 2,
    AnswerKind.CES: 3,
    AnswerKind.TRUST: 2,
    AnswerKind.STARS: 2,
}  # the highest answer that counts as low, on the scales that tell of satisfaction, high being good


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """An issue with what it puts at stake in the period.

    Attributes:
        ranked: From `analytics.value_at_stake`, in cases or severe cases of the period.
        tier: 1 holds the issue with the most at stake, with a chance of at least 95 %; 2 the top one of the others;
            3 all that is left. The order inside a tier is not decided.
        severity: Share of its cases with known severity that were hit hard; None where severity does not count.
    """

    name: str
    ranked: RankedIssue
    tier: int
    severity: Estimate | None
    theme: Theme | None = None
    product: str = ""
    issue: str = ""

    @property
    def at_stake(self) -> Estimate:
        """What is at stake as a number that pages can draw."""
        found = self.ranked
        return Estimate(
            value=found.point, low=found.low, high=found.high, n=found.n, method=found.method, status=found.status, level=found.level
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Issues of one sort, the most at stake first; inside a tier in the order of the alphabet.

    Attributes:
        state: ``ok``, or why nothing is ranked: too few cases, only one issue, or no issue at all.
        of: Comments or complaints in the period.
        by_severity: Whether severity counts; otherwise only how often.
        n_small: Issues with too few cases to be ranked.
        n_unknown: Issues left out because too little is known of their severity.
    """

    source: Source
    state: State
    of: int
    least_of: int
    rows: tuple[Priority, ...] = ()
    by_severity: bool = False
    n_small: int = 0
    n_unknown: int = 0

    @property
    def is_top_decided(self) -> bool:
        """Whether one issue stands alone at the top with a chance of at least 95 %."""
        return bool(self.rows) and is_top_decided([row.ranked for row in self.rows])

    @property
    def top(self) -> tuple[Priority, ...]:
        """The first tier."""
        return tuple(row for row in self.rows if row.tier == 1)

    @property
    def few(self) -> tuple[Priority, ...]:
        """The few that matter: all above the last tier."""
        return tuple(row for row in self.rows if row.tier < LAST_TIER)

    @property
    def tiers(self) -> list[tuple[int, list[Priority]]]:
        """Rows by tier."""
        return [
            (tier, [row for row in self.rows if row.tier == tier])
            for tier in sorted({row.tier for row in self.rows})
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cases:
    """An issue as counted: its cases, those of known severity, and those hit hard."""

    key: str
    n: int
    known: int
    hard: int
    facts: dict[str, Any]


def priorities(scope: Scope) -> tuple[Ranking, Ranking]:
    """Themes, and complaint issues, of the scope's period by what they put at stake."""
    return rank_themes(scope), rank_complaints(scope)


def rank_themes(scope: Scope) -> Ranking:
    """Themes that are stable or that a person named, among the comments read in the period."""
    themes = counting.catalogue()
    read = counting.read_in(scope, scope.period)
    rows = (
        read.filter(theme_id__in=themes.head_of)
        .annotate(is_known=_is_known("feedback_id"), is_hard=_is_hard("feedback_id"))
        .values_list("theme_id")
        .annotate(
            n=Count("pk"),
            known=Count("pk", filter=Q(is_known=True)),
            hard=Count("pk", filter=Q(is_hard=True)),
        )
        .order_by()
    )
    sums: dict[int, list[int]] = {}
    for theme_id, *numbers in rows:
        head = themes.head_of[theme_id]
        sums[head] = [a + b for a, b in zip(sums.get(head, [0, 0, 0]), numbers, strict=True)]
    cases = [
        _Cases(
            key=f"{themes.heads[pk].name}\0{pk}",
            n=n,
            known=known,
            hard=hard,
            facts={"theme": themes.heads[pk]},
        )
        for pk, (n, known, hard) in sums.items()
        if pk in themes.confirmed and not themes.heads[pk].is_hidden
    ]
    return _rank("themes", cases, of=read.count(), scope=scope)


def rank_complaints(scope: Scope) -> Ranking:
    """Products' issues among the complaints received in the period."""
    complaints = complaints_in(scope)
    rows = (
        complaints.exclude(issue="")
        .annotate(is_known=_is_known("pk"), is_hard=_is_hard("pk"))
        .values_list("product", "issue")
        .annotate(
            n=Count("pk"),
            known=Count("pk", filter=Q(is_known=True)),
            hard=Count("pk", filter=Q(is_hard=True)),
        )
        .order_by()
    )
    cases = [
        _Cases(
            key=f"{issue}\0{product}", n=n, known=known, hard=hard, facts={"product": product, "issue": issue}
        )
        for product, issue, n, known, hard in rows
    ]
    return _rank("complaints", cases, of=complaints.count(), scope=scope)


def _is_known(outer: str) -> Q:
    """Whether it is known of feedback if the customer was hit hard: a complaint with a clock, or a scored answer."""
    told = Q(is_disputed__isnull=False) | Q(is_timely__isnull=False) | Q(severity__isnull=False)
    complaints = Complaint.objects.filter(told, feedback_id=OuterRef(outer))
    return Q(Exists(complaints)) | Q(Exists(_answers(low_only=False).filter(feedback_id=OuterRef(outer))))


def _is_hard(outer: str) -> Q:
    """Whether the customer was hit hard: disputed our answer, got it late, a severe complaint, or a low answer."""
    told = Q(is_disputed=True) | Q(is_timely=False) | Q(severity=Complaint.Severity.HIGH)
    complaints = Complaint.objects.filter(told, feedback_id=OuterRef(outer))
    return Q(Exists(complaints)) | Q(Exists(_answers(low_only=True).filter(feedback_id=OuterRef(outer))))


def _answers(*, low_only: bool) -> QuerySet[Any]:
    """Answers on the scales that tell of satisfaction, or only the low ones."""
    found = Q()
    for kind, low in LOW_AT_MOST.items():
        lowest, highest = SCALES[kind]
        found |= Q(kind=kind, high_good__range=(lowest, low if low_only else highest))
    return with_high_good(Answer.objects.all()).filter(found)


def _rank(source: Source, cases: Sequence[_Cases], *, of: int, scope: Scope) -> Ranking:
    least_of = max(workspace().least_n_score, LEAST_READ)
    enough = [one for one in cases if one.n >= LEAST_CASES]
    n_small = len(cases) - len(enough)
    by_severity = _counts_severity(enough)
    ranked = [one for one in enough if one.known >= LEAST_KNOWN] if by_severity else enough
    ranked = sorted(ranked, key=lambda one: (-one.hard if by_severity else 0, -one.n, one.key))[:MOST_ISSUES]
    if of < least_of or len(ranked) < 2:
        state: State = "none" if not of else "too_few" if of < least_of or not cases else "one_issue"
        return Ranking(source=source, state=state, of=of, least_of=least_of, n_small=n_small)
    return Ranking(
        source=source,
        state="ok",
        of=of,
        least_of=least_of,
        rows=tuple(_in_tiers(ranked, of=of, by_severity=by_severity, scope=scope)),
        by_severity=by_severity,
        n_small=n_small,
        n_unknown=len(enough) - sum(one.known >= LEAST_KNOWN for one in enough) if by_severity else 0,
    )


def _counts_severity(cases: Iterable[_Cases]) -> bool:
    """Whether enough is known of who was hit hard, and anybody was."""
    rows = list(cases)
    known = sum(one.known for one in rows if one.known >= LEAST_KNOWN)
    return known >= KNOWN_SHARE * sum(one.n for one in rows) and any(one.hard for one in rows)


def _in_tiers(cases: Sequence[_Cases], *, of: int, by_severity: bool, scope: Scope) -> list[Priority]:
    by_key = {one.key: one for one in cases}
    issues = [
        Issue(
            key=one.key, affected=one.n, of=of, severity=Share(one.hard, one.known) if by_severity else None
        )
        for one in cases
    ]
    tiers = tiers_of(issues)
    rows = [
        _priority(by_key[one.key], one, tiers[one.key], by_severity=by_severity, scope=scope)
        for one in value_at_stake(issues, exclusive=True)
    ]
    return sorted(rows, key=lambda row: (row.tier, row.name.casefold(), row.ranked.key))


def _priority(cases: _Cases, ranked: RankedIssue, tier: int, *, by_severity: bool, scope: Scope) -> Priority:
    severity = share_of(HIT_HARD, hits=cases.hard, of=cases.known, scope=scope) if by_severity else None
    return Priority(name=cases.key.split("\0")[0], ranked=ranked, tier=tier, severity=severity, **cases.facts)


def tiers_of(issues: Sequence[Issue]) -> dict[str, int]:
    """Tiers of issues: the top one is in tier 1 with a chance of at least 95 %, the top one of the others in tier 2."""
    found: dict[str, int] = {}
    left = list(issues)
    for tier in range(1, LAST_TIER):
        if not left:
            break
        sure = 0.0
        for one in sorted(value_at_stake(left, exclusive=True), key=lambda one: (-one.p_top, one.key)):
            if sure >= SURE:
                break
            sure += one.p_top
            found[one.key] = tier
        left = [issue for issue in left if issue.key not in found]
    return found | {issue.key: LAST_TIER for issue in left}
