"""Writes about invitations on their way: those that came back, were sent once more, or never went."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from candor.foundation.outbox import announce

from .models import Invitation

_AT_ONCE = 500


@transaction.atomic
def note_bounced(*, ids: Sequence[int], at: datetime) -> int:
    """They did not arrive, so they count in no denominator; an answered one did. Returns how many are new."""
    rows = Invitation.objects.filter(pk__in=ids, bounced_at=None, is_answered=False, feedback=None)
    fresh = list(rows.values_list("pk", flat=True))
    Invitation.objects.filter(pk__in=fresh).update(bounced_at=at)
    announce("invitation", fresh)
    return len(fresh)


@transaction.atomic
def note_reminded(*, ids: Sequence[int], at: datetime) -> None:
    """A reminder of each goes out."""
    for start in range(0, len(ids), _AT_ONCE):
        rows = Invitation.objects.filter(pk__in=ids[start : start + _AT_ONCE])
        rows.update(reminded_at=at, reminders=F("reminders") + 1)


@transaction.atomic
def take_back_invitations(*, ids: Sequence[int]) -> int:
    """Remove invitations that were never sent; answered ones stay. Returns how many went."""
    rows = Invitation.objects.filter(pk__in=ids, is_answered=False, feedback=None)
    gone = list(rows.order_by("pk").values_list("pk", flat=True))
    Invitation.objects.filter(pk__in=gone).delete()
    announce("invitation", gone)
    return len(gone)
