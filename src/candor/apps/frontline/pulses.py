"""Writes of pulses: who is asked, what is answered, and what may be shown once it is closed."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.analytics import Thresholds
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import InvalidInput, NotFound
from candor.foundation.masking import mask

from . import news
from .choices import PulseState
from .errors import PulseAnswered, PulseNotOpen
from .models import Pulse, PulseAnswer, PulseComment, PulseSeat
from .results import forget_how_they_came, work_out
from .tasks import ask_to_pulse

MAILS_AT_ONCE = 100


@transaction.atomic
def draft_pulse(*, name: str, statements: Sequence[str], open_question: str, by: Person) -> Pulse:
    """Write a pulse. Its thresholds are those of the last one at least: after launch they only go up."""
    last = Pulse.objects.exclude(state=PulseState.DRAFT).order_by("-pk").first()
    least = Thresholds(scores=last.least_scores, comments=last.least_comments) if last else Thresholds()
    pulse = Pulse.objects.create(
        name=name, statements=list(statements), open_question=open_question, made_by=by,
        least_scores=least.scores, least_comments=least.comments,
    )  # fmt: skip
    record_audit(by=by, action="pulse.drafted", target=pulse)
    return pulse


@transaction.atomic
def open_pulse(*, pulse: Pulse, closes_on: date, by: Person) -> Pulse:
    """Ask everybody who can sign in, each with the unit they are in today.

    Raises:
        PulseNotOpen: it was opened before.
        InvalidInput: the last day lies in the past, or there are too few people for any result.
    """
    if pulse.state != PulseState.DRAFT:
        raise PulseNotOpen(_("This pulse was opened before."))
    if closes_on <= timezone.localdate():
        raise InvalidInput(_("Choose a last day in the future."))
    people = Person.objects.filter(is_active=True).exclude(email=None).order_by("pk")
    seats = PulseSeat.objects.bulk_create(
        PulseSeat(pulse=pulse, person=person, unit_id=person.unit_id) for person in people
    )
    if len(seats) < pulse.least_scores:
        raise InvalidInput(
            _("There are %(n)s people here. With fewer than %(least)s nothing could be shown.")
            % {"n": len(seats), "least": pulse.least_scores}
        )
    pulse.state, pulse.opened_at, pulse.closes_on = PulseState.OPEN, timezone.now(), closes_on
    pulse.save(update_fields=["state", "opened_at", "closes_on"])
    ids = [seat.pk for seat in seats]
    for start in range(0, len(ids), MAILS_AT_ONCE):
        ask_to_pulse.enqueue(pulse.pk, ids[start : start + MAILS_AT_ONCE])
    record_audit(
        by=by, action="pulse.opened", target=pulse, asked=len(seats), closes_on=closes_on.isoformat()
    )
    news.tell_opened(pulse, asked=len(seats))
    return pulse


@transaction.atomic
def answer_pulse(
    *, pulse: Pulse, by: Person, recommend: int | None, agreed: Mapping[int, int], comment: str
) -> None:
    """Take one person's answer, once. It is stored without the person, the time and its place in a row; nothing is audited.

    Args:
        agreed: By number of the statement, 1 to 5.

    Raises:
        NotFound: this person is not asked.
        PulseNotOpen, PulseAnswered: it is too late.
        InvalidInput: nothing is answered, or an answer lies beside its scale.
    """
    seats = PulseSeat.objects.select_for_update(of=("self",)).select_related("pulse")
    seat = seats.filter(pulse=pulse, person=by).first()
    if seat is None:
        raise NotFound(_("You came after this pulse was opened, so you are not asked in it."))
    if seat.pulse.state != PulseState.OPEN:
        raise PulseNotOpen(_("This pulse is over."))
    if seat.is_answered:
        raise PulseAnswered(
            _("You have answered already. Nobody can find your answer any more, so it can’t be changed.")
        )
    _expect_answers(recommend, agreed, comment)
    engagement = sum(agreed.values()) / len(agreed) if agreed else None
    PulseAnswer.objects.create(pulse=pulse, unit_id=seat.unit_id, recommend=recommend, engagement=engagement)
    if comment.strip():
        PulseComment.objects.create(pulse=pulse, unit_id=seat.unit_id, text=mask(comment.strip()).text)
    seat.is_answered = True
    seat.save(update_fields=["is_answered"])


def _expect_answers(recommend: int | None, agreed: Mapping[int, int], comment: str) -> None:
    if recommend is not None and not 0 <= recommend <= 10:
        raise InvalidInput(_("A number from 0 to 10 is expected."))
    if any(not 1 <= value <= 5 for value in agreed.values()):
        raise InvalidInput(_("A number from 1 to 5 is expected."))
    if recommend is None and not agreed and not comment.strip():
        raise InvalidInput(_("Answer at least one question."))


@transaction.atomic
def close_pulse(*, pulse: Pulse, by: Person | None) -> Pulse:
    """End a pulse and work out, once, what of it may be shown."""
    if Pulse.objects.select_for_update().get(pk=pulse.pk).state != PulseState.OPEN:
        raise PulseNotOpen(_("This pulse is not open."))
    pulse.state, pulse.closed_at = PulseState.CLOSED, timezone.now()
    pulse.results = work_out(pulse)
    pulse.save(update_fields=["state", "closed_at", "results"])
    forget_how_they_came(pulse)
    record_audit(by=by, action="pulse.closed", target=pulse)
    news.tell_closed(pulse)
    return pulse


@transaction.atomic
def drop_pulse(*, pulse: Pulse, by: Person) -> None:
    """Remove a draft."""
    if pulse.state != PulseState.DRAFT:
        raise PulseNotOpen(_("Only a draft can be removed."))
    record_audit(by=by, action="pulse.dropped", target=pulse, name=pulse.name)
    pulse.delete()
