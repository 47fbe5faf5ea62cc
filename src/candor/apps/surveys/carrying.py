"""Questionnaires of other tools: read, their losses shown, and only then made a draft; and a survey's definition as a file."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import InvalidInput, NotFound, UnknownFormat
from candor.questionnaire import BadDefinition, FileRefused, read_definition
from candor.questionnaire.sources import Carried, Loss, read_foreign
from candor.questionnaire.sources.surveyjs import write

from .designing import Definition
from .drafts import create_survey
from .models import Survey

_KEPT_LOSSES = 500  # in the audit log


def read_questionnaire(data: bytes, *, file_name: str) -> Carried:
    """A file of SurveyJS, Qualtrics or LimeSurvey; nothing is stored.

    Raises:
        UnknownFormat: it is no questionnaire, unsafe or too large.
    """
    try:
        return read_foreign(data, file_name=file_name)
    except FileRefused as error:
        raise UnknownFormat(str(error)) from error


@transaction.atomic
def store_questionnaire(
    *, name: str, definition: Definition, tool: str, losses: Sequence[Loss], by: Person | None
) -> Survey:
    """Make a draft of what was read; the audit log keeps what could not be carried over.

    Raises:
        InvalidInput: it is no definition.
    """
    try:
        read_definition(definition)
    except BadDefinition as error:
        raise InvalidInput(str(error)) from error
    survey = create_survey(name=name[:120] or tool, definition=definition, by=by)
    told = [str(one) for one in losses[:_KEPT_LOSSES]]
    record_audit(
        by=by, action="survey.carried_over", target=survey, tool=tool, losses=told, n_losses=len(losses)
    )
    return survey


def definition_file(survey: Survey, *, version: int | None = None) -> bytes:
    """A survey's draft, or one of its versions, as a SurveyJS file.

    Raises:
        NotFound: it has no such version, or is not designed here.
    """
    definition: dict[str, Any] | None = survey.draft
    if version is not None:
        definition = survey.versions.filter(number=version).values_list("definition", flat=True).first()
    if definition is None:
        raise NotFound(
            _("“%(name)s” has no version %(n)s.") % {"name": survey, "n": version}
            if version is not None
            else _("The answers of “%(name)s” come from files; there is no questionnaire.") % {"name": survey}
        )
    return write(definition)
