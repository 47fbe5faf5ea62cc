"""Answers that other survey tools exported, each file as the tool wrote it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from candor.apps.customers.models import Customer, Identifier
from candor.apps.feedback.choices import MANY, AnswerKind
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.imports import services
from candor.apps.imports.errors import FileNotUsable, MappingIncomplete
from candor.apps.imports.models import ImportBatch
from candor.apps.surveys.formats import all_formats
from candor.apps.surveys.models import Question, Survey
from candor.foundation.errors import InvalidInput
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


def test_a_later_export_completes_what_an_earlier_one_told_as_partial(world: World, file: Path) -> None:
    file.write_text(exports.qualtrics([{"ResponseId": "R_1", "Q1": 9, "Finished": "False"}]))
    bring(file)
    later = file.with_name("Our branches_June 9, 2026_08.00.csv")
    later.write_text(
        exports.qualtrics([{"ResponseId": "R_1", "Q1": 10, "Q2": "Friendly", "Finished": "True"}])
    )
    batch = bring(later)
    assert (batch.rows_added, batch.rows_known, batch.report["completed"]["n"]) == (0, 1, 1)
    assert said("R_1") == {"Q1": 10, "Q2": "Friendly"}
    row = Feedback.objects.get()
    assert (row.is_partial, row.comment) == (False, "Friendly")


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


def test_words_on_a_scale_are_asked_for_before_the_start_and_count_as_the_person_says(
    client: Client, world: World, file: Path
) -> None:
    words = ["Very satisfied", "Very satisfied", "Dissatisfied", "Not seen"]
    rows: list[dict[str, object]] = [
        {"ResponseId": f"R_{n}", "Q1": 9, "Q4_1": word} for n, word in enumerate(words)
    ]
    file.write_text(exports.qualtrics(rows))
    batch = services.take_path(kind="surveys", path=file, by=world.clara, options={})
    client.force_login(world.clara)
    page = f"/imports/{batch.pk}/columns/"
    said_of_it: dict[str, object] = {"question.Q1": "nps", "question.Q4_1": "csat", "start": "yes"}
    told = client.post(page, said_of_it, follow=True).content.decode()
    assert "hold words: “Very satisfied”, “Dissatisfied”, “Not seen”" in told, "said before a row is lost"
    assert 'value="-99"' in told, "a code that means no answer stands there once"
    assert ImportBatch.objects.get().state == "draft" and not Feedback.objects.exists()
    named = {"word.csat": ["Very satisfied", "Dissatisfied", "Not seen"], "number.csat": ["5", "2", ""]}
    client.post(page, said_of_it | named)
    services.run_import(batch=ImportBatch.objects.get(pk=batch.pk))
    numbers = Answer.objects.filter(question="Q4_1", kind="csat").values_list("number", flat=True)
    assert sorted(numbers) == [2, 5, 5]
    done = client.get(f"/imports/{batch.pk}/").content.decode()
    assert f'href="/scores/surveys/{Survey.objects.get().pk}/?period=all"' in done, (
        "on to what these people said"
    )
    assert ImportBatch.objects.get().bad_rows.get().value == "Not seen", "a word without a number goes back"


def test_words_under_a_scale_in_a_table_of_no_known_tool_are_told_before_the_start(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("id,satisfaction\n1,Very good\n2,Good\n3,4\n")
    with pytest.raises(MappingIncomplete, match="“Satisfaction, 1–5” hold words: “Good”, “Very good”"):
        bring(path, received_on="2026-05-02")
    assert not Feedback.objects.exists()


def test_a_number_for_a_word_outside_of_the_scale_is_refused(world: World, file: Path) -> None:
    file.write_text(exports.qualtrics([{"ResponseId": "R_1", "Q4_1": "Good"}]))
    with pytest.raises(InvalidInput, match="“Good”: a number from 1 to 5 expected, “7” found"):
        bring(file, questions=[{"column": "Q4_1", "kind": "csat"}], words={"csat": {"Good": "7"}})


def kinds() -> dict[str, str]:
    """The kind of every question that was taken in."""
    return dict(Question.objects.values_list("key", "kind"))


def come_in(folder: Path, name: str, text: str, **options: object) -> ImportBatch:
    path = folder / name
    path.write_text(text)
    return bring(path, **options)


def test_surveymonkey_expanded_has_questions_of_several_columns(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "Branch survey.csv", exports.SURVEYMONKEY_EXPANDED)
    assert (batch.rows_added, batch.rows_bad, batch.report["left_out_without_an_answer"]["n"]) == (2, 0, 1)
    first = said("1001")
    assert first["Which channels did you use?"] == MANY.join(["Branch", "App, on the phone"])
    assert (first["Please rate: - Waiting time"], first["Please rate: - Advice"]) == (4, 5)
    assert first["Why?"] == "Good advice"
    assert said("1002")["Which channels did you use? - Other (please specify)"] == "By post"
    ann = Feedback.objects.get(key="1001")
    assert ann.received_at == datetime(2026, 5, 13, 10, 22, 33, tzinfo=UTC)
    assert ann.customer is not None
    assert (ann.customer.email, ann.customer.name) == ("ann@example.com", "Ann Ash")
    assert "nps" not in kinds().values(), "the file does not say what the scale from 0 to 10 measures"


def test_surveymonkey_as_a_person_reads_it(world: World, tmp_path: Path) -> None:
    question = {"column": "How likely is it that you would recommend us?", "kind": "nps"}
    come_in(tmp_path, "Branch survey.csv", exports.SURVEYMONKEY_EXPANDED, questions=[question])
    scores = Answer.objects.filter(kind="nps").order_by("number").values_list("number", flat=True)
    assert list(scores) == [6, 10], "“Extremely likely - 10” is a ten"


def test_surveymonkey_condensed_and_its_order_of_day_and_month(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "Staff.csv", exports.SURVEYMONKEY_CONDENSED)
    assert batch.rows_added == 2
    assert Feedback.objects.get(key="2").received_at == datetime(2026, 5, 1, 10, 1, tzinfo=UTC), (
        "the column shows it"
    )
    assert said("1") == {
        "How satisfied are you?": "Very satisfied",
        "How likely to recommend?": 9,
        "Anything else?": "No",
    }


def test_an_order_of_day_and_month_that_the_file_leaves_open_is_asked(world: World, tmp_path: Path) -> None:
    text = exports.SURVEYMONKEY_CONDENSED.replace("13/05", "02/05")
    with pytest.raises(MappingIncomplete, match="Are the dates in “End Date”"):
        come_in(tmp_path, "Staff.csv", text)
    come_in(tmp_path, "Staff.csv", text, date_order_received_at="DMY")
    assert Feedback.objects.get(key="1").received_at.month == 5


def test_delighted_declares_its_measure_by_the_type_of_survey(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "delighted.json", exports.DELIGHTED_JSON)
    assert (batch.rows_added, batch.rows_bad) == (2, 0)
    assert said("1") == {
        "nps": 9, "comment": "Quick, thanks", "enum_1": MANY.join(["Speed, above all", "Staff"]), "text_1": "More branches",
    }  # fmt: skip
    assert kinds() == {"nps": "nps", "comment": "text", "enum_1": "choice", "text_1": "text"}
    assert Question.objects.get(key="enum_1").text == "What did you like?"
    assert Feedback.objects.get(key="1").segment == "Gold"


def test_ease_from_1_to_5_is_no_ease_from_1_to_7(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "delighted.csv", exports.DELIGHTED_CSV)
    assert (batch.rows_added, batch.rows_bad) == (1, 1)
    assert kinds()["ces"] == "rating"
    question = Question.objects.get(key="ces")
    assert (question.lowest, question.highest) == (1, 5)
    assert batch.bad_rows.get().expected == "a number from 1 to 5"
    assert "these answers are kept as a rating" in batch.message


@pytest.mark.parametrize("head", ["", "Agente,Nota,Comentario,Nombre,Correo,Telefono,Enlace,Fecha"])
def test_chatwoots_report_counts_each_rating_once_in_any_language(
    world: World, tmp_path: Path, head: str
) -> None:
    own = exports.CHATWOOT_CSAT.partition("\n")[0]
    batch = come_in(tmp_path, "csat_report.csv", exports.CHATWOOT_CSAT.replace(own, head or own))
    assert (batch.rows_added, batch.rows_bad) == (2, 1), (
        "one conversation was rated twice; 9 is no rating; the last line is no row"
    )
    assert batch.bad_rows.get().expected == "a number from 1 to 5"
    first = Feedback.objects.get(key="1/7 2026-05-02 10:15:00 UTC")
    assert said(first.key) == {"csat": 5, "comment": "Quick, and kind"}
    assert (first.source, first.comment, first.done_by) == ("chatwoot", "Quick, and kind", world.theo)
    assert first.received_at == datetime(2026, 5, 2, 10, 15, tzinfo=UTC)
    assert first.customer is not None and first.customer.email == "ann@example.com"
    again = come_in(tmp_path, "csat_report.csv", exports.CHATWOOT_CSAT)
    assert (again.rows_added, again.rows_known) == (0, 2)


def test_agents_of_chatwoot_whom_nobody_knows_are_asked_about_before_a_row_goes_back(
    world: World, tmp_path: Path
) -> None:
    strange = exports.CHATWOOT_CSAT.replace("theo@", "somebody@")
    with pytest.raises(MappingIncomplete, match="somebody@"):
        come_in(tmp_path, "csat_report.csv", strange)
    batch = come_in(tmp_path, "csat_report.csv", strange, unknown_people="keep")
    assert (batch.rows_added, batch.rows_bad) == (2, 1)


def test_formbricks_lists_and_webhooks(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "responses.json", exports.FORMBRICKS_API)
    assert (batch.rows_added, batch.report["partial"]["n"]) == (2, 1)
    assert said("resp1") | {"q_why": ""} == {
        "q_score": 9,
        "q_why": "",
        "q_used": MANY.join(["App", "Branch"]),
    }
    assert kinds() == {"q_score": "number", "q_why": "text", "q_used": "choice"}
    first = Feedback.objects.get(key="resp1")
    assert (first.language, first.segment, first.source) == ("de", "Gold", "survey1")
    again = come_in(tmp_path, "webhooks.jsonl", exports.FORMBRICKS_WEBHOOK)
    assert (again.rows_added, again.rows_known, again.report["left_out_told_again_later"]["n"]) == (0, 1, 1)


def test_of_a_response_that_a_webhook_told_twice_the_last_state_is_taken(
    world: World, tmp_path: Path
) -> None:
    come_in(tmp_path, "webhooks.jsonl", exports.FORMBRICKS_WEBHOOK)
    assert said("resp1") == {"q_score": 9, "q_why": "Fast"}
    assert (Survey.objects.get().name, Feedback.objects.get().is_partial) == ("After a visit", False)


def test_answers_of_another_survey_in_the_same_file_are_left_out_and_told(
    world: World, tmp_path: Path
) -> None:
    both = json.dumps([exports.formbricks(), exports.formbricks(id="other", surveyId="survey2")])
    batch = come_in(tmp_path, "responses.json", both)
    assert (batch.rows_added, batch.report["left_out_of_another_survey"]["n"]) == (1, 1)
    assert "survey2" in batch.message


@pytest.mark.parametrize(("name", "text"), [("hub.json", exports.HUB_JSON), ("hub.csv", exports.HUB_CSV)])
def test_formbricks_hub_records_of_one_person_are_one_feedback(
    world: World, tmp_path: Path, name: str, text: str
) -> None:
    batch = come_in(tmp_path, name, text)
    assert (batch.rows_added, batch.rows_bad) == (4, 0)
    assert said("s1") == {"nps": 9, "why": "Great support", "again": 1}
    assert kinds() == {"nps": "nps", "why": "text", "again": "yes_no"}
    assert Feedback.objects.get(key="s1").comment == "Great support"
    assert Customer.objects.get().email == "ann@example.com"
    again = come_in(tmp_path, name, text)
    assert (again.rows_added, again.rows_known) == (0, 4)


def test_a_hub_record_that_stands_twice_in_a_file_is_counted_as_known(world: World, tmp_path: Path) -> None:
    records = json.loads(exports.HUB_JSON)
    records = records["data"] if isinstance(records, dict) else records
    batch = come_in(tmp_path, "hub.json", json.dumps([*records, records[0]]))
    assert (batch.rows_added, batch.rows_known, batch.rows_bad) == (4, 1, 0)


def test_limesurvey_codes(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "results-survey123456.csv", exports.LIMESURVEY_CODES)
    assert (batch.rows_added, batch.rows_bad, batch.report["partial"]["n"]) == (2, 0, 1)
    assert said("1") == {
        "NPS": 9,
        "USED": "SQ001",
        "RATE[SQ001]": 4,
        "RATE[SQ002]": 5,
        "WHY": "Der Berater nahm sich Zeit",
    }
    assert said("2") == {"NPS": 4, "USED": "SQ002", "USED[other]": "By post"}
    assert Feedback.objects.get(key="2").received_at == datetime(2026, 5, 13, 11, 0, 30, tzinfo=UTC)
    assert Survey.objects.get().key == "survey123456"


def test_limesurvey_in_full(world: World, tmp_path: Path) -> None:
    come_in(tmp_path, "results-survey7.csv", exports.LIMESURVEY_FULL)
    assert said("1") == {
        "How likely are you to recommend us?": 9, "What did you use?": "Branch", "How satisfied are you? [The wait]": "Very satisfied",
        "How satisfied are you? [The advice]": "Satisfied",
    }  # fmt: skip
    assert "How satisfied are you? [The advice]" not in said("2"), "N/A is no answer"


def test_typeform_webhooks_and_lists(world: World, tmp_path: Path) -> None:
    come_in(tmp_path, "webhook.json", exports.TYPEFORM_WEBHOOK)
    assert said("tok1") == {
        "score": 9,
        "used": MANY.join(["App", "Branch, in town"]),
        "why": "Fast",
        "ease": 7,
    }
    assert kinds() == {"score": "nps", "used": "choice", "why": "text", "ease": "number"}
    assert Customer.objects.get().email == "ann@example.com", "an e-mail names the customer and is no answer"
    batch = come_in(tmp_path, "list.json", exports.TYPEFORM_API, source="lt4z3j")
    assert (batch.rows_added, batch.rows_known, batch.report["partial"]["n"]) == (1, 1, 1)


def test_typeform_csv(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "responses-lT4Z3j-tok.csv", exports.TYPEFORM_CSV)
    assert (batch.rows_added, batch.report["partial"]["n"]) == (3, 1)
    assert kinds() == {
        "How likely are you to recommend us?": "number",
        "What did you use?": "choice",
        "Why?": "text",
    }
    assert Feedback.objects.get(key="tok1").segment == "Gold"
    assert Survey.objects.get().key == "lt4z3j"


def test_surveyjs_without_a_definition(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "visit.json", exports.SURVEYJS_ALONE)
    assert (batch.rows_added, batch.report["partial"]["n"]) == (2, 1)
    assert said("a") == {
        "nps": 9,
        "used": MANY.join(["app", "branch"]),
        "rate.wait": 4,
        "rate.advice": 5,
        "used-Comment": "By post",
    }
    assert said("b") == {"nps": 2, "again": 1}
    assert kinds()["nps"] == "nps", "a question that bears the usual name of a measure, as in any table"


def test_surveyjs_with_its_definition_counts_only_what_that_declares(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "visit.json", exports.SURVEYJS_DEFINED)
    assert (batch.rows_added, batch.rows_bad) == (1, 1)
    assert said("a") == {"q1": 9, "q2": 10, "q3": MANY.join(["The app", "A branch"]), "q4": "Fast"}
    assert kinds() == {"q1": "nps", "q2": "rating", "q3": "choice", "q4": "text"}
    assert Question.objects.get(key="q2").text == "How was the wait?"


def test_a_questionnaire_is_no_file_of_answers(world: World, tmp_path: Path) -> None:
    with pytest.raises(FileNotUsable, match="survey designer"):
        come_in(tmp_path, "form.json", json.dumps({"pages": [{"elements": []}]}))


def test_the_page_names_the_tool_and_asks_what_its_numbers_measure(
    client: Client, world: World, tmp_path: Path
) -> None:
    path = tmp_path / "webhook.json"
    path.write_text(exports.TYPEFORM_WEBHOOK)
    batch = services.take_path(kind="surveys", path=path, by=world.clara, options={})
    client.force_login(world.clara)
    page = f"/imports/{batch.pk}/columns/"
    shown = client.get(page).content.decode()
    assert "This is an export of Typeform, JSON." in shown
    assert "How easy was it?" in shown and "feed no score unless you say more" in shown
    fields = {
        "question.score": "nps",
        "question.ease": "ces",
        "good.ease": "high",
        "option.only_these": "yes",
        "start": "yes",
    }
    client.post(page, fields)
    services.run_import(batch=ImportBatch.objects.get(pk=batch.pk))
    assert set(Answer.objects.values_list("question", "kind")) == {("score", "nps"), ("ease", "ces")}


def test_every_format_says_how_to_tell_it(world: World) -> None:
    keys = [one.key for one in all_formats()]
    assert len(keys) == len(set(keys)) >= 10
    assert all(one.name and one.looks_like for one in all_formats())


def test_text_that_no_database_stores_costs_no_answer(world: World, tmp_path: Path) -> None:
    odd = exports.formbricks(
        data={"q_why": "before\x00after \ud800 end", "q\x00_score": 9, "deep": [["x"]]}, id="odd\x00"
    )
    batch = come_in(tmp_path, "responses.json", json.dumps([odd, exports.formbricks()]))
    assert (batch.state, batch.rows_added) == ("done", 2)
    assert said("odd") == {"q_why": "beforeafter ? end", "q_score": 9, "deep": "x"}


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "{}",
        "[]",
        "[1, 2]",
        "[null]",
        '{"data": []}',
        '{"surveyId": 1, "data": {}}',
        '[{"survey_type": "nps", "score": {}}]',
        '{"form_response": 5}',
        '[{"a": ' + "[" * 800 + "]" * 800 + "}]",
    ],
)
def test_broken_or_odd_json_is_refused_or_handed_back_and_never_crashes(
    world: World, tmp_path: Path, text: str
) -> None:
    try:
        batch = come_in(tmp_path, "odd.json", text, received_on="2026-05-13")
    except (FileNotUsable, MappingIncomplete):
        return
    assert batch.state == "done"


def test_the_long_form_of_the_hub_names_its_questions_and_its_customer(world: World, tmp_path: Path) -> None:
    batch = come_in(tmp_path, "hub.csv", exports.HUB_LONG_CSV)
    assert (batch.rows_added, batch.rows_bad) == (2, 0)
    assert said("sub-001") == {"nps_score": 9, "nps_comment": "Great support"}
    assert dict(Question.objects.values_list("key", "text")) == {
        "nps_score": "Would you recommend us?",
        "nps_comment": "Why?",
    }
    assert Question.objects.get(key="nps_score").highest == 10
    assert Customer.objects.get().email == "alice@example.com"
    services.run_undo(batch=services.undo(batch=batch, by=None))
    assert not Customer.objects.exists()


def test_zendesks_ratings_are_good_or_bad_and_who_has_not_rated_is_left_out_and_counted(
    world: World, tmp_path: Path
) -> None:
    batch = come_in(tmp_path, "satisfaction_ratings.json", exports.ZENDESK_RATINGS)
    assert (batch.rows_added, batch.rows_bad, batch.report["left_out_not_rated"]["n"]) == (2, 0, 1)
    assert said("62") == {"satisfied": 1, "reason": "No reason provided", "comment": "Awesome support!"}
    assert said("63") == {"satisfied": 0, "reason": "The issue took too long to resolve"}
    assert kinds() == {"satisfied": "yes_no", "reason": "choice", "comment": "text"}
    row = Feedback.objects.get(key="62")
    assert (row.received_at, row.source) == (datetime(2026, 5, 2, 10, 15, tzinfo=UTC), "zendesk-csat")
    assert row.customer.identifiers.get().value == "7881"
    lines = "\n".join(map(json.dumps, json.loads(exports.ZENDESK_RATINGS)["satisfaction_ratings"]))
    assert come_in(tmp_path, "ratings.json", lines).rows_known == 2
