"""What the JSON API tells of feedback, and how it finds what a request names; for this room and those above."""

from datetime import datetime

from pydantic import Field

from candor.apps.customers.api import Name
from candor.apps.customers.erased import refuse_erased
from candor.apps.customers.services import customers_by_identifier
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Unit
from candor.foundation.errors import InvalidRequest
from candor.foundation.shapes import Told

from .models import Feedback


class AnswerShape(Told):
    """An answer to one question."""

    question: str
    kind: str
    number: float | None
    text: str


class FeedbackShape(Told):
    """One thing somebody told us. Texts are masked without the scope `personal:read`; who did the work never leaves."""

    id: int
    kind: str
    source: str
    key: str
    channel: str
    received_at: datetime
    knows_time: bool = Field(description="False where the source knows the day only; noon stands for it")
    customer: int | None
    journey: str | None
    touchpoint: str | None
    episode: str
    unit: str | None
    product: str
    company: str
    issue: str
    title: str
    comment: str
    language: str
    is_handled: bool
    answers: list[AnswerShape]


def customer_id(name: Name | None) -> int | None:
    """The customer whom a system calls so, made nameless where there is none yet.

    Raises:
        ErasedBefore: they were erased.
    """
    if name is None:
        return None
    refuse_erased([(name.system, name.value)])
    return customers_by_identifier(system=name.system, values=[name.value])[name.value]


def touchpoint_id(key: str | None) -> int | None:
    """The touchpoint with this key.

    Raises:
        InvalidRequest: there is none.
    """
    if key is None:
        return None
    found = Touchpoint.objects.filter(key=key).values_list("pk", flat=True).first()
    if found is None:
        error = InvalidRequest(f"There is no touchpoint “{key}”.")
        error.members = {"errors": [{"field": "touchpoint", "expected": "the key of a touchpoint"}]}
        raise error
    return found


def shown_unit(unit: Unit | None, viewer: Viewer) -> str | None:
    """The code of a unit, or where it holds the work of one person that of the nearest unit above which does not."""
    while unit is not None and viewer.withholds(unit):
        unit = unit.parent
    return unit.code if unit else None


def shape_of(row: Feedback, viewer: Viewer) -> FeedbackShape:
    """A row as far as the viewer may read it."""
    is_open = viewer.holds(Permission.READ_PERSONAL_DATA, row.unit)
    plain = (
        "kind",
        "source",
        "key",
        "channel",
        "received_at",
        "knows_time",
        "episode",
        "product",
        "company",
        "issue",
    )
    return FeedbackShape(
        id=row.pk,
        customer=row.customer_id,
        journey=row.journey.key if row.journey else None,
        touchpoint=row.touchpoint.key if row.touchpoint else None,
        unit=shown_unit(row.unit, viewer),
        title=row.title,
        comment=row.comment if is_open else row.comment_masked,
        language=row.language,
        is_handled=row.handled_at is not None,
        answers=[
            AnswerShape(
                question=one.question,
                kind=one.kind,
                number=one.number,
                text=one.text if is_open else one.text_masked,
            )
            for one in sorted(row.answers.all(), key=lambda one: one.pk)
        ],
        **{name: getattr(row, name) for name in plain},
    )
