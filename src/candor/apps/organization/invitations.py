"""The link of an invitation: a signed token in a mail, good once and for a time."""

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from candor.foundation.errors import NotFound

from .models import Invitation
from .queries import workspace

_SALT = "organization.invitation"


def link_of(invitation: Invitation) -> str:
    """The address that accepts the invitation."""
    token = signing.dumps(invitation.pk, salt=_SALT)
    return f"{settings.CANDOR_URL}{reverse('organization:accept', args=[token])}"


def open_invitation(token: str) -> Invitation:
    """The invitation behind a token; it is good for as long as whoever invited may sign in.

    Raises:
        NotFound: the token is forged, or the invitation is used, revoked or too old, or whoever invited has left.
    """
    try:
        number = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise NotFound("This link is not complete. Open it from the invitation mail once more.") from error
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None, invited_by__is_active=True)
    invitation = waiting.filter(pk=number).first()
    if invitation is None or invitation.expires_at < timezone.now():
        raise NotFound("This invitation was used, taken back or is too old. Ask for a new one.")
    return invitation


def send_invitation(invitation: Invitation) -> None:
    """Mail the link."""
    context = {"invitation": invitation, "link": link_of(invitation), "workspace": workspace()}
    body = render_to_string("organization/invitation.txt", context)
    send_mail(
        f"{invitation.invited_by.name} invites you to {workspace().name}", body, None, [invitation.email]
    )
