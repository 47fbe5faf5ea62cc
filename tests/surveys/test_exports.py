"""Answers taken away row by row: what is in the files, who may take them, and what never leaves."""

import csv
import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyreadstat
import pytest
from django.test import Client
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.customers.services import erase_customer
from candor.apps.feedback.choices import MANY, AnswerKind, Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, receive
from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import AuditEntry, Person, Unit
from candor.apps.organization.scope import Scope
from candor.apps.surveys import exporting, tasks
from candor.apps.surveys.exports.files import all_formats
from candor.apps.surveys.models import Export, Invitation, Response, Survey, SurveyVersion
from candor.apps.surveys.services import define_survey
from candor.foundation.errors import NotAllowed, NotFound
from candor.foundation.periods import Period
from tests.builders import NOON
from tests.world import World

DAY = NOON.date()
WEEK = Period("w", "That week", DAY - timedelta(days=3), DAY + timedelta(days=3))
SECRET = "Call me, I am at ann@example.com"
QUESTIONS = [
    {"key": "nps", "text": "Would you recommend us?", "kind": "nps", "lowest": 0, "highest": 10},
    {"key": "used", "text": "What did you use?", "kind": "choice"},
    {"key": "best", "text": "What was best?", "kind": "choice"},
    {"key": "why", "text": "=1+1 Why?", "kind": "text"},
]


@pytest.fixture
def survey(world: World) -> Survey:
    survey = define_survey(key="visit", name="After a visit", questions=QUESTIONS)
    ann = Customer.objects.create(name="Ann Ash", email="ann@example.com", unit=world.quay)
    answer(
        world.quay,
        "a",
        nps=9.0,
        used=MANY.join(["App", "Branch, in town"]),
        best="Staff",
        why=SECRET,
        customer_id=ann.pk,
    )
    answer(world.quay, "b", nps=0.0, used="App", why="=HYPERLINK(1)", is_partial=True)
    answer(world.mill, "c", best="App")
    answer(world.quay, "other", source="another", nps=1.0)
    Invitation.objects.bulk_create(
        Invitation(survey=survey, key=str(n), sent_at=NOON, unit=world.quay, is_answered=n < 2)
        for n in range(5)
    )
    return survey


def answer(
    unit: Unit,
    key: str,
    *,
    source: str = "visit",
    is_partial: bool = False,
    customer_id: int | None = None,
    **said: Any,
) -> None:
    kinds = {str(one["key"]): AnswerKind(str(one["kind"])) for one in QUESTIONS}
    answers = tuple(
        NewAnswer(question=q, kind=kinds[q], text=v)
        if isinstance(v, str)
        else NewAnswer(question=q, kind=kinds[q], number=v)
        for q, v in said.items()
    )
    receive(
        items=[
            NewFeedback(
                kind=Kind.SURVEY, source=source, key=key, received_at=NOON, unit_id=unit.pk, channel="web", customer_id=customer_id,
                is_partial=is_partial, answers=answers,
            )
        ]
    )  # fmt: skip


def scope_of(person: Person) -> Scope:
    return Scope(viewer_of(person), None, WEEK, WEEK.until, WEEK.until)


def made(survey: Survey, person: Person, key: str) -> Path:
    export = exporting.ask_for_export(survey=survey, scope=scope_of(person), file_format=key, by=person)
    export = exporting.make_export(export=export)
    assert export.state == "done", export.message
    return exporting.take_export(export=export, by=person)


def member(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode("utf-8-sig")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_wide_file_has_a_row_a_person_and_a_list_of_fields_with_denominators(
    world: World, survey: Survey
) -> None:
    path = made(survey, world.clara, "csv")
    found = {row["response"]: row for row in rows(member(path, "answers.csv"))}
    assert set(found) == {"a", "b", "c"}
    assert (found["a"]["nps"], found["a"]["used"], found["a"]["why"]) == (
        "9",
        "App | Branch, in town",
        SECRET,
    )
    assert (found["a"]["customer_email"], found["a"]["unit"], found["b"]["is_partial"]) == (
        "ann@example.com",
        "Quay",
        "1",
    )
    assert found["c"]["nps"] == ""
    fields = rows(member(path, "fields.csv"))
    told = {row["About this file"]: row["Value"] for row in rows(member(path, "about.csv"))}
    assert (told["Rows (people who answered)"], told["Of them given up before the end"]) == ("3", "1")
    assert (told["People asked whom the invitation reached"], told["Of them answered so far"]) == ("5", "2")
    nps = next(row for row in fields if row["Column"] == "nps")
    assert (nps["Words"], nps["Lowest"], nps["Highest"]) == ("Would you recommend us?", "0", "10")
    assert (nps["Answered"], nps["Not answered"], nps["Of all rows"]) == ("2", "1", "3")


def test_nothing_in_a_csv_runs_as_a_formula(world: World, survey: Survey) -> None:
    path = made(survey, world.clara, "csv")
    for name in ("answers.csv", "fields.csv", "about.csv"):
        cells = [cell for row in csv.reader(io.StringIO(member(path, name))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert "'=HYPERLINK(1)" in member(path, "answers.csv")


def test_a_long_file_has_a_row_an_answer_and_a_choice(world: World, survey: Survey) -> None:
    found = [
        row
        for row in rows(member(made(survey, world.clara, "csv-long"), "answers.csv"))
        if row["response"] == "a"
    ]
    assert [(row["question"], row["number"], row["text"]) for row in found] == [
        ("nps", "9", ""), ("used", "", "App"), ("used", "", "Branch, in town"), ("best", "", "Staff"), ("why", "", SECRET),
    ]  # fmt: skip


def test_excel_has_three_sheets_of_one_table_each_and_text_is_text(world: World, survey: Survey) -> None:
    path = made(survey, world.clara, "excel")
    with zipfile.ZipFile(path) as book:
        names = book.read("xl/workbook.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        shown = sheet + "".join(book.read(f"xl/worksheets/sheet{at}.xml").decode() for at in (2, 3))
    assert re.findall(r'<sheet name="(.*?)"', names) == ["Answers", "Fields", "About"]
    assert "<f>" not in shown, "no cell is a formula"
    assert "=HYPERLINK(1)" in sheet and "<v>9</v>" in sheet


def test_parquet_has_types(world: World, survey: Survey, tmp_path: Path) -> None:
    with zipfile.ZipFile(made(survey, world.clara, "parquet")) as archive:
        archive.extract("answers.parquet", tmp_path)
    with duckdb.connect() as connection:
        table = connection.read_parquet(str(tmp_path / "answers.parquet"))
        types = dict(zip(table.columns, map(str, table.types), strict=True))
        found = {row[0]: row[1:] for row in table.select("response, nps, used, why").fetchall()}
    assert (types["nps"], types["used"], types["answered_at"]) == (
        "DOUBLE",
        "VARCHAR",
        "TIMESTAMP WITH TIME ZONE",
    )
    assert found["b"] == (0.0, "App", "=HYPERLINK(1)")
    assert found["c"] == (None, None, None)


def test_spss_has_words_value_labels_and_one_variable_a_choice(
    world: World, survey: Survey, tmp_path: Path
) -> None:
    with zipfile.ZipFile(made(survey, world.clara, "spss")) as archive:
        archive.extract("answers.sav", tmp_path)
    frame, meta = pyreadstat.read_sav(tmp_path / "answers.sav")
    frame = frame.set_index("response")
    assert meta.column_names_to_labels["nps"] == "Would you recommend us?"
    assert meta.variable_value_labels["best"] == {1.0: "App", 2.0: "Staff"}
    assert (frame.loc["a", "best"], frame.loc["c", "best"]) == (2, 1)
    assert (
        frame.loc["a", "used_App"],
        frame.loc["a", "used_Branch_in_town"],
        frame.loc["b", "used_Branch_in_town"],
    ) == (1, 1, 0)
    assert frame.loc["a", "why"] == SECRET


def test_who_may_not_read_personal_data_gets_masked_texts_and_no_names(world: World, survey: Survey) -> None:
    for key in ("csv", "csv-long"):
        text = member(made(survey, world.ada, key), "answers.csv")
        assert "ann@example.com" not in text and "Ann Ash" not in text and "Call me" in text
    assert "Texts are masked" in member(made(survey, world.ada, "csv"), "about.csv")


def test_a_manager_takes_the_answers_of_their_own_unit(world: World, survey: Survey) -> None:
    found = rows(member(made(survey, world.mona, "csv"), "answers.csv"))
    assert {row["response"] for row in found} == {"a", "b"}


def test_nothing_that_leads_back_leaves_an_anonymous_survey(world: World, survey: Survey) -> None:
    Survey.objects.update(is_anonymous=True)
    survey.refresh_from_db()
    Response.objects.create(
        survey=survey, version=SurveyVersion.objects.create(survey=survey, number=7, definition={}), key="r", is_taken_in=True,
        feedback=Feedback.objects.get(key="a"), started_at=NOON, changed_at=NOON,
    )  # fmt: skip
    path = made(survey, world.clara, "csv")
    text = member(path, "answers.csv")
    assert {row["version"] for row in rows(text)} == {""}, "one of them alone answered it"
    for secret in ("ann@example.com", "Ann Ash", "Quay", "Mill", "12:00", "customer"):
        assert secret not in text, secret
    assert {row["response"] for row in rows(text)} == {"1", "2", "3"}
    assert {row["answered_on"] for row in rows(text)} == {str(DAY)}
    assert "in a random order" in member(path, "about.csv")


def test_a_file_is_its_takers_alone_and_each_step_is_logged(
    client: Client, world: World, survey: Survey
) -> None:
    export = exporting.ask_for_export(
        survey=survey, scope=scope_of(world.clara), file_format="csv", by=world.clara
    )
    exporting.make_export(export=export)
    with pytest.raises(NotFound):
        exporting.take_export(export=export, by=world.ada)
    client.force_login(world.ada)
    assert client.get(f"/surveys/exports/{export.pk}/file/").status_code == 404
    client.force_login(world.clara)
    assert b"".join(client.get(f"/surveys/exports/{export.pk}/file/").streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    actions = list(
        AuditEntry.objects.filter(action__startswith="survey_export").values_list("action", flat=True)
    )
    assert sorted(actions) == ["survey_export.asked_for", "survey_export.taken"]


def test_who_lost_the_right_meanwhile_gets_no_file(world: World, survey: Survey) -> None:
    export = exporting.ask_for_export(
        survey=survey, scope=scope_of(world.clara), file_format="csv", by=world.clara
    )
    world.clara.role_assignments.all().delete()
    assert exporting.make_export(export=Export.objects.get(pk=export.pk)).state == "failed"


def test_who_may_not_export_can_not_ask(client: Client, world: World, survey: Survey) -> None:
    for person in (world.theo, world.eve, world.olga):
        client.force_login(person)
        assert client.post(f"/surveys/{survey.pk}/exports/", {"format": "csv"}).status_code == 403
    with pytest.raises((NotAllowed, NotFound)):
        exporting.ask_for_export(
            survey=survey, scope=scope_of(world.clara), file_format="pdf", by=world.clara
        )
    assert not Export.objects.exists()


def test_the_page_makes_a_file_and_shows_where_it_is(client: Client, world: World, survey: Survey) -> None:
    client.force_login(world.clara)
    address = f"/surveys/{survey.pk}/exports/?period={DAY}..{DAY}"
    assert "SPSS" in client.get(address).content.decode()
    client.post(address, {"format": "spss"})
    export = Export.objects.get()
    assert (export.since, export.until, export.state) == (DAY, DAY, "waiting")
    assert "Making the file" in client.get(address).content.decode()
    exporting.make_export(export=export)
    shown = client.get(address).content.decode()
    assert f"/surveys/exports/{export.pk}/file/" in shown
    assert f'<th scope="row">{all_formats()["spss"].name}</th>' in shown, "by its name, not its code"


def test_files_are_gone_after_a_day(world: World, survey: Survey) -> None:
    path = made(survey, world.clara, "csv")
    Export.objects.update(made_at=timezone.now() - timedelta(hours=23))
    assert tasks.forget_old_exports.func() == 0
    assert path.exists()
    Export.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert tasks.forget_old_exports.func() == 1
    assert not path.exists() and not Export.objects.exists()


def test_a_file_goes_when_somebody_in_it_is_erased(world: World, survey: Survey) -> None:
    path = made(survey, world.clara, "csv")
    erase_customer(customer=Customer.objects.get(name="Ann Ash"), by=world.clara)
    assert not path.exists() and not Export.objects.exists()


def test_what_is_written_beside_the_questions_leaves_once(world: World, survey: Survey) -> None:
    """As a file brings it with a column of comments; where the comment is made of answers in words it stands there already."""
    assert "comment" not in member(made(survey, world.clara, "csv"), "answers.csv").splitlines()[0]
    told = {"beside": "It took me an hour, ask ann@example.com", "doubled": "Why so late?"}
    for key, comment in told.items():
        answer(world.quay, key, nps=7.0, **({"why": "Why so late?"} if key == "doubled" else {}))
        Feedback.objects.filter(key=key).update(comment=comment, comment_masked=comment)
    found = {row["response"]: row for row in rows(member(made(survey, world.clara, "csv"), "answers.csv"))}
    assert [found[key]["comment"] for key in ("beside", "doubled", "c")] == [told["beside"], "", ""]
    long = rows(member(made(survey, world.clara, "csv-long"), "answers.csv"))
    assert [row["text"] for row in long if row["question"] == "comment"] == [told["beside"]]
