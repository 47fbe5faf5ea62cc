"""Reads of webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from .models import Delivery, Endpoint, Message


def endpoints_with_counts() -> QuerySet[Endpoint]:
    """Every endpoint, with how many of its deliveries wait and how many were given up."""
    state = Delivery.State
    return Endpoint.objects.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=state.WAITING)),
        given_up=Count("deliveries", filter=Q(deliveries__state=state.FAILED)),
        taken=Count("deliveries", filter=Q(deliveries__state=state.TAKEN)),
    ).order_by("name", "pk")


def deliveries_of(endpoint: Endpoint, *, state: str = "", event: str = "") -> QuerySet[Delivery]:
    """Deliveries of an endpoint, the latest first."""
    rows = Delivery.objects.filter(endpoint=endpoint).select_related("message").order_by("-pk")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    return rows.filter(message__event=event) if event else rows


def endpoints_with_due(now: datetime) -> list[int]:
    """Ids of active endpoints with deliveries that are due and may be tried."""
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now).values("endpoint_id")
    awake = Endpoint.objects.filter(state=Endpoint.State.ACTIVE).exclude(rests_until__gt=now)
    return list(awake.filter(pk__in=due).order_by("pk").values_list("pk", flat=True))


def messages_about(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What other systems were told about customers, and who."""
    rows = Message.objects.filter(customer_id__in=customer_ids).order_by("happened_at", "pk")
    return [
        {
            "event": message.event,
            "happened_at": message.happened_at,
            "body": message.body,
            "told_to": [delivery.endpoint.url for delivery in message.deliveries.all()],
        }
        for message in rows.prefetch_related("deliveries__endpoint")
    ]
