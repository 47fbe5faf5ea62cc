"""Links at which customers answer: their address, and their sealed secrets, kept while a message or its reminder may still need one and
no longer."""

from datetime import datetime

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse

from .choices import Delivery, PlanState
from .models import Message


def answer_link(secret: str) -> str:
    """The address at which whoever has the secret answers."""
    return settings.CANDOR_URL + reverse("answers:invitation", args=[secret])


def forget_links(*, now: datetime) -> int:
    """Drop the sealed secrets of links that no message will carry again; returns how many."""
    ended = Q(request__invitation=None) | Q(request__invitation__is_answered=True)
    ended |= Q(request__invitation__expires_at__lte=now) | Q(request__invitation__feedback__isnull=False)
    last = Q(ordinal__gte=F("request__plan__reminders")) | Q(request__plan__state=PlanState.ENDED)
    gone = Q(delivery__in=[Delivery.SENT, Delivery.FAILED, Delivery.WITHDRAWN]) & last
    rows = Message.objects.exclude(sealed="").filter(ended | gone)
    return Message.objects.filter(pk__in=rows.values("pk")).update(sealed="")
