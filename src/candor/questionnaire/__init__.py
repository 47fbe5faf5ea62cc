"""Questionnaires as plain data: what a definition may hold, every way through it, and the forms of other tools.

The form is SurveyJS JSON. No Django, no clock, no network; works in a notebook. Start with `read_definition`.
"""

from .checking import check_answers
from .concerns import SCALES, Concern, warnings
from .definition import (
    COMMENT,
    DEFAULT,
    Choice,
    Measure,
    Page,
    Question,
    QuestionKind,
    Questionnaire,
    Text,
    Trigger,
    TriggerKind,
)
from .errors import BadDefinition, BadExpression, Fault, FileRefused, QuestionnaireError
from .passing import is_required, keep_seen, passed_pages, visible_questions, visible_rows, with_calculated
from .piping import piped, piped_names
from .reading import read_definition
from .walking import DeadEnd, Walk, Way, walk

__all__ = [
    "COMMENT",
    "DEFAULT",
    "SCALES",
    "BadDefinition",
    "BadExpression",
    "Choice",
    "Concern",
    "DeadEnd",
    "Fault",
    "FileRefused",
    "Measure",
    "Page",
    "Question",
    "QuestionKind",
    "Questionnaire",
    "QuestionnaireError",
    "Text",
    "Trigger",
    "TriggerKind",
    "Walk",
    "Way",
    "check_answers",
    "is_required",
    "keep_seen",
    "passed_pages",
    "piped",
    "piped_names",
    "read_definition",
    "visible_questions",
    "visible_rows",
    "walk",
    "warnings",
    "with_calculated",
]
