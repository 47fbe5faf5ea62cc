"""Writes of Share: who gets a digest, and sending it."""

import logging
from datetime import date, datetime
from email.mime.image import MIMEImage

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.translation import gettext as _

from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit
from candor.foundation.errors import DomainError

from .choices import Rhythm
from .digest import CHART_ID, Digest, as_html, as_text, digest_of, digest_scope, may_read
from .errors import NoAddress
from .models import DigestSubscription

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
    """Mail everybody whose day has come; each day is claimed first, so that two workers send one mail.

    A mail that could not be sent is tried again with the next run, and holds up nobody else's.
    """
    sent = 0
    waiting = (
        DigestSubscription.objects.filter(person__is_active=True)
        .select_related("person", "unit")
        .order_by("pk")
    )
    for held in [one for one in waiting if one.is_due(today)]:
        before = held.last_sent_on
        mine = DigestSubscription.objects.filter(pk=held.pk, last_sent_on=before).update(last_sent_on=today)
        if not mine:
            continue
        try:
            sent += send_digest(
                person=held.person, unit=held.unit, rhythm=Rhythm(held.rhythm), now=now, today=today
            )
        except (OSError, DomainError):
            logger.exception("The digest of %s could not be sent", held.person)
            DigestSubscription.objects.filter(pk=held.pk, last_sent_on=today).update(last_sent_on=before)
    return sent


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
