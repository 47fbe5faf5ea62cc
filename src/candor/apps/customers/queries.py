"""Reads about customers."""

from .models import Customer


def identity_ids(customer: Customer) -> list[int]:
    """The ids of all records that are this one person, merged ones included."""
    kept = customer.merged_into_id or customer.pk
    return [kept, *Customer.objects.filter(merged_into_id=kept).order_by("pk").values_list("pk", flat=True)]
