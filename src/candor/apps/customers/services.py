"""Writes about customers."""

from collections.abc import Iterable

from django.db import transaction

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict

from .models import Customer, Identifier


@transaction.atomic
def customers_by_identifier(
    *, system: str, values: Iterable[str], import_batch_id: int | None = None
) -> dict[str, int]:
    """Ids of the living customers that `system` calls by `values`; unknown ones are created, nameless."""
    wanted = sorted({value for value in values if value})
    known = _known(system, wanted)
    missing = [value for value in wanted if value not in known]
    if missing:
        created = Customer.objects.bulk_create(Customer(import_batch_id=import_batch_id) for _ in missing)
        Identifier.objects.bulk_create(
            Identifier(customer=customer, system=system, value=value)
            for customer, value in zip(created, missing, strict=True)
        )
        known |= {value: customer.pk for customer, value in zip(created, missing, strict=True)}
    return known


def _known(system: str, values: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(values), 500):
        rows = Identifier.objects.filter(system=system, value__in=values[start : start + 500])
        for value, customer, merged_into in rows.values_list(
            "value", "customer_id", "customer__merged_into_id"
        ):
            found[value] = merged_into or customer
    return found


@transaction.atomic
def merge_customers(*, keep: Customer, duplicate: Customer, by: Person | None) -> Customer:
    """Treat two records as one person: `duplicate` points at `keep`, its identifiers answer for `keep`.

    What the duplicate said stays attached to it; reads follow `merged_into`.
    """
    if keep.pk == duplicate.pk or keep.merged_into_id or duplicate.merged_into_id:
        raise Conflict("Choose two different customers, neither of them merged already.")
    duplicate.merged_into = keep
    duplicate.save(update_fields=["merged_into"])
    Customer.objects.filter(merged_into=duplicate).update(merged_into=keep)
    record_audit(by=by, action="customer.merged", target=keep, duplicate=duplicate.pk)
    return keep


@transaction.atomic
def undo_merge(*, duplicate: Customer, by: Person | None) -> Customer:
    """Part two records that were merged."""
    if not duplicate.merged_into_id:
        raise Conflict("This customer is not merged into another.")
    kept = duplicate.merged_into_id
    duplicate.merged_into = None
    duplicate.save(update_fields=["merged_into"])
    record_audit(by=by, action="customer.parted", target=duplicate, kept=kept)
    return duplicate
