"""Writes of Share: who gets a digest, and sending it."""

import logging
from datetime import date, datetime, timedelta
from email.mime.image import MIMEImage

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit

from .choices import Rhythm
from .digest import CHART_ID, Digest, as_html, as_text, digest_of, digest_scope, may_read
from .errors import NoAddress
from .models import DigestSubscription

CLAIM_HOLDS = timedelta(minutes=30)  # a digest takes seconds; the worker of an older claim is gone

logger = logging.getLogger(__name__)


@transaction.atomic
def subscribe(*, person: Person, rhythm: Rhythm, unit: Unit | None, today: date) -> DigestSubscription:
    """Have the digest sent to a person from the next Monday (first of the month) on."""
    made, _created = DigestSubscription.objects.update_or_create(
        person=person,
        defaults={"rhythm": rhythm, "unit": unit},
        create_defaults={"rhythm": rhythm, "unit": unit, "last_sent_on": today},
    )
    record_audit(
        by=person, action="digest.subscribed", target=made, rhythm=rhythm, unit=unit.pk if unit else None
    )
    return made


@transaction.atomic
def unsubscribe(*, person: Person) -> None:
    """Send no more digests to a person."""
    for held in DigestSubscription.objects.filter(person=person):
        record_audit(by=person, action="digest.unsubscribed", target=held)
        held.delete()


def send_digest(*, person: Person, unit: Unit | None, rhythm: Rhythm, now: datetime, today: date) -> bool:
    """Mail a person what they may see now; False when they may read no reports (any more).

    Raises:
        NoAddress: no mail address is known.
    """
    viewer = viewer_of(person)
    if not may_read(viewer, unit):
        return False
    if not person.email:
        raise NoAddress(_("No mail address is known for you; an administrator can add it."))
    made = digest_of(digest_scope(viewer, unit=unit, rhythm=rhythm, today=today), now=now)
    message_of(made, to=person.email).send()
    with transaction.atomic():
        record_audit(
            by=person, action="digest.sent", target=person, rhythm=rhythm, unit=unit.pk if unit else None
        )
    return True


def send_due_digests(*, now: datetime, today: date) -> int:
    """Mail everybody whose day has come; returns how many were sent.

    A digest is claimed before it is made and noted as sent after it was, so that two workers do not send the same one. What
    fails, for whatever reason, is logged and tried again with the next run, and holds up nobody else's; the claim of a worker
    that died runs out. Only a worker that dies between sending and noting it leaves a digest that is sent twice.
    """
    sent = 0
    waiting = (
        DigestSubscription.objects.filter(person__is_active=True)
        .select_related("person", "unit")
        .order_by("pk")
    )
    for held in [one for one in waiting if one.is_due(today)]:
        if not _claim(held, now=now):
            continue
        mine = DigestSubscription.objects.filter(pk=held.pk, claimed_at=now)
        try:
            sent += send_digest(
                person=held.person, unit=held.unit, rhythm=Rhythm(held.rhythm), now=now, today=today
            )
        except Exception:
            logger.exception("The digest of %s could not be sent", held.person)
            mine.update(claimed_at=None)
        else:
            mine.update(last_sent_on=today, claimed_at=None)
    return sent


def _claim(held: DigestSubscription, *, now: datetime) -> bool:
    """Whether the digest is ours to send: nobody has sent it since it was read, and nobody is sending it."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_HOLDS)
    unsent = DigestSubscription.objects.filter(free, pk=held.pk, last_sent_on=held.last_sent_on)
    return unsent.update(claimed_at=now) == 1


def message_of(digest: Digest, *, to: str) -> EmailMultiAlternatives:
    """The mail: plain text, HTML, and the picture inside it."""
    message = EmailMultiAlternatives(digest.subject, as_text(digest), to=[to])
    message.attach_alternative(as_html(digest, for_mail=True), "text/html")
    if digest.chart:
        picture = MIMEImage(digest.chart, "png")
        picture.add_header("Content-ID", f"<{CHART_ID}>")
        picture.add_header("Content-Disposition", "inline", filename="chart.png")
        message.mixed_subtype = "related"  # type: ignore[attr-defined]  # so that readers show it in its place
        message.attach(picture)
    return message
