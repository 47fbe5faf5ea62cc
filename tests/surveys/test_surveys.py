"""Surveys: one scale a kind of question, whoever reads the answers."""

from pathlib import Path

import pytest

from candor.apps.feedback.choices import SCALES, AnswerKind
from candor.apps.feedback.models import Answer
from candor.apps.imports import services
from candor.apps.imports.models import ImportBatch
from candor.apps.insights.priorities import LOW_AT_MOST
from candor.apps.scores.registry import MEASURES
from candor.apps.surveys.models import Question
from candor.apps.surveys.sources.wide import question_fields
from tests.world import World

DAY = "2026-05-13"


def bring(folder: Path, text: str, **options: object) -> ImportBatch:
    """Import a file of survey answers."""
    path = folder / "answers.csv"
    path.write_text(text)
    batch = services.take_path(kind="surveys", path=path, by=None, options=options)
    return services.run_import(batch=services.start(batch=batch, by=None))


@pytest.mark.parametrize("kind", [kind for kind in AnswerKind if kind in SCALES])
def test_a_kind_of_question_has_one_scale_everywhere(kind: AnswerKind) -> None:
    (field,) = question_fields([{"column": "score", "kind": kind}])
    assert (field.minimum, field.maximum) == SCALES[kind]
    for measure in MEASURES.values():
        if measure.metric == kind:
            assert (measure.lowest, measure.highest) == SCALES[kind], measure.key
    if kind in LOW_AT_MOST:
        lowest, highest = SCALES[kind]
        assert lowest <= LOW_AT_MOST[kind] < highest


@pytest.mark.parametrize("layout", ["wide", "long"])
def test_trust_off_its_scale_is_a_bad_row_and_the_others_all_count(
    world: World, tmp_path: Path, layout: str
) -> None:
    answers = {"a": 1, "b": 4, "c": 5, "d": 6, "e": 7, "f": 0}
    if layout == "wide":
        rows = ["respondent id,trust,date", *(f"{key},{n},{DAY}" for key, n in answers.items())]
    else:
        rows = [
            "submission_id,field_id,field_type,value,collected_at",
            *(f"{key},q,trust,{n},{DAY}" for key, n in answers.items()),
        ]
    batch = bring(tmp_path, "\n".join(rows))
    assert (batch.rows_added, batch.rows_bad) == (3, 3)
    numbers = Answer.objects.filter(kind=AnswerKind.TRUST).values_list("number", flat=True)
    assert sorted(number for number in numbers if number is not None) == [1, 4, 5]
    if layout == "wide":
        assert Question.objects.values_list("lowest", "highest").get() == (1, 5)
