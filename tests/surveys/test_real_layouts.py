"""Exports as people really hold them: with a mark in front, semicolons, line breaks in cells, words of another country, several choices
in one cell or a column each. Each is read as it stands, and counted right."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from candor.apps.feedback.choices import MANY, AnswerKind
from candor.apps.surveys.formats import Answers, Told, _recognised
from candor.intake import Problem
from tests.surveys.exports import as_csv

BRANCH, APP = "Branch, in town", "App"


def read(
    folder: Path,
    name: str,
    rows: Sequence[Sequence[str]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
) -> Answers:
    """The answers of a file, whose format has to be told from the file alone."""
    path = folder / name
    path.write_bytes(as_csv(rows, delimiter=delimiter).encode(encoding))
    return read_path(path)


def read_path(path: Path) -> Answers:
    """The same of a file that is there."""
    found = _recognised(path, path.stat().st_size, path.stat().st_mtime_ns)
    assert found is not None, "the file names no tool"
    return found[1]


def people(answers: Answers) -> list[Told]:
    """Everybody in the file."""
    rows = list(answers.told())
    assert not [row for row in rows if isinstance(row, Problem)]
    return [row[1] for row in rows if not isinstance(row, Problem)]


def chosen(answers: Answers, question: str) -> Counter[str]:
    """How many chose what."""
    return Counter(
        one for told in people(answers) for one in told.answers.get(question, "").split(MANY) if one
    )


def kinds(answers: Answers) -> dict[str, AnswerKind]:
    """The kinds of its questions."""
    return {one.key: one.kind for one in answers.questions}


QUALTRICS = [
    ["StartDate", "EndDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId", "DistributionChannel", "Q1", "Q3", "Q3_4_TEXT", "Q5", "plan"],
    ["Startdatum", "Enddatum", "Antworttyp", "Fortschritt", "Fertig", "Aufgezeichnet", "Antwort-ID", "Verteilung", "Wie wahrscheinlich\nempfehlen Sie uns?",
     "Was haben Sie genutzt? - Selected Choice", "Was haben Sie genutzt? - Sonstiges - Text", "Zufrieden?", "plan"],
    [json.dumps({"ImportId": one}) for one in ("startDate", "endDate", "status", "progress", "finished", "recordedDate", "_recordId", "distributionChannel",
                                               "QID1", "QID3", "QID3_4_TEXT", "QID5", "plan")],
]  # fmt: skip
_WHEN = ["2026-05-02 09:58:00", "2026-05-02 10:01:30"]
CODES = [
    [*_WHEN, "0", "100", "1", "2026-05-02 10:01:31", "R_1", "anonymous", "10", "1,2", "", "1", "Gold"],
    [*_WHEN, "0", "100", "1", "2026-05-02 10:01:31", "R_2", "anonymous", "7", "2", "", "2", "Gold"],
    [
        *_WHEN,
        "0",
        "40",
        "0",
        "2026-05-02 10:01:31",
        "R_3",
        "anonymous",
        "",
        "1,4",
        'per Post\nund "Fax"',
        "-99",
        "",
    ],
    [*_WHEN, "0", "100", "1", "2026-05-02 10:01:31", "R_4", "preview", "3", "1", "", "1", ""],
]
LABELS = [
    [*_WHEN, "IP-Adresse", "100", "Wahr", "2026-05-02 10:01:31", "R_1", "anonymous", "10", f"{BRANCH},{APP}", "", "Sehr zufrieden", ""],
    [*_WHEN, "IP-Adresse", "100", "Wahr", "2026-05-02 10:01:31", "R_2", "anonymous", "7", APP, "", "Zufrieden", ""],
    [*_WHEN, "IP-Adresse", "40", "Falsch", "2026-05-02 10:01:31", "R_3", "anonymous", "", f"{BRANCH},Sonstiges", "Post", "", ""],
    [*_WHEN, "Umfragevorschau", "100", "Wahr", "2026-05-02 10:01:31", "R_4", "preview", "3", BRANCH, "", "Zufrieden", ""],
]  # fmt: skip


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "utf-8-sig"), ("\t", "utf-16")]
)
@pytest.mark.parametrize(
    ("rows", "counts"), [(CODES, {"1": 3, "2": 2, "4": 1}), (LABELS, {BRANCH: 3, APP: 2, "Sonstiges": 1})]
)
def test_qualtrics_with_several_choices_in_a_cell_in_another_language(
    tmp_path: Path, rows: list[list[str]], counts: dict[str, int], delimiter: str, encoding: str
) -> None:
    """Two codes in a cell (1,2) are two choices and no decimal."""
    found = read(tmp_path, "q.csv", [*QUALTRICS, *rows], delimiter=delimiter, encoding=encoding)
    assert (chosen(found, "Q3"), kinds(found)["Q3"]) == (counts, AnswerKind.CHOICE)
    assert [(told.is_partial, told.left_out) for told in people(found)] == [
        (False, ""), (False, ""), (True, ""), (False, "preview"),
    ]  # fmt: skip
    assert kinds(found)["Q1"] == AnswerKind.NUMBER
    assert found.notes == ("Embedded data that Candor has no place for is left out: plan.",)


_MONKEY_OWN = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name", "Last Name", "Custom Data 1"]  # fmt: skip
_MONKEY_ASKS = [
    "Which did you use?\nChoose all.",
    "",
    "",
    "",
    "Do you agree?",
    "Please rate:",
    "",
    "Who are you?",
    "",
]
_MONKEY_SAYS = [*[""] * 9, BRANCH, APP, "None", "Other (please specify)", "Response", "Wait", "Advice", "Name", "Email Address"]  # fmt: skip
_MONKEY_LOW = ["respondent_id", "collector_id", "date_created", "date_modified", "ip_address", "email_address", "first_name", "last_name", "custom_1"]  # fmt: skip
_MONKEY_OLD = ["RespondentID", "CollectorID", "StartDate", "EndDate", "IP Address", "Email Address", "First Name", "LastName", "CustomData"]  # fmt: skip


@pytest.mark.parametrize("own", [_MONKEY_OWN, _MONKEY_LOW, _MONKEY_OLD])
@pytest.mark.parametrize("is_numbers", [False, True])
def test_surveymonkey_however_it_writes_its_own_columns_and_choices(
    tmp_path: Path, own: list[str], is_numbers: bool
) -> None:
    branch, app, none = ("1", "2", "3") if is_numbers else (BRANCH, APP, "None")
    rows = [
        ["118000000001", "77", "05/13/2026 10:20:00 AM", "05/13/2026 10:22:33 AM", "", "", "", "", "C-1", branch, app, "", "", "1", "5", "4", "Ann", "ann@example.com"],
        ["118000000002", "77", "05/14/2026 01:00:00 PM", "05/14/2026 01:02:00 PM", "", "", "", "", "", "", app, "", "By post,\nalas", "2", "4", "", "", ""],
        ["118000000003", "77", "05/14/2026 02:00:00 PM", "05/14/2026 02:02:00 PM", "", "", "", "", "", "", "", none, "", "2", "4", "4", "", ""],
    ]  # fmt: skip
    found = read(tmp_path, "s.csv", [[*own, *_MONKEY_ASKS], _MONKEY_SAYS, *rows], delimiter=";")
    asks = next(one.key for one in found.questions if one.key.startswith("Which") and "Other" not in one.key)
    assert chosen(found, asks) == {BRANCH: 1, APP: 2, "None": 1}
    first = people(found)[0]
    assert (first.key, first.at, first.facts["customer"]) == ("118000000001", "05/13/2026 10:22:33 AM", "C-1")
    assert kinds(found)["Please rate: - Wait"] == AnswerKind.NUMBER, "a row of a scale is no tick"
    assert kinds(found)["Who are you? - Name"] == AnswerKind.TEXT, "a name is no choice"


def test_typeforms_choices_with_a_column_each_are_one_question_and_no_unit(tmp_path: Path) -> None:
    rows = [
        ["#", "How likely?", "Branch", APP, "By phone", "Other", "Why?", "Which is best?", "Other", "segment", "Response Type", "Start Date (UTC)",
         "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags", "Ending"],
        ["t1", "9", "Branch", APP, "", "", "Fast,\nand friendly", APP, "", "Gold", "completed", "2026-05-13 10:00:00", "", "2026-05-13 10:02:00", "n", "", ""],
        ["t2", "3", "", APP, "", "by fax", "", "", "My own", "", "completed", "2026-05-13 11:00:00", "", "2026-05-13 11:02:00", "n", "", ""],
        ["t3", "8", "", "", "", "", "", "Branch", "", "", "partial", "2026-05-13 11:00:00", "", "", "n", "", ""],
    ]  # fmt: skip
    found = read(tmp_path, "responses-lT4Z3j-x.csv", rows, delimiter=";")
    assert chosen(found, f"Branch / {APP}") == {"Branch": 1, APP: 2}
    assert "choices of one question" in found.notes[0]
    assert [told.facts for told in people(found)] == [{"segment": "Gold"}, {}, {}]
    assert [told.is_partial for told in people(found)] == [False, False, True]
    assert chosen(found, "Other") == {"by fax": 1} and chosen(found, "Other (2)") == {"My own": 1}


def test_what_is_written_beside_chosen_answers_of_typeform_is_kept(tmp_path: Path) -> None:
    choices = {"ids": ["a", "other"], "labels": ["App"], "refs": ["r"], "other": "By fax"}
    answer = {
        "type": "choices",
        "choices": choices,
        "field": {"id": "F", "ref": "used", "type": "multiple_choice"},
    }
    item = {
        "token": "x",
        "landed_at": "2026-05-13T10:00:00Z",
        "submitted_at": "2026-05-13T10:02:00Z",
        "answers": [answer],
    }
    path = tmp_path / "t.json"
    path.write_text("\ufeff" + json.dumps({"items": [item]}))
    assert chosen(read_path(path), "used") == {"App": 1, "By fax": 1}


def test_limesurveys_codes_with_comments_and_a_column_a_choice(tmp_path: Path) -> None:
    own = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
    asks = ["NPS", "Q2[SQ001]", "Q2[SQ002]", "Q2[other]", "MC[SQ001]", "MC[SQ001comment]", "MC[SQ002]", "MC[SQ002comment]", "ARR[SQ001]", "USED_SQ001", "USED_SQ002"]  # fmt: skip
    rows = [
        ["1", "2026-05-13 10:02:00", "3", "de", "7", "9", "Y", "", "", "Y", "quick;\n“fast”", "", "", "A4", "Y", "N"],
        ["2", "", "1", "en", "7", "4", "", "Y", "By post", "", "", "Y", "slow", "", "N", "Y"],
        ["3", "2026-05-13 12:02:00", "3", "en", "7", "8", "Y", "Y", "", "", "", "", "", "A1", "Y", "N"],
    ]  # fmt: skip
    found = read(tmp_path, "results-survey123456.csv", [[*own, *asks], *rows], delimiter=";")
    assert chosen(found, "Q2") == {"SQ001": 2, "SQ002": 2}
    assert chosen(found, "MC") == {"SQ001": 1, "SQ002": 1}
    assert chosen(found, "USED") == {"SQ001": 2, "SQ002": 1}
    assert kinds(found)["MC[SQ001comment]"] == AnswerKind.TEXT
    assert {one.key: one.text for one in found.questions}["USED"] == "USED"
    assert [told.is_partial for told in people(found)] == [False, True, False]


@pytest.mark.parametrize(
    ("own", "yes", "no", "other"),
    [
        (["Antwort-ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache", "Zufallsstartwert"], "Ja", "Nein", "Sonstiges"),
        (["ID de la réponse", "Date de soumission", "Dernière page", "Langue de départ", "Tête de série"], "Oui", "Non", "Autre"),
        (["ID de respuesta", "Fecha de envío", "Última página", "Lenguaje inicial", "Semilla"], "Sí", "No", "Otro"),
    ],
)  # fmt: skip
def test_limesurvey_in_full_from_an_administration_in_another_language(
    tmp_path: Path, own: list[str], yes: str, no: str, other: str
) -> None:
    asks = ["NPS?", "Used? [Filiale]", "Used? [App]", f"Used? [{other}]"]
    rows = [
        ["1", "2026-05-13 10:02:00", "3", "de", "1", "9", yes, no, ""],
        ["2", "", "3", "de", "1", "4", no, yes, "per Post"],
        ["3", "2026-05-13 10:02:00", "3", "de", "1", "9", yes, yes, ""],
    ]
    found = read(tmp_path, "results-survey7.csv", [[*own, *asks], *rows], delimiter=";")
    assert chosen(found, "Used?") == {"Filiale": 2, "App": 2}
    assert list(kinds(found)) == ["NPS?", "Used?", f"Used? [{other}]"], (
        "none of its own columns is a question"
    )
    assert kinds(found)[f"Used? [{other}]"] == AnswerKind.TEXT
    assert [told.is_partial for told in people(found)] == [False, True, False]


def test_a_matrix_of_formbricks_is_an_answer_a_row(tmp_path: Path) -> None:
    data = {"rate": 5, "matrix": {"Wait": "Good", "Advice": "Bad"}, "rank": ["A", "B"], "consent": "accepted"}
    row = {"id": "r", "createdAt": "2026-05-13T10:00:00.000Z", "surveyId": "s", "contact": None, "contactAttributes": None, "finished": True, "data": data}  # fmt: skip
    path = tmp_path / "f.json"
    path.write_text("\ufeff" + json.dumps({"data": [row]}))
    (told,) = people(read_path(path))
    assert (told.answers["matrix.Wait"], told.answers["matrix.Advice"]) == ("Good", "Bad")


def test_delighted_knows_its_responses_by_their_id(tmp_path: Path) -> None:
    rows = [
        ["Survey Response ID", "Person ID", "Email", "Name", "Survey Type", "Score", "Comment", "Permalink", "Created At", "Delighted Source", "Location"],
        ["5435", "1", "a@b.example", "Ann", "nps", "9", "It's ok,\nreally", "https://d.example/r/x", "2026-05-13 10:00:00 UTC", "Email", "Quay"],
    ]  # fmt: skip
    (told,) = people(read(tmp_path, "d.csv", rows))
    assert (told.key, told.answers) == ("5435", {"nps": "9", "comment": "It's ok,\nreally"})
