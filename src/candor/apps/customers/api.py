"""The JSON face of customers: add or change, read, hand out everything that is held about one, erase."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import AfterValidator, Field

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import for_whole_company, keyed, unit_for, viewer_with
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotAllowed, NotFound
from candor.foundation.paging import USUAL, page_after
from candor.foundation.shapes import Cursor, Day, Given, Limit, Many, Told, needs, problems

from . import personal, putting, queries, services
from .models import Customer

router = Router(tags=["Customers"])

System = Annotated[str, Field(min_length=1, max_length=60, description="Which system names them")]
Value = Annotated[str, Field(min_length=1, max_length=160, description="What it calls them")]


def _zone(name: str) -> str:
    if not putting.is_zone(name):
        raise ValueError("expected a time zone such as Europe/Vienna")
    return name


Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


class Name(Given):
    """What a system calls a customer."""

    system: System
    value: Value


class CustomerGiven(Name):
    """What a system says of a customer; what is left out stays as it is."""

    also: list[Name] = Field(default=[], max_length=20, description="Further names of the same one")
    name: str | None = Field(None, max_length=160)
    email: str | None = Field(None, max_length=254, pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")
    phone: str | None = Field(None, max_length=40)
    language: str | None = Field(None, max_length=12, description="Such as de or pt-BR")
    segment: str | None = Field(None, max_length=80)
    unit: str | None = Field(None, max_length=60, description="The code of the home unit")
    since_on: Day | None = None
    time_zone: Zone | None = Field(None, description="Where they live, such as Europe/Vienna")
    has_agreed: bool | None = Field(None, description="Agreed to be asked; false takes it back")
    has_opted_out: Literal[True] | None = Field(
        None, description="Does not want to be asked; only they or a person can take that back"
    )


class CustomerShape(Told):
    """A customer; what is personal is null without the scope `personal:read`."""

    id: int
    language: str
    segment: str
    unit: str | None
    roles: list[str]
    since_on: date | None
    time_zone: str
    has_agreed: bool
    has_opted_out: bool
    name: str | None
    email: str | None
    phone: str | None
    identifiers: list[Name] | None


class PutShape(Told):
    """A customer that was added or changed."""

    id: int
    is_new: bool


class ErasedShape(Told):
    """What went; `kept_files` are imports whose uploaded file still bears the person and waits for somebody to discard it."""

    records: int
    feedback: int
    kept_files: list[str]


@router.post(
    "/customers",
    response={200: PutShape, 201: PutShape, **problems(404, 409)},
    **needs(KeyScope.WRITE_CUSTOMERS),
)
def put_customer(request: HttpRequest, given: CustomerGiven) -> Any:
    """Add a customer, or change what is known of one: known are customers by what the system calls them."""
    key = keyed(request, KeyScope.WRITE_CUSTOMERS)
    _refuse_strangers(viewer_with(key), given.system, given.value)
    unit = unit_for(key, given.unit)
    fields = given.model_dump(exclude={"also", "unit", "has_opted_out"})
    also = tuple((one.system, one.value) for one in given.also)
    said = putting.Said(
        **fields, also=also, unit_id=unit.pk if unit else None, has_opted_out=given.has_opted_out is True
    )
    customer, is_new = putting.put_customer(said=said, at=timezone.now(), by=None)
    return Status(201 if is_new else 200, PutShape(id=customer.pk, is_new=is_new))


@router.get("/customers", response=Many[CustomerShape], **needs(KeyScope.READ_CUSTOMERS))
def list_customers(
    request: HttpRequest,
    system: System | None = None,
    value: Value | None = None,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> Any:
    """Customers, the newest first; with `system` and `value` the one who is called so."""
    key = keyed(request, KeyScope.READ_CUSTOMERS)
    viewer = viewer_with(key)
    rows = queries.visible_customers(viewer).filter(merged_into=None)
    if system is not None and value is not None:
        rows = rows.filter(pk__in=_called(system, value))
    found, following = page_after(rows, cursor, limit=limit)
    return Many[CustomerShape](items=[_shape(row, viewer) for row in found], next=following)


@router.get(
    "/customers/{id:pk}", response={200: CustomerShape, **problems(404)}, **needs(KeyScope.READ_CUSTOMERS)
)
def read_customer(request: HttpRequest, pk: int) -> Any:
    """One customer."""
    key = keyed(request, KeyScope.READ_CUSTOMERS)
    viewer = viewer_with(key)
    return _shape(_customer(viewer, pk), viewer)


@router.get(
    "/customers/{id:pk}/everything",
    response={200: dict[str, Any], **problems(404)},
    **needs(KeyScope.READ_PERSONAL_DATA),
)
def export_customer(request: HttpRequest, pk: int) -> Any:
    """Everything that is held about one person, as written. Needs `customers:read` too, and a key of the whole company."""
    key = keyed(request, KeyScope.READ_PERSONAL_DATA)
    keyed(request, KeyScope.READ_CUSTOMERS)
    shown = _customer(viewer_with(for_whole_company(key)), pk)
    record_audit(by=None, action="customer.exported", target=shown)
    return personal.everything_about(shown)


@router.delete(
    "/customers/{id:pk}", response={200: ErasedShape, **problems(404)}, **needs(KeyScope.ERASE_CUSTOMERS)
)
def erase_customer(request: HttpRequest, pk: int) -> Any:
    """Erase one person everywhere, merged records included. Needs a key of the whole company. It can't be undone."""
    key = keyed(request, KeyScope.ERASE_CUSTOMERS)
    viewer = viewer_with(for_whole_company(key))
    shown = queries.visible_customers(viewer, Permission.EXPORT_DATA).filter(pk=pk).first()
    if shown is None:
        raise NotFound
    erased = services.erase_customer(customer=shown, by=None)
    return ErasedShape(
        records=len(erased.customer_ids),
        feedback=len(erased.feedback_ids),
        kept_files=list(erased.kept_files),
    )


def _called(system: str, value: str) -> list[int]:
    """The number of the living customer whom a system calls so, in a list; empty where there is none."""
    return list(queries.customers_known_as(system, [value]).values())


def _refuse_strangers(viewer: Viewer, system: str, value: str) -> None:
    """A key of a unit changes no customer of another one."""
    known = _called(system, value)
    mine = queries.visible_customers(viewer, Permission.HANDLE_FEEDBACK).filter(pk__in=known)
    if known and not mine.exists():
        raise NotAllowed("This customer belongs to another unit than the key.")


def _customer(viewer: Viewer, pk: int) -> Customer:
    shown = queries.visible_customers(viewer).filter(pk=pk).first()
    if shown is None:
        raise NotFound("This customer does not exist, or is not the key’s to see.")
    return shown


def _shape(row: Customer, viewer: Viewer) -> CustomerShape:
    is_open = viewer.holds(Permission.READ_PERSONAL_DATA, row.unit)
    names = row.identifiers.order_by("system", "value") if is_open else []
    return CustomerShape(
        id=row.pk,
        language=row.language,
        segment=str(row.segment or ""),
        unit=row.unit.code if row.unit else None,
        roles=row.roles,
        since_on=row.since_on,
        time_zone=row.time_zone,
        has_agreed=row.consented_at is not None,
        has_opted_out=row.opted_out_at is not None,
        name=row.name if is_open else None,
        email=row.email if is_open else None,
        phone=row.phone if is_open else None,
        identifiers=[Name(system=one.system, value=one.value) for one in names] if is_open else None,
    )
