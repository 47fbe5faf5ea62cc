"""The company before its customers come: units, staff with roles, logins, the journey, the surveys."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, NamedTuple

from django.db import transaction

from candor.apps.feedback.choices import AnswerKind
from candor.apps.journeys.models import Touchpoint
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey
from candor.apps.organization.choices import Role, UnitKind
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import create_person, create_unit, give_role
from candor.apps.surveys.models import Survey
from candor.apps.surveys.services import define_survey
from candor.demo import truths
from candor.demo.events import TOUCHPOINTS
from candor.demo.lender import Chunk
from candor.demo.places import MAIL_DOMAIN, PLACES
from candor.demo.questions import BY_KEY, SURVEYS, Question
from candor.demo.rows import StaffRow, UnitRow
from candor.demo.staff import CARE_UNIT, ORGANIZATION

PASSWORD: Final = "candor-demo"  # noqa: S105  printed by `make demo`; protects nothing but invented people
JOURNEY: Final = "home-loan"
EXPECTED: Final = "_expected"
_SHOWN_BRANCH: Final = next(place.key for place in PLACES if place.name == truths.IMPROVED_BRANCH)


class Login(NamedTuple):
    """Who signs in to look at the demo, and the job in the simulated company that they hold."""

    role: Role
    email: str
    job: str
    unit: str


LOGINS: Final = tuple(
    Login(role, f"{name}@{MAIL_DOMAIN}", job, unit)
    for role, name, job, unit in (
        (Role.CX_LEAD, "lead", "customer experience lead", ORGANIZATION),
        (Role.MANAGER, "manager", "branch manager", _SHOWN_BRANCH),
        (Role.FRONTLINE, "frontline", "loan officer", f"{_SHOWN_BRANCH}-T1"),
        (Role.COMPLAINTS_HANDLER, "complaints", "care agent", CARE_UNIT),
        (Role.ANALYST, "analyst", "analyst", ORGANIZATION),
        (Role.EXECUTIVE, "executive", "chief executive", ORGANIZATION),
        (Role.ADMINISTRATOR, "admin", "administrator", ORGANIZATION),
    )
)
"""One login per role, all with `PASSWORD`."""

_ROLES: Final = {
    "chief executive": Role.EXECUTIVE,
    "customer experience lead": Role.CX_LEAD,
    "analyst": Role.ANALYST,
    "administrator": Role.ADMINISTRATOR,
    "region director": Role.MANAGER,
    "branch manager": Role.MANAGER,
    "team manager": Role.MANAGER,
    "loan officer": Role.FRONTLINE,
    "processor": Role.FRONTLINE,
    "underwriter": Role.FRONTLINE,
    "care agent": Role.COMPLAINTS_HANDLER,
}
_WHOLE_COMPANY: Final = (Role.COMPLAINTS_HANDLER,)  # roles that reach beyond the person's own unit
_KINDS: Final = {
    "nps": AnswerKind.NPS,
    "csat": AnswerKind.CSAT,
    "ces": AnswerKind.CES,
    "trust": AnswerKind.TRUST,
    "rating": AnswerKind.RATING,
    "number": AnswerKind.NUMBER,
    "comment": AnswerKind.TEXT,
}
_CLOCK_FROM: Final = {"documents": "Documents received"}
"""Promised from when the papers are in, which is inside the touchpoint: the wait since the one before says nothing of it."""
_LAST_ACTIVITY: Final = {
    "first_contact": "First contact",
    "application": "Application submitted",
    "documents": "Documents complete",
    "appraisal": "Appraisal received",
    "underwriting": "Underwriting started",
    "decision": "Loan approved",
    "closing": "Loan closed",
    "first_payment": "First payment",
    "service": "Service call",
    "leaving": "Refinanced with us",
}
_CRITICAL: Final = ("appraisal", "decision", "closing")


@dataclass(frozen=True, slots=True)
class Staging:
    """Ids of what stands, by the keys of the simulation."""

    units: dict[str, int]
    people: dict[str, int]
    touchpoints: dict[str, int]
    journey_id: int
    surveys: dict[str, Survey]


@transaction.atomic
def set_the_stage(chunk: Chunk) -> Staging:
    """Make sure that the units, staff, journey and surveys of a chunk exist."""
    units = _units(chunk.unit_rows())
    people = _people(chunk.staff_rows(), units)
    journey_id, touchpoints = _journey(_owner_of_journeys())
    return Staging(
        units={code: unit.pk for code, unit in units.items()},
        people=people,
        touchpoints=touchpoints,
        journey_id=journey_id,
        surveys={survey.key: _survey(survey.key, touchpoints) for survey in SURVEYS},
    )


def answer_kind(question: Question) -> AnswerKind:
    """What sort of answer a question gets; expectations are their own sort."""
    return AnswerKind.EXPECTATION if question.key.endswith(EXPECTED) else _KINDS[question.kind]


def answer_key(question: Question) -> str:
    """The question's key in the workspace: before and after bear the same, so that they pair."""
    return question.key.removesuffix(EXPECTED)


def _units(rows: tuple[UnitRow, ...]) -> dict[str, Unit]:
    root = Unit.objects.get(parent=None)
    known = {unit.code: unit for unit in Unit.objects.all()} | {ORGANIZATION: root}
    for row in rows:
        if row.key not in known:
            parent = known[row.parent or ORGANIZATION]
            known[row.key] = create_unit(
                name=row.name, kind=UnitKind(row.kind), code=row.key, parent=parent, by=None
            )
    return known


def _people(rows: tuple[StaffRow, ...], units: dict[str, Unit]) -> dict[str, int]:
    known = dict(Person.objects.exclude(code=None).values_list("code", "pk"))
    logins = {(login.job, login.unit): login for login in reversed(LOGINS)}
    for row in rows:
        login = logins.pop((row.role, row.unit), None)  # the first of a job in its unit
        if row.key not in known:
            known[row.key] = _hire(row, units, login).pk
    return {code: pk for code, pk in known.items() if code is not None}


def _hire(row: StaffRow, units: dict[str, Unit], login: Login | None) -> Person:
    person = create_person(
        name=row.name,
        unit=units[row.unit],
        by=None,
        email=login.email if login else row.email,
        password=PASSWORD if login else None,
        code=row.key,
        job_title=row.role.capitalize(),
    )
    role = _ROLES[row.role]
    give_role(
        person=person, role=role, unit=units[ORGANIZATION if role in _WHOLE_COMPANY else row.unit], by=None
    )
    return person


def _owner_of_journeys() -> int | None:
    lead = Person.objects.filter(role_assignments__role=Role.CX_LEAD).order_by("pk").first()
    return lead.pk if lead else None


def _journey(owner_id: int | None) -> tuple[int, dict[str, int]]:
    stages = [
        NewStage(name=name, touchpoints=tuple(_touchpoint(point.key, owner_id) for point in points))
        for name, points in groupby(TOUCHPOINTS, key=lambda point: point.stage)
    ]
    journey = define_journey(
        key=JOURNEY, name="Getting a home loan", stages=stages, owner_id=owner_id, by=None
    )
    rows = Touchpoint.objects.filter(stage__journey=journey).values_list("key", "pk")
    return journey.pk, {key.removeprefix("loan-").replace("-", "_"): pk for key, pk in rows}


def _touchpoint(key: str, owner_id: int | None) -> NewTouchpoint:
    point = next(point for point in TOUCHPOINTS if point.key == key)
    promise, days = truths.PROMISES[point.promise] if point.promise else ("", 0.0)
    return NewTouchpoint(
        key=f"loan-{key.replace('_', '-')}",
        name=point.name,
        activity=_LAST_ACTIVITY[key],
        is_direct=point.direct,
        is_critical=key in _CRITICAL,
        owner_id=owner_id if promise else None,
        promise=promise,
        promised_hours=round(24 * days) or None,
        promised_from=_CLOCK_FROM.get(key, ""),
    )


def _survey(key: str, touchpoints: dict[str, int]) -> Survey:
    survey = next(survey for survey in SURVEYS if survey.key == key)
    return define_survey(
        key=f"loan-{key}",
        name=survey.title,
        questions=[_question(BY_KEY[question]) for question in survey.questions],
        touchpoint_id=touchpoints[survey.touchpoint],
        moment=survey.phase,
    )


def _question(question: Question) -> dict[str, Any]:
    has_scale = question.kind != "comment"
    return {
        "key": answer_key(question),
        "text": question.en,
        "kind": answer_kind(question),
        "lowest": question.low if has_scale else None,
        "highest": question.high if has_scale else None,
    }
