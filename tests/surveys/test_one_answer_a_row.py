"""Files with a row an answer: doubled rows, empty answers, long questions, and files that know no day."""

from pathlib import Path

import pytest

from candor.apps.feedback.choices import LONGEST_QUESTION, AnswerKind, key_of_question
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.imports import services
from candor.apps.imports.errors import MappingIncomplete
from candor.apps.imports.models import BadRow, ImportBatch
from candor.apps.surveys import hub_answers
from candor.apps.surveys.asked import asked_in
from candor.apps.surveys.models import Question
from candor.questionnaire import read_definition
from tests.world import World

BEGINNING = "In the last seven days, I have received recognition or praise for doing good work "


def bring(path: Path, text: str = "", **options: object) -> ImportBatch:
    if text:
        path.write_text(text)
    batch = services.take_path(kind="surveys", path=path, by=None, options=options)
    return services.run_import(batch=services.start(batch=batch, by=None))


def test_the_same_answer_again_adds_nothing_and_another_one_to_the_same_question_goes_back(
    world: World, tmp_path: Path
) -> None:
    rows = "submission_id,collected_at,question,response\n" + "".join(
        f"{key},2026-01-15T10:00:00Z,{question},{value}\n"
        for key, question, value in (("a", "q1", 4), ("a", "q1", 4), ("a", "q2", 3), ("a", "q2", 5), ("b", "q1", ""), ("b", "q2", 1))
    )  # fmt: skip
    batch = bring(tmp_path / "long.csv", rows)
    assert (batch.rows_read, batch.rows_added, batch.rows_known, batch.rows_bad) == (6, 3, 1, 1)
    bad = BadRow.objects.get()
    assert (bad.row, bad.column, bad.value, bad.expected) == (5, "Answer", "5", "one answer to each question")
    assert batch.report["left_out_without_an_answer"]["n"] == 1, "an empty answer is none, and no fault"
    said = Answer.objects.values_list("feedback__key", "question", "number")
    assert set(said) == {("a", "q1", 4), ("a", "q2", 3), ("b", "q2", 1)}


def test_long_questions_that_begin_the_same_stay_apart_and_keep_their_words(
    world: World, tmp_path: Path
) -> None:
    words = [f"{BEGINNING}from my {who}" for who in ("manager", "customers")]
    rows = "".join(
        f"a,2026-01-15T10:00:00Z,“{text}”,{n}\n".replace("“", '"').replace("”", '"')
        for n, text in enumerate(words, 1)
    )
    bring(tmp_path / "long.csv", "submission_id,collected_at,question,response\n" + rows)
    assert dict(Answer.objects.values_list("question", "number")) == {
        key_of_question(text): n for n, text in enumerate(words, 1)
    }
    assert dict(Question.objects.values_list("key", "text")) == {
        key_of_question(text): text for text in words
    }
    matrix = {"type": "matrix", "name": "work", "columns": [1, 2], "rows": words}
    definition = {"elements": [matrix]}
    keys = [one.key for one in asked_in(definition)]
    assert len(set(keys)) == 2 and max(map(len, keys)) <= LONGEST_QUESTION
    answers = hub_answers.hub_answers(read_definition(definition), {"work": dict.fromkeys(words, 2)})
    assert [one.question for one in answers] == keys, "an answer finds its question"


def test_a_file_without_days_asks_for_one(world: World, tmp_path: Path) -> None:
    rows = "submission_id,question,response\na,q1,4\n"
    with pytest.raises(MappingIncomplete, match="Which day shall count"):
        bring(tmp_path / "long.csv", rows)
    bring(tmp_path / "long.csv", received_on="2026-06-01")
    assert str(Feedback.objects.get().received_at.date()) == "2026-06-01"


@pytest.mark.parametrize("yes", ["TRUE", "Yes", "y", "1"])
def test_yes_and_no_are_read_as_files_spell_them(world: World, tmp_path: Path, yes: str) -> None:
    questions = [{"column": "Solved", "kind": "yes_no", "blanks": []}]
    rows = f"id,date,Solved\n1,2026-01-31,{yes}\n2,2026-01-31,maybe\n"
    batch = bring(tmp_path / "wide.csv", rows, questions=questions)
    assert (batch.rows_added, batch.rows_bad) == (1, 1)
    assert list(Answer.objects.values_list("kind", "number")) == [(AnswerKind.YES_NO, 1.0)]


def test_real_surveys_of_staff_come_in_unedited(world: World, real_data: Path) -> None:
    exits = bring(
        real_data / "exit_surveys_qld" / "dete_survey.csv.gz", received_on="2014-01-01",
        questions=[{"column": "Staff morale", "kind": "choice", "blanks": []}, {"column": "Job dissatisfaction", "kind": "yes_no", "blanks": []}],
    )  # fmt: skip
    assert (exits.rows_read, exits.rows_added, exits.rows_bad) == (822, 822, 0)
    engagement = bring(
        real_data / "pierce_county" / "engagement_2018.csv.gz", received_on="2018-06-01", columns={"done_by": "", "unit": "Department"},
        unknown_units="create",
    )  # fmt: skip
    told = (engagement.rows_read, engagement.rows_added, engagement.rows_known, engagement.rows_bad)
    assert told == (6_777, 6_696, 7, 0), "seven rows stand twice"
    assert engagement.report["left_out_without_an_answer"]["n"] == 74
