"""What another system says of a customer takes the place of what was known; what it does not say stays."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict

from .erased import refuse_erased
from .models import Customer, Identifier, Segment
from .queries import customers_known_as
from .services import note_consent, opt_out


def is_zone(name: str) -> bool:
    """Whether it is a time zone as IANA names them, or nothing."""
    try:
        return not name or bool(ZoneInfo(name))
    except (KeyError, OSError, ValueError):
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of the customer whom `system` calls `value`; None where nothing is said. `also` names the same one elsewhere.

    A system can tell that they agreed to be asked, took that back, or don't want to be asked; that they do after all, only they themselves
    or a person can.
    """

    system: str
    value: str
    also: tuple[tuple[str, str], ...] = ()
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    time_zone: str | None = None
    segment: str | None = None
    unit_id: int | None = None
    since_on: date | None = None
    has_agreed: bool | None = None
    has_opted_out: bool = False


_PLAIN = ("name", "email", "phone", "language", "time_zone", "unit_id", "since_on")


@transaction.atomic
def put_customer(*, said: Said, at: datetime, by: Person | None) -> tuple[Customer, bool]:
    """Add a customer or change what is said of one, told at `at`; the second part tells whether they are new.

    Raises:
        ErasedBefore: one of the names was that of somebody who was erased.
        Conflict: one of the names belongs to another customer; nothing was changed. People merge customers, systems don't.
    """
    known = customers_known_as(said.system, [said.value]).get(said.value)
    refuse_erased([(said.system, said.value), *said.also])
    customer, changed = _take(said, known, at, by)
    record_audit(by=by, action="customer.put", target=customer, is_new=not known, fields=sorted(changed))
    return customer, not known


@transaction.atomic
def bring_customer(
    *, said: Said, known: int | None, at: datetime, by: Person | None, import_batch_id: int
) -> Customer:
    """Add the customer of a row of a file, or change what it says of the one whose number is `known`; the import itself is what the
    audit log keeps.

    Raises:
        Conflict: one of the names belongs to another customer; nothing was changed.
    """
    return _take(said, known, at, by, import_batch_id=import_batch_id)[0]


def _take(
    said: Said, known: int | None, at: datetime, by: Person | None, *, import_batch_id: int | None = None
) -> tuple[Customer, list[str]]:
    """The customer as said, and which fields were set."""
    new = Customer(import_batch_id=import_batch_id)
    customer = Customer.objects.select_for_update().get(pk=known) if known else new
    changed = {name: value for name in _PLAIN if (value := getattr(said, name)) is not None}
    if said.segment is not None:
        changed["segment"] = Segment.objects.get_or_create(name=said.segment)[0] if said.segment else None
    for name, value in changed.items():
        setattr(customer, name, value)
    if known:
        customer.save(update_fields=list(changed))
    else:
        customer.save(force_insert=True)
    _name(customer, [(said.system, said.value), *said.also])
    _note_wishes(customer, said, at, by)
    return customer, list(changed)


def _note_wishes(customer: Customer, said: Said, at: datetime, by: Person | None) -> None:
    """Consent keeps the day on which it was told first, however often a system says it again."""
    if said.has_agreed is not None and said.has_agreed != (customer.consented_at is not None):
        note_consent(customer=customer, at=at if said.has_agreed else None, by=by)
    if said.has_opted_out:
        opt_out(customer=customer, at=at, by=by)


def _name(customer: Customer, names: list[tuple[str, str]]) -> None:
    for system, value in names:
        row, _ = Identifier.objects.select_related("customer").get_or_create(
            system=system, value=value, defaults={"customer": customer}
        )
        if customer.pk not in {row.customer_id, row.customer.merged_into_id}:
            raise Conflict(
                f"“{system}” calls another customer “{value}”. Nothing was changed; if the two are one person, somebody may merge them on their page."
            )
