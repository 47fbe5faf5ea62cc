"""Writes of Measure: keeping the warehouse equal to the record, and looks at scores about one person."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from django.db.models import Max

from candor.apps.organization.models import Person
from candor.apps.organization.scope import Scope
from candor.apps.organization.services import record_audit
from candor.foundation.data_folder import expect_own_folder
from candor.foundation.errors import NotAllowed
from candor.foundation.locks import only_one
from candor.foundation.models import OutboxEntry
from candor.foundation.storage import warehouse
from candor.warehouse.queries import histograms

from .policy import Purpose, check_purpose
from .projection import METRICS, all_facts, feedback_facts, invitation_facts, invitation_key
from .queries import ScoreResult, score_of_person
from .registry import Measure

TOPICS = ("feedback", "invitation")
IDS_AT_ONCE = 50_000  # of the record, in one commit of the warehouse
_Group: TypeAlias = tuple[str, int, int | None, float]  # metric, month, unit, value


@dataclass(frozen=True, slots=True)
class Difference:
    """A group whose counts in record and warehouse are not the same."""

    metric: str
    month: int
    unit: int | None
    value: float
    in_record: int
    in_warehouse: int


@dataclass(frozen=True, slots=True)
class Verified:
    """How the warehouse compares with the record."""

    facts: int
    pending: int
    differences: tuple[Difference, ...]

    @property
    def is_equal(self) -> bool:
        return not self.differences


@dataclass(slots=True)
class _News:
    """Outbox entries to project together."""

    entries: list[int] = field(default_factory=list)
    feedback: set[int] = field(default_factory=set)
    invitations: set[int] = field(default_factory=set)

    @property
    def size(self) -> int:
        return len(self.feedback) + len(self.invitations)


def estimate_for_person(*, measure: Measure, person: Person, scope: Scope, purpose: Purpose) -> ScoreResult:
    """The score of what one person did, for the purposes that the policy allows; every look and refusal is logged.

    Counts the answers about work that was theirs at the time. Call it outside a transaction of your own: the
    entry about a refusal must not be rolled back with it.

    Raises:
        NotAllowed: the policy refuses this purpose to this viewer.
    """
    viewer = scope.viewer.person
    facts = {"measure": measure.key, "purpose": purpose.value, "period": scope.period.key}
    try:
        check_purpose(purpose=purpose, of=person, by=viewer)
    except NotAllowed as refusal:
        record_audit(by=viewer, action="score.refused", target=person, **facts, reason=str(refusal))
        raise
    found = score_of_person(measure, person=person, scope=scope)
    record_audit(by=viewer, action="score.looked_at", target=person, **facts, n=found.estimate.n)
    return found


def project_pending() -> int:
    """Bring the warehouse up to date with the outbox; returns how many entries were dealt with.

    Entries go only after the warehouse has their facts on disk. A crash in between projects them once more, which
    replaces the same facts by the same facts.
    """
    done = 0
    with _only_projector():
        while (news := _next_news()).entries:
            warehouse().project(
                chain(feedback_facts(news.feedback), invitation_facts(news.invitations)),
                through=news.entries[-1],
                feedback_ids=chain(news.feedback, map(invitation_key, news.invitations)),
            )
            for start in range(0, len(news.entries), 500):
                OutboxEntry.objects.filter(pk__in=news.entries[start : start + 500]).delete()
            done += len(news.entries)
    return done


def rebuild_warehouse() -> int:
    """Write the projection anew from the record; returns the number of facts. Readers see the old one until the end."""
    counted = 0

    def facts() -> Iterator[dict[str, object]]:
        nonlocal counted
        for counted, fact in enumerate(all_facts(), start=1):  # noqa: B007  the number is the result
            yield fact

    with _only_projector():
        # Read first: what changes while the record is read leaves a later entry, and is projected again after it.
        newest = OutboxEntry.objects.filter(topic__in=TOPICS).aggregate(newest=Max("pk"))["newest"] or 0
        warehouse().rebuild(facts(), through=max(newest, warehouse().watermark()))
    return counted


def verify_warehouse() -> Verified:
    """Count every fact in the record and in the warehouse, by metric, month, unit and value."""
    with _only_projector():
        pending = OutboxEntry.objects.filter(topic__in=TOPICS).count()
        in_record: Counter[_Group] = Counter()
        for fact in all_facts():
            month = fact["day"].year * 100 + fact["day"].month
            in_record[fact["metric"], month, fact["unit"], float(fact["value"])] += 1
        counted = histograms(warehouse(), metrics=METRICS, by=("metric", "month", "unit"))
    in_warehouse: Counter[_Group] = Counter(
        {
            (group[0], group[1], group[2], value): cell.n
            for group, cells in counted.items()
            for value, cell in cells.items()
        }
    )
    groups = {group for group in in_record | in_warehouse if in_record[group] != in_warehouse[group]}
    ordered = sorted(groups, key=lambda group: (group[0], group[1], group[2] or 0, group[3]))
    return Verified(
        facts=in_record.total(),
        pending=pending,
        differences=tuple(_difference(group, in_record[group], in_warehouse[group]) for group in ordered),
    )


def _difference(group: _Group, in_record: int, in_warehouse: int) -> Difference:
    metric, month, unit, value = group
    return Difference(metric, month, unit, value, in_record, in_warehouse)


def _next_news() -> _News:
    """The oldest entries, so many that their facts fit in memory at ease."""
    news = _News()
    waiting = (
        OutboxEntry.objects.filter(topic__in=TOPICS).order_by("pk").values_list("pk", "topic", "payload")
    )
    for pk, topic, payload in waiting.iterator(chunk_size=100):
        news.entries.append(pk)
        (news.feedback if topic == "feedback" else news.invitations).update(payload["ids"])
        if news.size >= IDS_AT_ONCE or len(news.entries) >= IDS_AT_ONCE:
            break
    return news


@contextmanager
def _only_projector() -> Iterator[None]:
    """Wait until nobody else reads the record for the warehouse: an older reading must not land after a newer one."""
    expect_own_folder()
    with only_one("projection"):
        yield
