"""The form “Tell us” at which anybody writes: whether it is open, and what becomes of what is sent."""

import time
from datetime import datetime

from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from candor.apps.customers.services import customer_of_address
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit
from candor.foundation import strangers
from candor.foundation.errors import InvalidInput, NotFound, TryLater
from candor.foundation.references import new_reference

from .choices import Channel
from .models import Conversation, PublicForm
from .queries import FORM as SOURCE
from .services import NewConversation, begin, receive_message

FORM = "conversations"
LEAST_SECONDS = 3.0
limit = strangers.Limit(of_one=12, of_all=600, seconds=3_600)
_sent = signing.Signer(salt="conversations.sent")


def the_form() -> PublicForm:
    """The one row; closed as long as nobody opened it."""
    return PublicForm.objects.select_related("unit").first() or PublicForm(pk=1)


def open_form() -> PublicForm:
    """The form, if it is open.

    Raises:
        NotFound: it is not.
    """
    form = the_form()
    if not form.is_open:
        raise NotFound(_("There is no form here."))
    return form


@transaction.atomic
def change_form(
    *, is_open: bool, welcome: str, consent: str, thanks: str, unit: Unit | None, by: Person | None
) -> PublicForm:
    """Open or close the form, and say what stands on it."""
    values = {"is_open": is_open, "welcome": welcome, "consent": consent, "thanks": thanks, "unit": unit}
    form, _new = PublicForm.objects.update_or_create(pk=1, defaults=values)
    record_audit(by=by, action="conversation_form.changed", target=form, is_open=is_open)
    return form


def hold_off(request: HttpRequest) -> None:
    """Turn away what no person sends.

    Raises:
        InvalidInput: the hidden field is filled, or the form came back before anybody can have filled it in.
        TryLater: too many came from there.
    """
    if request.POST.get(strangers.TRAP):
        raise InvalidInput(
            _("This was not taken: a field that people don’t see was filled in. Leave it empty.")
        )
    if not strangers.is_stamped(FORM, request.POST.get("opened", ""), least_seconds=LEAST_SECONDS):
        raise InvalidInput(
            _(
                "This was not taken: it came back sooner than anybody writes it, or after a day. Your words stand below: send them once more."
            )
        )
    if not limit.take(strangers.sender_of(request), now=time.monotonic()):
        raise TryLater(
            _("Too much came from your address within an hour. Nothing of this was kept."), seconds=600
        )


@transaction.atomic
def take_in(*, text: str, name: str, email: str, at: datetime | None = None) -> Conversation:
    """Begin a conversation with what the form says; its key is the number that whoever wrote is told."""
    at, form = at or timezone.now(), open_form()
    customer_id = customer_of_address(address=email, name=name) if email else None
    new = NewConversation(
        channel=Channel.FORM, source=SOURCE, key=new_reference(at), name=name, address=email.lower(), customer_id=customer_id,
        unit_id=form.unit_id, language=translation.get_language() or "",
    )  # fmt: skip
    row = begin(new=new, at=at)
    receive_message(conversation=row, text=text, key=row.key, at=at)
    return row


def written(conversation: Conversation) -> str:
    """The number of a conversation, signed, for the page that thanks: nobody learns there whether another number exists."""
    return _sent.sign(conversation.key)


def read(token: str) -> str:
    """The number that was signed.

    Raises:
        NotFound: it was not.
    """
    try:
        return _sent.unsign(token)
    except signing.BadSignature as error:
        raise NotFound(_("There is nothing here.")) from error
