"""Reads about customers."""

from collections.abc import Iterable, Mapping

from django.db.models import Case, Q, QuerySet, Value, When

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission, UnitKind
from candor.apps.organization.models import Unit
from candor.foundation.addresses import record_id

from .models import Customer, Identifier


def visible_customers(
    viewer: Viewer, permission: Permission = Permission.READ_FEEDBACK
) -> QuerySet[Customer]:
    """Customers of units the permission is held for; those without a unit only for who holds it for the whole organization.

    To read feedback, a team's people also see the customers of the location it belongs to, whom they serve; not their
    personal data, nor more of what they said.
    """
    rows = Customer.objects.select_related("unit", "segment")
    if viewer.sees_everything(permission):
        return rows
    held = viewer.units(permission)
    ids = {unit.pk for unit in held}
    if permission == Permission.READ_FEEDBACK:
        paths = {path for unit in held for path in unit.line}
        ids |= set(Unit.objects.filter(kind=UnitKind.LOCATION, path__in=paths).values_list("pk", flat=True))
    return rows.filter(unit_id__in=ids)


def find_customers(viewer: Viewer, text: str) -> QuerySet[Customer]:
    """Living customers by their number here, and where the viewer may read personal data by any part of the name, the
    whole e-mail address or a whole identifier of any system; those whose name is shown in its order."""
    rows = visible_customers(viewer).filter(merged_into=None)
    unit_ids = viewer.unit_ids(Permission.READ_PERSONAL_DATA)
    if text:
        rows = rows.filter(
            Q(pk=record_id(text) or 0) | Q(pk__in=_by_personal_data(viewer, text).values("pk"))
        )
    if unit_ids is None:
        return rows.order_by("name", "pk")
    if not unit_ids:  # PostgreSQL orders by no constant, which the expression below would be
        return rows.order_by("pk")
    shown_name = Case(When(unit_id__in=unit_ids, then="name"), default=Value(""))
    return rows.order_by(shown_name, "pk")


def _by_personal_data(viewer: Viewer, text: str) -> QuerySet[Customer]:
    ids = Identifier.objects.filter(value__iexact=text).values("customer_id")
    readable = visible_customers(viewer, Permission.READ_PERSONAL_DATA)
    return readable.filter(Q(name__icontains=text) | Q(email__iexact=text) | Q(pk__in=ids))


def merged_into(customer: Customer, viewer: Viewer) -> QuerySet[Customer]:
    """The records that were merged into this one, as far as the viewer sees their units."""
    return visible_customers(viewer).filter(merged_into=customer).order_by("pk")


def identity_ids(customer: Customer) -> list[int]:
    """The ids of all records that are this one person, merged ones included."""
    kept = customer.merged_into_id or customer.pk
    return [kept, *Customer.objects.filter(merged_into_id=kept).order_by("pk").values_list("pk", flat=True)]


def ids_of_person(customer_id: int) -> list[int]:
    """The same for a customer's number; empty for nobody's."""
    customer = Customer.objects.filter(pk=customer_id).first()
    return identity_ids(customer) if customer else []


def identifiers_of(customer: Customer, viewer: Viewer) -> QuerySet[Identifier]:
    """What every system calls this person, from the records whose personal data the viewer may read."""
    readable = visible_customers(viewer, Permission.READ_PERSONAL_DATA).filter(pk__in=identity_ids(customer))
    return Identifier.objects.filter(customer__in=readable.values("pk")).order_by("system", "value")


def records_known_as(system: str, values: Iterable[str]) -> dict[str, int]:
    """Ids of the records that `system` calls by `values`, merged ones too; unknown ones are left out.

    What somebody says under a name is attached to the record that bears it, so that parting two that were merged by mistake gives each
    back what is theirs; reads go by `identity_ids`.
    """
    wanted = sorted({value for value in values if value})
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        rows = Identifier.objects.filter(system=system, value__in=wanted[start : start + 500])
        found |= dict(rows.values_list("value", "customer_id"))
    return found


def customers_known_as(system: str, values: Iterable[str]) -> dict[str, int]:
    """The same with the ids of the living customers: of merged records the one that is kept."""
    return kept_of(records_known_as(system, values))


def kept_of(records: Mapping[str, int]) -> dict[str, int]:
    """The same names with the record that is kept in the place of one that was merged."""
    kept: dict[int, int] = {}
    ids = sorted(set(records.values()))
    for start in range(0, len(ids), 500):
        rows = Customer.objects.filter(pk__in=ids[start : start + 500]).exclude(merged_into=None)
        kept |= dict(rows.values_list("pk", "merged_into_id"))
    return {name: kept.get(pk, pk) for name, pk in records.items()}
