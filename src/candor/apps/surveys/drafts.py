"""Writes of a survey's draft: making one, changing it step by step, undoing, duplicating, throwing away."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict

from .designing import Definition, in_pages
from .errors import DraftChanged, NothingToUndo
from .models import DraftChange, Question, Survey
from .wordings import note_outdated, put, said

KEPT_CHANGES = 50  # of a draft, that can be undone
ONE_CHANGE = timedelta(minutes=2)  # typing into one question within this is one change


@transaction.atomic
def create_survey(
    *,
    name: str,
    definition: Definition,
    by: Person | None,
    type: str = Survey.Type.OTHER,  # noqa: A002  the field's own name
    moment: str = "none",
    touchpoint_id: int | None = None,
    brand_color: str = "",
    is_anonymous: bool = False,
) -> Survey:
    """A new survey as a draft; its key, which is the source of its feedback, is made from its name."""
    survey = Survey.objects.create(
        key=_free_key(name), name=name, type=type, moment=moment, touchpoint_id=touchpoint_id, state=Survey.State.DRAFT,
        draft=in_pages(definition), draft_revision=1, brand_color=brand_color, is_anonymous=is_anonymous,
    )  # fmt: skip
    record_audit(by=by, action="survey.created", target=survey, name=name)
    return survey


def _free_key(name: str) -> str:
    stem = slugify(name)[:70] or "survey"
    number, key = 1, stem
    while Survey.objects.filter(key=key).exists():
        number += 1
        key = f"{stem}-{number}"
    return key


@dataclass(slots=True)
class Change:
    """A change under way: the definition to work on, and the words that will name what was done."""

    survey: Survey
    definition: Definition
    words: str = ""
    about: str = ""


@contextmanager
def changing(*, survey: Survey, revision: int, by: Person | None) -> Iterator[Change]:
    """The draft, locked; what is done to its definition inside becomes one change that can be undone.

    The definition that is worked on is a copy, so an error inside leaves everything as it was.

    Raises:
        DraftChanged: somebody changed the draft after this revision.
    """
    with transaction.atomic():
        locked = Survey.objects.select_for_update().get(pk=survey.pk)
        if locked.draft is None:
            raise Conflict(_("This survey’s answers come from files; there is nothing to design."))
        if locked.draft_revision != revision:
            raise DraftChanged(_changed_meanwhile(locked))
        change = Change(locked, deepcopy(locked.draft))
        yield change
        note_outdated(locked.draft, change.definition)
        if change.definition != locked.draft:
            _store(change, by)
        survey.draft, survey.draft_revision = locked.draft, locked.draft_revision


def _store(change: Change, by: Person | None) -> None:
    survey, before = change.survey, change.survey.draft or {}
    survey.draft, survey.draft_revision = change.definition, survey.draft_revision + 1
    survey.save(update_fields=["draft", "draft_revision"])
    last = survey.changes.order_by("-revision").first()
    if change.about and last and _goes_on(last, change, by):
        last.revision, last.at = survey.draft_revision, timezone.now()
        last.save(update_fields=["revision", "at"])
        return
    DraftChange.objects.create(
        survey=survey, revision=survey.draft_revision, about=change.about[:120], words=change.words[:240], before=before, by=by,
    )  # fmt: skip
    old = survey.changes.order_by("-revision").values_list("pk", flat=True)[KEPT_CHANGES:]
    DraftChange.objects.filter(pk__in=list(old)).delete()
    record_audit(by=by, action="survey.edited", target=survey, change=change.words)


def _goes_on(last: DraftChange, change: Change, by: Person | None) -> bool:
    is_recent = timezone.now() - last.at < ONE_CHANGE
    return last.about == change.about and by is not None and last.by_id == by.pk and is_recent


def _changed_meanwhile(survey: Survey) -> str:
    last = survey.changes.select_related("by").order_by("-revision").first()
    who = last.by.name if last and last.by else _("Somebody")
    what = last.words if last else _("changed it")
    return _(
        "%(who)s changed this survey after you opened it (%(what)s). Your change was not made and theirs is kept; what you typed still "
        "stands on your screen. Copy it if you need it, then load the page again."
    ) % {"who": who, "what": what}


@transaction.atomic
def undo(*, survey: Survey, revision: int, by: Person) -> str:
    """Put the draft back as it was before the last change; returns the words of that change.

    Raises:
        NothingToUndo: every remembered change is undone.
        DraftChanged: somebody changed the draft after this revision.
    """
    locked = Survey.objects.select_for_update().get(pk=survey.pk)
    if locked.draft_revision != revision:
        raise DraftChanged(_changed_meanwhile(locked))
    last = locked.changes.order_by("-revision").first()
    if last is None:
        raise NothingToUndo(_("There is no change left to undo."))
    locked.draft, locked.draft_revision = last.before, locked.draft_revision + 1
    locked.save(update_fields=["draft", "draft_revision"])
    words = last.words
    last.delete()
    record_audit(by=by, action="survey.change_undone", target=locked, change=words)
    survey.draft, survey.draft_revision = locked.draft, locked.draft_revision
    return words


@transaction.atomic
def duplicate(*, survey: Survey, by: Person) -> Survey:
    """A new draft with the same questions, words and looks; neither answers nor links nor versions come along."""
    definition = deepcopy(survey.draft or {})
    name = _("%(name)s (copy)") % {"name": survey.name[:110]}
    if said(definition.get("title")) == survey.name:
        put(definition, "title", name)
    return create_survey(
        name=name, definition=definition, by=by, type=survey.type, moment=survey.moment, touchpoint_id=survey.touchpoint_id,
        brand_color=survey.brand_color, is_anonymous=survey.is_anonymous,
    )  # fmt: skip


@transaction.atomic
def discard(*, survey: Survey, by: Person) -> None:
    """Throw away a survey that was never published.

    Raises:
        Conflict: it was, so its answers need it.
    """
    if survey.state != Survey.State.DRAFT or survey.versions.exists():
        raise Conflict(
            _("“%(name)s” was published; its answers need it. Close it instead.") % {"name": survey}
        )
    record_audit(by=by, action="survey.discarded", target=survey, name=survey.name)
    survey.delete()


@transaction.atomic
def change_settings(*, survey: Survey, by: Person | None, **facts: Any) -> None:
    """Change what lies beside the definition: name, type, moment, touchpoint, colour, whether it is anonymous.

    Raises:
        Conflict: whether a survey is anonymous is fixed once it was open.
    """
    if facts.get("is_anonymous", survey.is_anonymous) != survey.is_anonymous and survey.versions.exists():
        raise Conflict(
            _(
                "Whether answers are anonymous is fixed once a survey was open: people answered on that promise. Duplicate the survey instead."
            )
        )
    changed = {name: value for name, value in facts.items() if getattr(survey, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(survey, name, value)
    survey.save(update_fields=list(changed))
    record_audit(by=by, action="survey.settings_changed", target=survey, fields=sorted(changed))


def taken_keys(survey: Survey) -> frozenset[str]:
    """Keys that questions of this survey have or had in what was published, so that no new question gets one."""
    return frozenset(Question.objects.filter(survey=survey).values_list("key", flat=True))
