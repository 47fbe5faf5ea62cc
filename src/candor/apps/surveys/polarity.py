"""The one place that turns an answer onto the scale where high is good.

The record keeps what was said. Whoever judges an answer as good or bad reads it from here: the projection behind every score,
the rules that open cases, who was hit hard, what goes together with a theme, the critical moments.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from django.db.models import Case, F, FloatField, QuerySet, When

from candor.apps.feedback.choices import SCALES, AnswerKind
from candor.apps.feedback.models import Answer

from .models import Question

TurnedScales: TypeAlias = Mapping[tuple[str, str], tuple[float, float]]

TURNABLE = (AnswerKind.CSAT, AnswerKind.CES, AnswerKind.TRUST, AnswerKind.NPS)


def turned_scales(sources: Iterable[str] | None = None) -> TurnedScales:
    """Questions where low is good, by source and key, with the ends of their scale; of all surveys, unless some are named."""
    rows = Question.objects.filter(is_high_good=False, kind__in=TURNABLE)
    if sources is not None:
        rows = rows.filter(survey__key__in=set(sources))
    found = {}
    for survey, key, kind, lowest, highest in rows.values_list(
        "survey__key", "key", "kind", "lowest", "highest"
    ):
        ends = SCALES[kind]
        found[survey, key] = (
            ends[0] if lowest is None else lowest,
            ends[1] if highest is None else highest,
        )
    return found


def high_is_good(number: float, source: str, question: str, turned: TurnedScales) -> float:
    """An answer on the scale where high is good.

    >>> high_is_good(2, "effort", "ces", {("effort", "ces"): (1, 7)})
    6
    >>> high_is_good(2, "another", "ces", {("effort", "ces"): (1, 7)})
    2
    """
    ends = turned.get((source, question))
    return sum(ends) - number if ends else number


def with_high_good(answers: QuerySet[Answer]) -> QuerySet[Any]:
    """The same answers with `high_good`: their number on the scale where high is good."""
    turned = turned_scales()
    if not turned:
        return answers.annotate(high_good=F("number"))
    cases = [
        When(feedback__source=source, question=question, then=sum(ends) - F("number"))
        for (source, question), ends in sorted(turned.items())
    ]
    return answers.annotate(high_good=Case(*cases, default=F("number"), output_field=FloatField()))
