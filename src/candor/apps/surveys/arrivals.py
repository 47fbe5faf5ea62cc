"""Writes about invitations on their way: those that are put off, came back, were sent once more, or never went."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from candor.foundation.outbox import announce
from candor.foundation.parts import in_parts

from .models import Invitation

_AT_ONCE = 500


@transaction.atomic
def note_bounced(*, ids: Sequence[int], at: datetime) -> int:
    """They did not arrive, so they count in no denominator; an answered one did. Returns how many are new."""
    rows = Invitation.objects.filter(pk__in=ids, bounced_at=None, is_answered=False, feedback=None)
    fresh = list(rows.values_list("pk", flat=True))
    Invitation.objects.filter(pk__in=fresh).update(bounced_at=at, put_off_at=None)
    announce("invitation", fresh)
    return len(fresh)


@transaction.atomic
def note_put_off(*, ids: Sequence[int], at: datetime) -> int:
    """A server does not take them now: until it does, they count as not sent; an answered one arrived. Returns how many are new."""
    fresh: list[int] = []
    for part in in_parts(ids, _AT_ONCE):
        rows = Invitation.objects.gone().filter(pk__in=part, is_answered=False, feedback=None)
        fresh += rows.values_list("pk", flat=True)
    for part in in_parts(fresh, _AT_ONCE):
        Invitation.objects.filter(pk__in=part).update(put_off_at=at)
    announce("invitation", fresh)
    return len(fresh)


@transaction.atomic
def note_went(*, ids: Sequence[int], at: datetime) -> None:
    """What was put off goes now: the time to answer begins with this."""
    Invitation.objects.filter(pk__in=ids).exclude(put_off_at=None).update(put_off_at=None, sent_at=at)
    announce("invitation", ids)


@transaction.atomic
def note_reminded(*, ids: Sequence[int], at: datetime) -> None:
    """A reminder of each goes out."""
    for part in in_parts(ids, _AT_ONCE):
        rows = Invitation.objects.filter(pk__in=part)
        rows.update(reminded_at=at, reminders=F("reminders") + 1)


@transaction.atomic
def take_back_invitations(*, ids: Sequence[int]) -> int:
    """Remove invitations that were never sent; answered ones stay. Returns how many went."""
    rows = Invitation.objects.filter(pk__in=ids, is_answered=False, feedback=None)
    gone = list(rows.order_by("pk").values_list("pk", flat=True))
    Invitation.objects.filter(pk__in=gone).delete()
    announce("invitation", gone)
    return len(gone)
