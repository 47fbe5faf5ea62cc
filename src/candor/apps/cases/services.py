"""Writes of cases."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.text import Truncator

from candor.apps.complaints.models import Complaint
from candor.apps.events import own
from candor.apps.feedback.choices import Kind
from candor.apps.feedback.models import Feedback
from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person, RoleAssignment, Unit
from candor.apps.organization.services import record_audit
from candor.apps.surveys.polarity import TurnedScales, high_is_good, turned_scales

from .choices import RootCause, State, Trigger
from .errors import CaseAlreadyClosed, CaseNotClosed
from .models import Case, CaseNote, Rule

CHUNK = 500


@transaction.atomic
def define_rule(
    *, name: str, trigger: Trigger, threshold: float | None, due_hours: int, owner_role: Role, by: Person | None,
    unit: Unit | None = None, active_since: datetime | None = None,
) -> Rule:  # fmt: skip
    """Add a rule; it looks at feedback received from `active_since` on (now, unless said)."""
    rule = Rule.objects.create(
        name=name, trigger=trigger, threshold=threshold, due_hours=due_hours, owner_role=owner_role, unit=unit,
        active_since=active_since or timezone.now(),
    )  # fmt: skip
    record_audit(by=by, action="rule.defined", target=rule, name=name, trigger=trigger, threshold=threshold)
    return rule


@transaction.atomic
def set_rule_active(*, rule: Rule, is_active: bool, by: Person) -> Rule:
    """Let a rule open cases, or no longer; cases it opened stay."""
    rule.is_active = is_active
    rule.save(update_fields=["is_active"])
    record_audit(by=by, action="rule.started" if is_active else "rule.stopped", target=rule)
    return rule


@transaction.atomic
def open_cases(*, feedback_ids: Sequence[int], now: datetime | None = None) -> list[Case]:
    """Open the cases that the active rules ask for, once a rule and feedback; safe to repeat."""
    rules = list(Rule.objects.filter(is_active=True).select_related("unit"))
    opened: list[Case] = []
    for start in range(0, len(feedback_ids), CHUNK):
        opened += _open_chunk(rules, feedback_ids[start : start + CHUNK], now or timezone.now())
    return opened


@transaction.atomic
def follow_feedback(*, feedback_ids: Sequence[int]) -> None:
    """Put the cases of feedback where it belongs now; their owners stay."""
    rows = Case.objects.filter(feedback__in=feedback_ids).select_related("feedback").order_by("pk")
    for case in rows:
        case.unit_id, case.customer_id = case.feedback.unit_id, case.feedback.customer_id
        case.save(update_fields=["unit", "customer"])
    own.tell_again("case", [case.pk for case in rows])


def _open_chunk(rules: list[Rule], feedback_ids: Sequence[int], now: datetime) -> list[Case]:
    rows = list(
        Feedback.objects.filter(pk__in=feedback_ids)
        .select_related("unit", "customer")
        .prefetch_related("answers")
        .order_by("pk")
    )
    known = set(Case.objects.filter(feedback__in=rows).values_list("feedback_id", "rule_id"))
    taken = {feedback for feedback, _ in known}
    complaints = dict(Complaint.objects.filter(pk__in=feedback_ids).values_list("pk", "severity"))
    wanted = []
    owners = _Owners()
    turned = turned_scales({row.source for row in rows})
    for row in rows:
        rule = next((one for one in rules if _asks_for(one, row, turned, complaints)), None)
        if rule is not None and row.pk not in taken:
            wanted.append(_case(row, rule, now, owners))
    cases = Case.objects.bulk_create(wanted)
    for case in cases:
        record_audit(by=None, action="case.opened", target=case, rule=str(case.rule))
    own.tell("case", [case.pk for case in cases])
    return cases


def _asks_for(rule: Rule, row: Feedback, turned: TurnedScales, complaints: dict[int, int | None]) -> bool:
    if row.received_at < rule.active_since or not _covers(rule, row):
        return False
    trigger = Trigger(rule.trigger)
    if trigger == Trigger.COMPLAINT:
        return row.kind == Kind.COMPLAINT or row.pk in complaints
    if trigger == Trigger.SEVERE_COMPLAINT:
        return complaints.get(row.pk) == Complaint.Severity.HIGH
    limit = rule.threshold if rule.threshold is not None else float("-inf")
    return any(
        a.kind == trigger.answer_kind
        and a.number is not None
        and high_is_good(a.number, row.source, a.question, turned) <= limit
        for a in row.answers.all()
    )


def _covers(rule: Rule, row: Feedback) -> bool:
    return rule.unit is None or (row.unit is not None and row.unit.path.startswith(rule.unit.path))


def _case(row: Feedback, rule: Rule, now: datetime, owners: "_Owners") -> Case:
    return Case(
        title=_title(row, rule),
        feedback=row,
        customer=row.customer,
        unit=row.unit,
        rule=rule,
        owner=owners.next_for(row.unit, Role(rule.owner_role)),
        opened_at=now,
        due_at=now + timedelta(hours=rule.due_hours),
    )


def _title(row: Feedback, rule: Rule) -> str:
    """What the list shows: the title, the first words of the comment, or the rule."""
    return (row.title or Truncator(row.comment_masked).words(10) or f"{row.get_kind_display()}: {rule.name}")[
        :200
    ]


class _Owners:
    """Who gets the next case: of those who hold the role nearest to the unit, going up the tree, the one with the fewest
    unfinished cases, those just given included; then by name."""

    def __init__(self) -> None:
        unfinished = (
            Case.objects.unfinished().exclude(owner=None).values_list("owner_id").annotate(n=Count("pk"))
        )
        self._load: Counter[int] = Counter(dict(unfinished))
        self._nearest: dict[tuple[str, Role], list[Person]] = {}

    def next_for(self, unit: Unit | None, role: Role) -> Person | None:
        people = self._holders(unit, role)
        if not people:
            return None
        chosen = min(people, key=lambda person: (self._load[person.pk], person.name, person.pk))
        self._load[chosen.pk] += 1
        return chosen

    def _holders(self, unit: Unit | None, role: Role) -> list[Person]:
        """Those who hold the role at the nearest unit where anybody does; without a unit at the top."""
        path = unit.path if unit else ""
        if (path, role) not in self._nearest:
            held = RoleAssignment.objects.filter(role=role, person__is_active=True).select_related(
                "person", "unit"
            )
            held = held.filter(unit__path__in=unit.line) if unit else held.filter(unit__parent=None)
            deepest = max((len(h.unit.path) for h in held), default=0)
            self._nearest[path, role] = [h.person for h in held if len(h.unit.path) == deepest]
        return self._nearest[path, role]


@transaction.atomic
def open_case(*, feedback: Feedback, title: str, owner: Person | None, due_at: datetime, by: Person) -> Case:
    """Open a case by hand."""
    case = Case.objects.create(
        title=title, feedback=feedback, customer=feedback.customer, unit=feedback.unit, owner=owner,
        opened_at=timezone.now(), due_at=due_at,
    )  # fmt: skip
    record_audit(by=by, action="case.opened", target=case)
    own.tell("case", [case.pk])
    return case


@transaction.atomic
def assign_case(*, case: Case, owner: Person | None, by: Person) -> Case:
    """Give a case to somebody, or to nobody."""
    _refuse_closed(case)
    case.owner = owner
    case.save(update_fields=["owner"])
    record_audit(by=by, action="case.assigned", target=case, owner=str(owner or ""))
    return case


@transaction.atomic
def set_waiting(*, case: Case, is_waiting: bool, by: Person) -> Case:
    """Note that the customer has the next move, or that we have it again."""
    _refuse_closed(case)
    case.state = State.WAITING if is_waiting else State.OPEN
    case.save(update_fields=["state"])
    record_audit(by=by, action="case.waiting" if is_waiting else "case.resumed", target=case)
    return case


@transaction.atomic
def add_note(*, case: Case, text: str, by: Person) -> CaseNote:
    """Write down what was done or learnt."""
    note = CaseNote.objects.create(case=case, text=text, written_by=by)
    record_audit(by=by, action="case.noted", target=case)
    return note


@transaction.atomic
def close_case(
    *, case: Case, root_cause: RootCause, resolution: str, by: Person, at: datetime | None = None
) -> Case:
    """Close a case with why it happened and what was done; now, unless another system closed it `at` another time.

    Raises:
        CaseAlreadyClosed: somebody closed it before.
    """
    _refuse_closed(case)
    case.state, case.closed_at = State.CLOSED, at or timezone.now()
    case.root_cause, case.resolution = root_cause, resolution
    case.save(update_fields=["state", "closed_at", "root_cause", "resolution"])
    record_audit(by=by, action="case.closed", target=case, root_cause=root_cause)
    own.tell("case", [case.pk])
    return case


@transaction.atomic
def reopen_case(*, case: Case, by: Person) -> Case:
    """Take a closing back; root cause and resolution stay as they were written."""
    case.state = Case.objects.select_for_update().values_list("state", flat=True).get(pk=case.pk)
    if case.state != State.CLOSED:
        raise CaseNotClosed("Only a closed case can be opened again.")
    case.state, case.closed_at = State.OPEN, None
    case.save(update_fields=["state", "closed_at"])
    record_audit(by=by, action="case.reopened", target=case)
    return case


def _refuse_closed(case: Case) -> None:
    """Look at the row as it is now, and hold it until the transaction ends: somebody may have closed it meanwhile."""
    case.state = Case.objects.select_for_update().values_list("state", flat=True).get(pk=case.pk)
    if case.state == State.CLOSED:
        raise CaseAlreadyClosed("Somebody has closed this case already. Open it again to change it.")


STANDARD_RULES: Iterable[tuple[str, Trigger, float | None, int, Role]] = (
    ("A customer would not recommend us (0–4)", Trigger.NPS_AT_MOST, 4, 48, Role.MANAGER),
    ("A customer is dissatisfied (1–2)", Trigger.CSAT_AT_MOST, 2, 48, Role.MANAGER),
    ("A review of one or two stars", Trigger.STARS_AT_MOST, 2, 72, Role.MANAGER),
    ("A complaint of high severity", Trigger.SEVERE_COMPLAINT, None, 24, Role.COMPLAINTS_HANDLER),
)


@transaction.atomic
def install_standard_rules(*, active_since: datetime | None = None) -> list[Rule]:
    """The rules a new workspace starts with, unless it has rules already."""
    if Rule.objects.exists():
        return []
    return [
        define_rule(
            name=name,
            trigger=trigger,
            threshold=threshold,
            due_hours=hours,
            owner_role=role,
            by=None,
            active_since=active_since,
        )
        for name, trigger, threshold, hours, role in STANDARD_RULES
    ]


def record_removal(*, feedback_ids: Sequence[int], keeps_words: bool = True) -> None:
    """Write into the audit log which cases go with their feedback, and what had been done about them: in the words of people
    unless the customer is erased."""
    for case in Case.objects.filter(feedback_id__in=feedback_ids).order_by("pk"):
        words = {"title": case.title, "resolution": case.resolution[:500]} if keeps_words else {}
        facts = {"state": case.state, "root_cause": case.root_cause, "notes": case.notes.count()}
        record_audit(by=None, action="case.removed", target=case, **words, **facts)
