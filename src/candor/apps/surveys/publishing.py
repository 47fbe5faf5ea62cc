"""Writes that let a survey out: publishing a version, opening, closing, a time to do so by itself."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.apps.feedback.choices import AnswerKind
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict, InvalidInput

from .asked import Asked, asked_in
from .checks import check
from .designing import Definition
from .differences import reworded, shifted
from .errors import DraftChanged, MeaningChanged, NotReady
from .models import Question, Survey, SurveyVersion


@transaction.atomic
def publish(
    *, survey: Survey, revision: int, by: Person | None, same_meaning: Sequence[str] = ()
) -> SurveyVersion:
    """Make the draft the version that customers get from now on, and tell the rest of the product what it asks.

    `same_meaning` are keys of measured questions whose words changed while the author vouches that they ask the same.

    Raises:
        DraftChanged: the draft is not the one that was looked at.
        NotReady: something in it must be mended first.
        MeaningChanged: answers of before and after would be counted together though they mean different things.
    """
    locked = Survey.objects.select_for_update().get(pk=survey.pk)
    definition = _checked(locked, revision)
    last = locked.versions.first()
    if last is not None and last.definition == definition:
        raise Conflict(_("Version %(n)s is the same; there is nothing to publish.") % {"n": last.number})
    _refuse_another_meaning(locked, last, definition, frozenset(same_meaning))
    made = SurveyVersion.objects.create(
        survey=locked, number=(last.number if last else 0) + 1, definition=definition, published_by=by
    )
    _tell_what_is_asked(locked, definition)
    if locked.state == Survey.State.DRAFT:
        locked.state = Survey.State.OPEN
        locked.save(update_fields=["state"])
    survey.state = locked.state
    record_audit(by=by, action="survey.published", target=locked, version=made.number)
    return made


def _checked(survey: Survey, revision: int) -> Definition:
    if survey.draft is None:
        raise Conflict(_("This survey’s answers come from files; there is nothing to publish."))
    if survey.draft_revision != revision:
        raise DraftChanged(
            _("The survey was changed after you looked at it. Look at what changed, then publish.")
        )
    if faults := check(survey.draft).faults:
        more = ngettext(
            "%(n)s thing must be mended first: %(what)s",
            "%(n)s things must be mended first. The first: %(what)s",
            len(faults),
        )
        raise NotReady(more % {"n": len(faults), "what": faults[0].words})
    return survey.draft


def _refuse_another_meaning(
    survey: Survey, last: SurveyVersion | None, definition: Definition, same_meaning: frozenset[str]
) -> None:
    if found := shifted(published_questions(survey), definition):
        raise MeaningChanged(
            _(
                "“%(name)s” (%(key)s) %(why)s. Earlier answers and later ones would be counted together. Give it a new key."
            )
            % {"name": found[0].name, "key": found[0].key, "why": found[0].why}
        )
    unsaid = (
        [one for one in reworded(last.definition, definition) if one[0] not in same_meaning] if last else []
    )
    if unsaid:
        raise MeaningChanged(
            _("Say of “%(name)s” (%(key)s) whether it still asks the same; if not, give it a new key.")
            % {"name": unsaid[0][2], "key": unsaid[0][0]}
        )


def published_questions(survey: Survey) -> dict[str, Asked]:
    """What was ever published under each key."""
    return {
        row.key: Asked(
            key=row.key, question=row.key, text=row.text, kind=AnswerKind(row.kind), lowest=row.lowest, highest=row.highest,
            is_high_good=row.is_high_good,
        )
        for row in Question.objects.filter(survey=survey)
    }  # fmt: skip


def _tell_what_is_asked(survey: Survey, definition: Definition) -> None:
    """Keep the survey's questions as the version asks them; those that it no longer asks stay, as their answers do."""
    known = {row.key: row for row in Question.objects.filter(survey=survey)}
    for position, one in enumerate(asked_in(definition)):
        row = known.get(one.key)
        if row is None:
            Question.objects.create(
                survey=survey, key=one.key, text=one.text, kind=one.kind, lowest=one.lowest, highest=one.highest,
                is_high_good=one.is_high_good, position=position,
            )  # fmt: skip
        elif (row.text, row.position) != (one.text, position):
            row.text, row.position = one.text, position
            row.save(update_fields=["text", "position"])


@transaction.atomic
def set_open(*, survey: Survey, is_open: bool, by: Person | None) -> None:
    """Open a survey, or close it; answers that are being given when it closes are refused with a friendly page.

    Raises:
        Conflict: nothing was published yet.
    """
    locked = Survey.objects.select_for_update().get(pk=survey.pk)
    if not locked.versions.exists():
        raise Conflict(_("Publish “%(name)s” first.") % {"name": survey})
    wanted = Survey.State.OPEN if is_open else Survey.State.CLOSED
    if locked.state == wanted:
        return
    locked.state = survey.state = wanted
    locked.save(update_fields=["state"])
    record_audit(by=by, action="survey.opened" if is_open else "survey.closed", target=locked)


@transaction.atomic
def schedule(*, survey: Survey, opens_at: datetime | None, closes_at: datetime | None, by: Person) -> None:
    """Say from when until when an open survey takes answers; none means no limit.

    Raises:
        InvalidInput: it would close before it opens.
    """
    if opens_at and closes_at and closes_at <= opens_at:
        raise InvalidInput(_("It would close before it opens."))
    survey.opens_at, survey.closes_at = opens_at, closes_at
    survey.save(update_fields=["opens_at", "closes_at"])
    told = {"opens_at": opens_at and opens_at.isoformat(), "closes_at": closes_at and closes_at.isoformat()}
    record_audit(by=by, action="survey.scheduled", target=survey, **told)
