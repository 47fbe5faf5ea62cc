"""Surveys: one scale a kind of question, one name for a survey and the source of its answers."""

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils.text import slugify

from candor.apps.feedback.choices import SCALES, AnswerKind
from candor.apps.feedback.models import Answer
from candor.apps.imports import services
from candor.apps.imports.models import ImportBatch
from candor.apps.insights.priorities import LOW_AT_MOST
from candor.apps.organization.access import viewer_of
from candor.apps.organization.scope import Scope
from candor.apps.scores.queries import estimate
from candor.apps.scores.registry import MEASURES
from candor.apps.scores.services import project_pending
from candor.apps.surveys.models import Question, Survey
from candor.apps.surveys.queries import surveys_with_counts
from candor.apps.surveys.services import define_survey
from candor.apps.surveys.sources.wide import question_fields
from candor.foundation.errors import InvalidInput
from candor.foundation.periods import Period
from candor.foundation.storage import warehouse
from candor.questionnaire import SCALES as ASKED_ON
from tests.builders import a_feedback
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
    asked = {str(measure): ends for measure, ends in ASKED_ON.items()}
    assert asked.get(kind, SCALES[kind]) == SCALES[kind]
    if kind in LOW_AT_MOST:
        lowest, highest = SCALES[kind]
        assert lowest <= LOW_AT_MOST[kind] < highest


EFFORT = {
    "wide": "respondent id,effort,date\n" + "".join(f"{n},1,{DAY}\n" for n in range(40)) + f"x,7,{DAY}\n",
    "long": "submission_id,field_id,field_type,value,collected_at\n"
    + "".join(f"{n},effort,ces,1,{DAY}\n" for n in range(40))
    + f"x,effort,ces,7,{DAY}\n",
}


def _ease(world: World) -> tuple[float | None, int]:
    project_pending()
    day = date.fromisoformat(DAY)
    scope = Scope(viewer_of(world.clara), None, Period("p", "p", day, day), day, day)
    found = estimate(MEASURES["ces"], scope=scope).estimate
    return found.value, found.n


@pytest.mark.parametrize("layout", list(EFFORT))
def test_where_low_is_good_answers_count_turned_round_and_stay_as_they_were_given(
    world: World, tmp_path: Path, layout: str
) -> None:
    bring(tmp_path, EFFORT[layout], source="effort", low_is_good=["effort"])
    assert _ease(world) == (40 / 41, 41)
    assert sorted(set(Answer.objects.values_list("number", flat=True))) == [1, 7]
    assert not Question.objects.get(key="effort").is_high_good


def test_without_a_word_high_is_good_and_saying_otherwise_later_counts_anew(
    world: World, tmp_path: Path
) -> None:
    bring(tmp_path, EFFORT["wide"], source="effort")
    assert _ease(world) == (1 / 41, 41)
    bring(tmp_path, EFFORT["wide"], source="effort", low_is_good=["effort"])
    assert _ease(world) == (40 / 41, 41)
    bring(tmp_path, EFFORT["wide"], source="effort")
    assert _ease(world) == (40 / 41, 41), "a file that does not speak of it changes nothing"


def test_the_mapping_page_asks_which_end_is_good(client: Client, world: World, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(EFFORT["wide"])
    batch = services.take_path(kind="surveys", path=path, by=world.clara, options={})
    client.force_login(world.clara)
    page = f"/imports/{batch.pk}/columns/"
    assert 'name="good.effort"' in client.get(page).content.decode()
    fields = {"question.effort": "ces", "good.effort": "low", "option.source": "effort"}
    client.post(page, fields)
    shown = client.get(page).content.decode()
    assert '<option value="low" selected>' in shown and "low is good, so it counts turned round" in shown


def test_a_column_that_is_not_there_can_not_be_turned(world: World, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no column “effrot”"):
        bring(tmp_path, EFFORT["wide"], low_is_good=["effrot"])


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


@pytest.mark.parametrize("source", ["Airport 2017", "Umfrage: Zürich", "pulse"])
def test_a_survey_counts_its_answers_whatever_it_is_called(
    client: Client, world: World, tmp_path: Path, source: str
) -> None:
    bring(tmp_path, f"respondent id,nps,date\n1,9,{DAY}\n2,3,{DAY}\n", source=source)
    (row,) = surveys_with_counts(viewer_of(world.clara))
    assert (row.survey.key, row.answered) == (source, 2)
    client.force_login(world.clara)
    assert "2 answered" in client.get("/surveys/").content.decode()


def test_where_low_is_good_answers_are_turned_whatever_the_survey_is_called(
    world: World, tmp_path: Path
) -> None:
    survey = define_survey(
        key="Airport 2017", name="Airport",
        questions=[{"key": "ces", "text": "Effort", "kind": "ces", "lowest": 1, "highest": 7, "is_high_good": False}],
    )  # fmt: skip
    bring(tmp_path, f"respondent id,ces,date\n1,1,{DAY}\n", source=survey.key)
    project_pending()
    assert warehouse().engine.rows("SELECT value FROM answers WHERE metric = 'ces'") == [(7.0,)]


def test_surveys_of_before_find_their_answers(world: World) -> None:
    for source in ("Airport 2017", "pulse"):
        a_feedback(source=source)
        Survey.objects.create(key=slugify(source), name=source)
    migration = import_module("candor.apps.surveys.migrations.0002_survey_key_is_its_source")
    migration.take_the_source_as_key(apps, connection.schema_editor(atomic=False))
    assert set(Survey.objects.values_list("key", flat=True)) == {"Airport 2017", "pulse"}
