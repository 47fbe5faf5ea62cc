"""Writes about customers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from candor.apps.imports.models import BadRow
from candor.apps.organization.models import AuditEntry, Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict
from candor.foundation.parts import in_parts

from .erased import erased_among, let_back, remember_erased
from .models import Customer, Identifier, Segment
from .personal import bad_rows_of, holders, kept_files_of
from .queries import identity_ids, kept_of, records_known_as
from .tasks import erase_from_warehouse

EMAIL = "email"  # the system of identifiers that are e-mail addresses, by which everybody knows a customer


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to be added; `identifiers` are (system, value) pairs, the first of them known to be theirs alone."""

    identifiers: tuple[tuple[str, str], ...]
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    segment: str = ""
    unit_id: int | None = None
    since_on: date | None = None
    time_zone: str = ""
    consented_at: datetime | None = None


@transaction.atomic
def add_customers(*, items: Sequence[NewCustomer]) -> dict[str, int]:
    """Add customers with all their identifiers, once; returns the ids of all items by the value of the first identifier.

    Whoever is here already under the first identifier stays as they are. All first identifiers are of one system. Who was erased and turns
    to us again is known again.
    """
    (system,) = {item.identifiers[0][0] for item in items} or {""}
    known = records_known_as(system, [item.identifiers[0][1] for item in items])
    fresh = [item for item in items if item.identifiers[0][1] not in known]
    let_back(name for item in fresh for name in item.identifiers)
    segments = {
        name: Segment.objects.get_or_create(name=name)[0].pk
        for name in sorted({item.segment for item in fresh} - {""})
    }
    created = Customer.objects.bulk_create(
        (
            Customer(
                name=item.name, email=item.email, phone=item.phone, language=item.language, unit_id=item.unit_id,
                segment_id=segments.get(item.segment), since_on=item.since_on, time_zone=item.time_zone,
                consented_at=item.consented_at,
            )
            for item in fresh
        ),
        batch_size=500,
    )  # fmt: skip
    Identifier.objects.bulk_create(
        (
            Identifier(customer=customer, system=name, value=value)
            for customer, item in zip(created, fresh, strict=True)
            for name, value in item.identifiers
        ),
        batch_size=2_000,
    )
    return known | {item.identifiers[0][1]: row.pk for item, row in zip(fresh, created, strict=True)}


@transaction.atomic
def customers_by_identifier(
    *, system: str, values: Iterable[str], import_batch_id: int | None = None
) -> dict[str, int]:
    """Ids of the records that `system` calls by `values`, merged ones too; unknown ones are created, nameless, and erased ones left out."""
    wanted = sorted({value for value in values if value})
    known = records_known_as(system, wanted)
    missing = [value for value in wanted if value not in known]
    if missing:
        erased = erased_among((system, value) for value in missing)
        missing = [value for value in missing if (system, value) not in erased]
    if missing:
        created = Customer.objects.bulk_create(Customer(import_batch_id=import_batch_id) for _ in missing)
        Identifier.objects.bulk_create(
            Identifier(customer=customer, system=system, value=value)
            for customer, value in zip(created, missing, strict=True)
        )
        known |= {value: customer.pk for customer, value in zip(created, missing, strict=True)}
    return known


@transaction.atomic
def customer_of_address(
    *, address: str, name: str = "", phone: str = "", language: str = "", unit_id: int | None = None
) -> int:
    """The id of the customer who is known by an e-mail address, as an identifier or as the one address of one customer; else of a new one
    as described, since whoever writes to us is somebody to answer and, one day, to erase."""
    value = address.strip().lower()
    if value in (known := records_known_as(EMAIL, [value])):
        return known[value]
    rows = Customer.objects.filter(email__iexact=value).order_by(F("merged_into").asc(nulls_first=True), "pk")
    found = list(rows.values_list("pk", "merged_into")[:MOST_OF_AN_ADDRESS])
    if len({kept or pk for pk, kept in found}) == 1:
        return found[0][0]
    new = NewCustomer(
        identifiers=((EMAIL, value),), name=name[:160], email=value, phone=phone, language=language, unit_id=unit_id
    )  # fmt: skip
    return add_customers(items=[new])[value]


MOST_OF_AN_ADDRESS = 50  # records with one address that are looked at

_TOLD = ["name", "email", "phone", "language", "time_zone"]  # what a system may fill in where it was blank


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """What a system says of a customer whom it calls `value`; `also` are further (system, value) pairs that name the same one."""

    system: str
    value: str
    also: tuple[tuple[str, str], ...] = ()
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """A system says that two customers are one: whom it speaks of, who bears the identifier, and the identifier."""

    customer_id: int
    bearer_id: int
    system: str
    value: str


@transaction.atomic
def identify_customers(*, items: Sequence[Identified]) -> list[Clash]:
    """Take in what a system says of its customers: unknown ones are created, blanks filled, new identifiers noted.

    What is known already stays, and nobody is merged: an identifier that another customer bears stays theirs and is told as a clash,
    for people to look at. Who was erased stays away.
    """
    ids: dict[tuple[str, str], int] = {}
    for system in sorted({item.system for item in items}):
        named = customers_by_identifier(system=system, values=[i.value for i in items if i.system == system])
        ids |= {(system, value): pk for value, pk in kept_of(named).items()}
    customers = {row.pk: row for row in Customer.objects.filter(pk__in=set(ids.values()))}
    clashes = []
    for item in items:
        if (item.system, item.value) not in ids:
            continue
        customer = customers[ids[item.system, item.value]]
        for field in _TOLD:
            if getattr(item, field) and not getattr(customer, field):
                setattr(customer, field, getattr(item, field))
        clashes += _note_identifiers(customer, item.also)
    Customer.objects.bulk_update(customers.values(), _TOLD, batch_size=200)
    return clashes


def _note_identifiers(customer: Customer, pairs: Iterable[tuple[str, str]]) -> list[Clash]:
    clashes = []
    erased = erased_among(pairs := list(pairs))
    for system, value in pairs:
        if (system, value) in erased:
            continue
        row, _ = Identifier.objects.select_related("customer").get_or_create(
            system=system, value=value, defaults={"customer": customer}
        )
        bearer = row.customer.merged_into_id or row.customer_id
        if bearer != customer.pk:
            clashes.append(Clash(customer.pk, bearer, system, value))
    return clashes


@transaction.atomic
def merge_customers(*, keep: Customer, duplicate: Customer, by: Person | None) -> Customer:
    """Treat two records as one person: `duplicate` points at `keep`, its identifiers answer for `keep`.

    What the duplicate said, and will say under its names, stays attached to it; reads follow `merged_into`. So parting them gives each back
    what is theirs.
    """
    if keep.pk == duplicate.pk or keep.merged_into_id or duplicate.merged_into_id:
        raise Conflict("Choose two different customers, neither of them merged already.")
    along = Customer.objects.filter(merged_into=duplicate).order_by("pk")
    record_audit(
        by=by, action="customer.merged", target=keep, duplicate=duplicate.pk, along=list(along.values_list("pk", flat=True))
    )  # fmt: skip
    along.update(merged_into=keep)
    duplicate.merged_into = keep
    duplicate.save(update_fields=["merged_into"])
    return keep


@transaction.atomic
def undo_merge(*, duplicate: Customer, by: Person | None) -> Customer:
    """Part two records that were merged, with those that were merged into the duplicate before."""
    if not duplicate.merged_into_id:
        raise Conflict("This customer is not merged into another.")
    kept = duplicate.merged_into_id
    entries = AuditEntry.objects.filter(
        action="customer.merged", object_id=kept, facts__duplicate=duplicate.pk
    )
    entry = entries.order_by("-pk").first()
    duplicate.merged_into = None
    duplicate.save(update_fields=["merged_into"])
    along = entry.facts.get("along", []) if entry else []
    Customer.objects.filter(pk__in=along, merged_into=kept).update(merged_into=duplicate)
    record_audit(by=by, action="customer.parted", target=duplicate, kept=kept)
    return duplicate


@transaction.atomic
def opt_out(*, customer: Customer, at: datetime, by: Person | None = None) -> bool:
    """Note that a person, merged records included, does not want to be asked; whether that was news. `by` None: they said so themselves."""
    ids = identity_ids(customer)
    is_news = bool(Customer.objects.filter(pk__in=ids, opted_out_at=None).update(opted_out_at=at))
    if is_news:
        record_audit(by=by, action="customer.opted_out", target=customer)
    return is_news


@transaction.atomic
def take_back_opt_out(*, customer: Customer, by: Person | None = None) -> bool:
    """They may be asked again; whether that was news."""
    is_news = bool(
        Customer.objects.filter(pk__in=identity_ids(customer))
        .exclude(opted_out_at=None)
        .update(opted_out_at=None)
    )
    if is_news:
        record_audit(by=by, action="customer.opt_out_taken_back", target=customer)
    return is_news


@transaction.atomic
def note_consent(*, customer: Customer, at: datetime | None, by: Person | None) -> Customer:
    """Note that a person said yes to being asked, or with None that they no longer do."""
    Customer.objects.filter(pk__in=identity_ids(customer)).update(consented_at=at)
    record_audit(by=by, action="customer.consent_noted", target=customer, given=at is not None)
    customer.refresh_from_db()
    return customer


@transaction.atomic
def forget_customers_of_import(
    *, import_batch_id: int, keep: QuerySet[Any, Any], systems: Collection[str] = ()
) -> int:
    """Remove the customers that an import created, except those whose ids are in `keep`, those that people have merged, and those
    with a name whom a system other than the import's own `systems` knows too; returns how many."""
    elsewhere = Identifier.objects.exclude(system__in=[EMAIL, *systems]).filter(customer=OuterRef("pk"))
    rows = Customer.objects.filter(import_batch_id=import_batch_id, merged_into=None, merged=None)
    going = rows.filter(Q(name="") | ~Exists(elsewhere)).exclude(pk__in=keep)
    number = going.count()
    going.delete()
    return number


_TOGETHER = 512  # customers that are looked at as one while nothing is known of any


@transaction.atomic
def forget_unused_of_import(*, import_batch_id: int, system: str) -> int:
    """Remove the customers that an import added and of whom nothing else is held by now: no word, no request, no event, no name in
    another system; returns how many."""
    elsewhere = Identifier.objects.exclude(system__in=[EMAIL, system]).filter(customer=OuterRef("pk"))
    rows = Customer.objects.filter(import_batch_id=import_batch_id, merged_into=None, merged=None)
    ids = list(rows.exclude(Exists(elsewhere)).order_by("pk").values_list("pk", flat=True))
    free = [pk for part in in_parts(ids, _TOGETHER) for pk in _unheld(part)]
    for part in in_parts(free, _TOGETHER):
        Customer.objects.filter(pk__in=part).delete()
    return len(free)


def _unheld(ids: Sequence[int]) -> list[int]:
    """Those of whom no app holds anything: all at once, else one half and then the other."""
    if not any(holder.tell(ids) for holder in holders()):
        return list(ids)
    half = len(ids) // 2
    return [*_unheld(ids[:half]), *_unheld(ids[half:])] if half else []


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: records of the person, pieces of feedback, and rows of files that were handed back; `kept_files` are uploads that
    still bear them and wait for somebody to discard them."""

    customer_ids: tuple[int, ...]
    feedback_ids: tuple[int, ...]
    bad_rows: int
    kept_files: tuple[str, ...]


@transaction.atomic
def erase_customer(*, customer: Customer, by: Person | None) -> Erased:
    """Erase one person, merged records included: the record at once, the warehouse by a job that is stored with it.

    The audit log keeps that somebody was erased, by whom and when, and not who.
    """
    ids = identity_ids(customer)
    bad, files = bad_rows_of(ids), kept_files_of(ids)
    gone = [pk for holder in holders() if holder.forget for pk in holder.forget(ids)]
    BadRow.objects.filter(pk__in=[row.pk for row in bad]).delete()
    remember_erased(_names_of(ids))
    Customer.objects.filter(pk__in=ids).delete()
    erase_from_warehouse.enqueue(ids, gone)
    found = Erased(tuple(ids), tuple(gone), len(bad), tuple(str(batch) for batch in files))
    facts: dict[str, Any] = {
        "records": len(ids),
        "feedback": len(gone),
        "bad_rows": len(bad),
        "kept_files": list(found.kept_files),
    }
    record_audit(by=by, action="customer.erased", **facts)
    return found


def _names_of(customer_ids: Sequence[int]) -> set[tuple[str, str]]:
    """Every name that systems have for one person, their address among them unless somebody else shares it."""
    names = set(Identifier.objects.filter(customer__in=customer_ids).values_list("system", "value"))
    told = Customer.objects.filter(pk__in=customer_ids).exclude(email="").values_list("email", flat=True)
    names |= {(EMAIL, mail.strip().lower()) for mail in told}
    mails = [value for system, value in names if system == EMAIL]
    others = Customer.objects.exclude(pk__in=customer_ids).annotate(address=Lower("email"))
    shared = others.filter(address__in=mails).values_list("address", flat=True)
    return names - {(EMAIL, mail) for mail in shared}
