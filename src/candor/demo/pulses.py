"""The pulse that the simulated lender's staff answered two months ago; what may be shown of it is worked out by the product itself."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np
from django.db import transaction

from candor.apps.frontline.choices import PulseState
from candor.apps.frontline.models import Pulse, PulseAnswer, PulseComment, PulseSeat
from candor.apps.frontline.pulses import close_pulse
from candor.apps.organization.models import Person

AGO: Final = timedelta(days=70)
OPEN_FOR: Final = timedelta(days=14)
ANSWERING: Final = 0.8  # of the staff
_STREAM: Final = 20_26  # keeps its chance apart from that of the rest
_STATEMENTS: Final = (
    "I can do what our customers need from me.", "My team solves problems instead of passing them on.",
    "What we learn from customers changes how we work.", "I know what is expected of me.", "I would choose to work here again.",
)  # fmt: skip
_QUESTION: Final = "What should we change first?"
_COMMENTS: Final = (
    "A checklist for documents that is the same in every branch.", "Answer the phone in the middle of the month too.",
    "Fewer systems for one application.", "Give us the reasons for a decline in words that customers understand.",
    "Let us see where the appraisal stands.", "More people in underwriting at the end of the quarter.",
    "Nobody reads the weekly report. Stop it.", "Say thank you when a closing went well.", "Tell us what became of our ideas.",
    "The portal logs customers out while they upload.", "Training for the new escrow rules.", "Two screens at every desk.",
)  # fmt: skip


@transaction.atomic
def fill_a_pulse(*, today: date, seed: int) -> None:
    """Ask the staff, answer for most of them by chance, and close it; once."""
    people = list(
        Person.objects.filter(is_active=True).exclude(email=None).order_by("pk").values_list("pk", "unit")
    )
    if Pulse.objects.exists() or not people:
        return
    opened = datetime.combine(today - AGO, time(9), tzinfo=UTC)
    pulse = Pulse.objects.create(
        name="Pulse, two months ago", statements=list(_STATEMENTS), open_question=_QUESTION, state=PulseState.OPEN, opened_at=opened,
        closes_on=(opened + OPEN_FOR).date(),
    )  # fmt: skip
    rng = np.random.default_rng([seed, _STREAM])
    has_answered = rng.random(len(people)) < ANSWERING
    PulseSeat.objects.bulk_create(
        PulseSeat(pulse=pulse, person_id=pk, unit_id=unit, is_answered=bool(done)) for (pk, unit), done in zip(people, has_answered, strict=True)
    )  # fmt: skip
    units = [unit for (_pk, unit), done in zip(people, has_answered, strict=True) if done]
    recommend = np.clip(np.rint(rng.normal(7.8, 1.8, len(units))), 0, 10)
    agreed = np.clip(np.rint(rng.normal(3.9, 0.8, (len(units), len(_STATEMENTS)))), 1, 5).mean(axis=1)
    PulseAnswer.objects.bulk_create(
        PulseAnswer(pulse=pulse, unit_id=unit, recommend=int(likely), engagement=float(mean))
        for unit, likely, mean in zip(units, recommend, agreed, strict=True)
    )
    writing = rng.permutation(len(units))[: len(_COMMENTS)]
    PulseComment.objects.bulk_create(
        PulseComment(pulse=pulse, unit_id=units[at], text=text)
        for at, text in zip(writing, _COMMENTS, strict=False)
    )
    close_pulse(pulse=pulse, by=None)
    pulse.refresh_from_db()
    pulse.closed_at = opened + OPEN_FOR
    pulse.save(update_fields=["closed_at"])
