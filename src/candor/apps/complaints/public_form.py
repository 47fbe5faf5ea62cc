"""The form at which anybody complains: whether it is open, and what becomes of what is sent."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit
from candor.foundation import strangers
from candor.foundation.attachments import NewFile
from candor.foundation.errors import InvalidInput, NotFound, TryLater

from .choices import Entry, Preference
from .households import Who
from .models import Complaint, PublicForm
from .opening import open_complaint
from .services import NewComplaint

FORM = "complaints"
LEAST_SECONDS = 3.0
limit = strangers.Limit(of_one=12, of_all=600, seconds=3_600)
_sent = signing.Signer(salt="complaints.sent")


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
        raise NotFound(_("There is no form for complaints here."))
    return form


@transaction.atomic
def change_form(
    *, is_open: bool, welcome: str, thanks: str, unit: Unit | None, by: Person | None
) -> PublicForm:
    """Open or close the form, and say what stands on it."""
    form, _new = PublicForm.objects.update_or_create(
        pk=1, defaults={"is_open": is_open, "welcome": welcome, "thanks": thanks, "unit": unit}
    )
    record_audit(by=by, action="complaint_form.changed", target=form, is_open=is_open)
    return form


def hold_off(request: HttpRequest) -> None:
    """Turn away what no person sends.

    Raises:
        InvalidInput: the hidden field is filled, or the form came back before anybody can have filled it in.
        TryLater: too many came from there.
    """
    if request.POST.get(strangers.TRAP):
        raise InvalidInput(
            _(
                "This was not taken: a field that people don’t see was filled in. It is empty again, and your words stand below: send them once more."
            )
        )
    if not strangers.is_stamped(FORM, request.POST.get("opened", ""), least_seconds=LEAST_SECONDS):
        raise InvalidInput(
            _(
                "This was not taken: it came back sooner than anybody writes it, or after a day. Your words stand below: send them once more."
            )
        )
    if not limit.take(strangers.sender_of(request), now=time.monotonic()):
        raise TryLater(
            _("Too many complaints came from your address within an hour. Nothing of this one was kept."),
            seconds=600,
        )


def take_in(fields: dict[str, Any], files: Sequence[NewFile], *, at: datetime | None = None) -> Complaint:
    """Store what the form says as a complaint."""
    at = at or timezone.now()
    form = open_form()
    who = Who(
        **{name: fields[name] for name in ("name", "email", "phone", "address", "postcode")},
        language=translation.get_language() or "", preference=Preference(fields["preference"]),
    )  # fmt: skip
    words = "\n\n".join(filter(None, (fields["comment"], _wish(fields["wish"]))))
    what = NewComplaint(
        key="", received_on=timezone.localtime(at).date(), entry=Entry.WEB, channel="web", comment=words, product=fields["product"],
        issue=fields["issue"], unit_id=form.unit_id, who=who,
    )  # fmt: skip
    return open_complaint(what=what, by=None, files=files, at=at)


def _wish(text: str) -> str:
    return _("What would put it right: %(wish)s") % {"wish": text} if text else ""


def written(complaint: Complaint) -> str:
    """The number of a complaint, signed, for the page that thanks: nobody learns there whether another number exists."""
    return _sent.sign(complaint.reference)


def read(token: str) -> str:
    """The number that was signed.

    Raises:
        NotFound: it was not.
    """
    try:
        return _sent.unsign(token)
    except signing.BadSignature as error:
        raise NotFound(_("There is nothing here.")) from error
