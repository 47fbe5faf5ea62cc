"""How the chat is set up, and when people are there to answer."""

from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from candor.apps.complaints.working_time import WorkCalendar
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotFound

from .models import Setup

_NINE, _FIVE = time(9), time(17)


def the_setup() -> Setup:
    """The one row; closed as long as nobody opened it."""
    return Setup.objects.select_related("unit").first() or Setup(pk=1, weekdays=[0, 1, 2, 3, 4])


def open_setup() -> Setup:
    """The set-up, if the chat is open.

    Raises:
        NotFound: it is not.
    """
    setup = the_setup()
    if not setup.is_open:
        raise NotFound(_("There is no chat here."))
    return setup


@transaction.atomic
def change_setup(*, by: Person | None, **fields: Any) -> Setup:
    """Open or close the chat, and say how it looks, where it may stand, and when people answer."""
    setup, _new = Setup.objects.update_or_create(pk=1, defaults=fields)
    record_audit(by=by, action="chat.set_up", target=setup, is_open=setup.is_open)
    return setup


def calendar_of(setup: Setup) -> WorkCalendar:
    """When people answer."""
    return WorkCalendar(
        zone=setup.zone, weekdays=tuple(setup.weekdays or range(7)), opens=setup.opens or _NINE, closes=setup.closes or _FIVE,
        country=setup.country,
    )  # fmt: skip


def read_from(setup: Setup, at: datetime) -> datetime | None:
    """From when on a person reads what comes in now; None when they do at once."""
    calendar = calendar_of(setup)
    day = calendar.next_working(at)
    opens = calendar.hours(day).start
    return opens if opens > at else None
