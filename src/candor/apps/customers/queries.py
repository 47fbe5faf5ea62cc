"""Reads about customers."""

from django.db.models import Q, QuerySet

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .models import Customer, Identifier


def visible_customers(
    viewer: Viewer, permission: Permission = Permission.READ_FEEDBACK
) -> QuerySet[Customer]:
    """Customers of units the permission is held for; those without a unit only for who holds it for the whole organization."""
    unit_ids = viewer.unit_ids(permission)
    rows = Customer.objects.select_related("unit", "segment")
    return rows if unit_ids is None else rows.filter(unit_id__in=unit_ids)


def find_customers(viewer: Viewer, text: str) -> QuerySet[Customer]:
    """Living customers by the beginning of any word of their name, their address or an identifier."""
    rows = visible_customers(viewer).filter(merged_into=None)
    if text:
        ids = Identifier.objects.filter(value__iexact=text).values("customer_id")
        rows = rows.filter(Q(name__icontains=text) | Q(email__iexact=text) | Q(pk__in=ids))
    return rows.order_by("name", "pk")


def identity_ids(customer: Customer) -> list[int]:
    """The ids of all records that are this one person, merged ones included."""
    kept = customer.merged_into_id or customer.pk
    return [kept, *Customer.objects.filter(merged_into_id=kept).order_by("pk").values_list("pk", flat=True)]


def identifiers_of(customer: Customer) -> QuerySet[Identifier]:
    """What every system calls this person."""
    return Identifier.objects.filter(customer_id__in=identity_ids(customer)).order_by("system", "value")
