"""Answers that other survey tools exported, each file as the tool wrote it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from candor.apps.customers.models import Customer, Identifier
from candor.apps.feedback.choices import MANY, AnswerKind
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.imports import services
from candor.apps.imports.models import ImportBatch
from candor.apps.surveys.models import Question, Survey
from tests.world import World

from . import exports


def bring(path: Path, **options: object) -> ImportBatch:
    """Import a file as the command line does."""
    batch = services.take_path(kind="surveys", path=path, by=None, options=options)
    return services.run_import(batch=services.start(batch=batch, by=None))


def said(key: str) -> dict[str, float | str]:
    """The answers of one person, by question."""
    rows = Answer.objects.filter(feedback__key=key).values_list("question", "number", "text")
    return {question: text if number is None else number for question, number, text in rows}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "Our branches_May 2, 2026_10.15.csv"


def test_qualtrics_labels_come_in_with_scores_words_choices_customers_and_language(
    world: World, file: Path
) -> None:
    file.write_text(exports.qualtrics(exports.QUALTRICS_LABELS))
    batch = bring(file)
    assert (batch.rows_added, batch.rows_bad, batch.state) == (3, 1, "done")
    assert said("R_1") == {
        "Q1": 10, "Q2": "Fast, friendly", "Q3": MANY.join([exports.BRANCH, exports.APP]), "Q4_1": "Very satisfied", "Q4_2": "Neither",
    }  # fmt: skip
    first = Feedback.objects.get(key="R_1")
    assert (first.comment, first.segment, first.channel, first.language) == (
        "Fast, friendly",
        "Gold",
        "email",
        "en",
    )
    assert first.received_at == datetime(2026, 5, 2, 16, 1, 31, tzinfo=UTC), "the file's own time zone"
    assert first.customer == Customer.objects.get(email="ann@example.com")
    assert first.customer is not None and first.customer.name == "Ann"
    known = Identifier.objects.filter(customer=first.customer).values_list("system", "value")
    assert set(known) == {("email", "ann@example.com"), ("our-branches", "C-1")}
    assert Feedback.objects.get(key="R_2").language == "de"


def test_only_what_qualtrics_declares_feeds_a_measure(world: World, file: Path) -> None:
    file.write_text(exports.qualtrics(exports.QUALTRICS_LABELS))
    bring(file)
    survey = Survey.objects.get()
    assert (survey.key, survey.name) == ("our-branches", "Our branches")
    kinds = dict(Question.objects.values_list("key", "kind"))
    assert kinds == {
        "Q1": "nps", "Q2": "text", "Q3": "choice", "Q3_3_TEXT": "text", "Q4_1": "choice", "Q4_2": "choice",
    }  # fmt: skip
    words = dict(Question.objects.values_list("key", "text"))
    assert words["Q3"] == "Which did you use?"
    assert words["Q4_2"] == "How satisfied are you with … - The advice"


def test_previews_spam_and_empty_rows_are_left_out_with_a_reason_and_partial_ones_are_marked(
    world: World, file: Path
) -> None:
    file.write_text(exports.qualtrics(exports.QUALTRICS_LABELS))
    batch = bring(file)
    counts = {kind: found["n"] for kind, found in batch.report.items()}
    assert counts == {
        "left_out_preview": 1,
        "left_out_spam": 1,
        "left_out_without_an_answer": 1,
        "partial": 1,
    }
    assert list(Feedback.objects.filter(is_partial=True).values_list("key", flat=True)) == ["R_3"]
    bad = batch.bad_rows.get()
    assert (bad.row, bad.column, bad.value, bad.expected) == (10, "Q1", "11", "a number from 0 to 10")
    assert bad.cells["ResponseId"] == "R_7"


def test_the_same_export_again_and_a_later_one_of_the_same_survey_add_no_one_twice(
    world: World, file: Path
) -> None:
    file.write_text(exports.qualtrics(exports.QUALTRICS_LABELS[:2]))
    bring(file)
    later = file.with_name("Our branches_June 9, 2026_08.00.csv")
    later.write_text(exports.qualtrics(exports.QUALTRICS_LABELS[:3]))
    batch = bring(later)
    assert (batch.rows_added, batch.rows_known) == (1, 2)
    assert Survey.objects.count() == 1


def test_undo_takes_answers_and_customers_back(world: World, file: Path) -> None:
    file.write_text(exports.qualtrics(exports.QUALTRICS_LABELS))
    batch = bring(file)
    services.run_undo(batch=services.undo(batch=batch, by=None))
    assert not Feedback.objects.exists()
    assert not Customer.objects.exists()


def test_qualtrics_as_numbers_in_utf_16_with_tabs(world: World, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"ResponseId": "R_1", "Q1": 9, "Q1_NPS_GROUP": 3, "Q3_1": 1, "Q4_1": 5, "Q4_2": 4, "Finished": 1, "Status": 0},
        {"ResponseId": "R_2", "Q1": 0, "Q1_NPS_GROUP": 1, "Q3_2": 1, "Q4_1": 2, "Q4_2": -99, "Finished": 1, "Status": 0},
        {"ResponseId": "R_3", "Q1": 7, "Q1_NPS_GROUP": 2, "Finished": 1, "Status": 1},
    ]  # fmt: skip
    path = tmp_path / "numbers.tsv"
    path.write_bytes(exports.qualtrics(rows, delimiter="\t").encode("utf-16"))
    batch = bring(path)
    assert (batch.rows_added, batch.rows_bad) == (2, 0)
    assert said("R_1") == {"Q1": 9, "Q3": exports.BRANCH, "Q4_1": 5, "Q4_2": 4}
    assert said("R_2") == {"Q1": 0, "Q3": exports.APP, "Q4_1": 2}, "-99 is seen but unanswered"
    assert set(Answer.objects.filter(question="Q4_1").values_list("kind", flat=True)) == {AnswerKind.NUMBER}


def test_a_person_says_what_a_number_measures_and_the_rest_stays(world: World, file: Path) -> None:
    rows: list[dict[str, object]] = [
        {"ResponseId": f"R_{n}", "Q1": 9, "Q4_1": n, "Q4_2": 1} for n in range(1, 6)
    ]
    file.write_text(exports.qualtrics(rows))
    bring(
        file,
        questions=[
            {"column": "Q4_1", "kind": "csat"},
            {"column": "Q4_2", "kind": "ces", "is_low_good": True},
        ],
    )
    kinds = set(Answer.objects.values_list("question", "kind"))
    assert kinds == {("Q1", "nps"), ("Q4_1", "csat"), ("Q4_2", "ces")}
    assert not Question.objects.get(key="Q4_2").is_high_good
