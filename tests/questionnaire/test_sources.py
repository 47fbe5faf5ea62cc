import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candor.questionnaire import FileRefused, passed_pages, read_definition, visible_questions, walk
from candor.questionnaire.sources import Carried, read_foreign
from candor.questionnaire.sources.limesurvey_logic import CannotTranslate, Equation, Target
from candor.questionnaire.sources.surveyjs import write

SAMPLES = Path(__file__).parent / "samples"
QSF = json.loads((SAMPLES / "after_the_call.qsf").read_text())


def carried(name: str) -> Carried:
    return read_foreign((SAMPLES / name).read_bytes(), file_name=name)


def elements(found: Carried) -> dict[str, dict]:
    return {one["name"]: one for page in found.definition["pages"] for one in page["elements"]}


def codes(found: Carried) -> set[str]:
    return {loss.code for loss in found.losses}


def test_a_qualtrics_survey_keeps_its_questions_values_words_and_translations() -> None:
    found = carried("after_the_call.qsf")
    made = elements(found)
    assert (found.name, found.tool) == ("After the call", "Qualtrics")
    assert made["Used"]["choices"][0] == {"value": 10, "text": {"default": "Yes", "de": "Ja"}}
    assert made["Used"]["isRequired"] is True
    assert made["Channels"]["choices"][-1] == {"value": 4, "text": "None of these", "isExclusive": True}
    assert (
        made["Channels"]["showOtherItem"],
        made["Channels"]["minSelectedChoices"],
        made["Channels"]["choicesOrder"],
    ) == (True, 1, "random")
    assert (made["NPS"]["measure"], made["NPS"]["rateMin"], made["NPS"]["rateMax"]) == ("nps", 0, 10)
    assert [row["value"] for row in made["Service"]["rows"]] == ["speed", "tone"]
    assert [column["value"] for column in made["Service"]["columns"]] == [5, 4, 3, 2, 1]
    assert made["Mail"]["inputType"] == "email"
    assert {"Temp_1", "Temp_2", "Rank"} <= made.keys()
    assert made["Intro"]["html"] == "<p>Hello {segment} &amp; welcome.</p>"
    assert made["Why"]["title"] == "You gave {NPS}. Why? …"


def test_a_qualtrics_survey_leads_the_same_ways() -> None:
    read = read_definition(carried("after_the_call.qsf").definition)

    def seen(**answers: object) -> list[str]:
        pages = {page.place for page in passed_pages(read, answers)}
        return [one.name for one in visible_questions(read, answers) if read.pages[one.page].place in pages]

    always = ["Service", "Temp_1", "Temp_2", "Rank"]
    assert seen(Used=30) == ["Used"]
    assert seen(Used=10) == ["Used", "Channels", *always, "Mail"]
    assert seen(Used=10, Channels=["other"]) == ["Used", "Channels", "NPS", *always, "Mail"]
    assert seen(Used=20, Channels=[1], NPS=3, Service={"speed": 2}) == [
        "Used",
        "Channels",
        "NPS",
        *always,
        "Why",
        "Stop",
        "Mail",
    ]
    assert "Mail" not in seen(Used=20, Channels=[1], NPS=3, Stop=1)
    assert walk(read).is_sound


def test_whatever_qualtrics_has_and_we_have_not_is_told_with_its_place() -> None:
    found = carried("after_the_call.qsf")
    assert codes(found) == {
        "markup", "slider", "soft_required", "question_type", "embedded_data", "random_blocks", "random_order", "flow", "unused", "options", "quota", "part",
        "condition", "piped",
    }  # fmt: skip
    assert {"Map (QID11)", "Timer (QID12)"} <= {
        loss.place for loss in found.losses if loss.code == "question_type"
    }
    assert all(loss.what and loss.advice and loss.place for loss in found.losses)


def test_a_limesurvey_survey_keeps_its_questions_codes_and_languages() -> None:
    found = carried("after_the_call.lss")
    made = elements(found)
    assert found.definition["title"] == {"default": "After the call", "de": "Nach dem Anruf"}
    assert found.definition["completedHtml"] == {"default": "<p>Thank you.</p>", "de": "<p>Danke.</p>"}
    assert made["channel"]["choices"][0] == {"value": "A1", "text": {"default": "Phone", "de": "Telefon"}}
    assert (made["channel"]["showOtherItem"], made["channel"]["isRequired"]) == (True, True)
    assert (made["reasons"]["maxSelectedChoices"], made["reasons"]["choices"][1]["isExclusive"]) == (2, True)
    assert (made["service"]["eachRowRequired"], made["age"]["min"], made["again"]["valueTrue"]) == (
        True,
        18,
        "Y",
    )
    assert (made["dual"]["description"], made["dual_1"]["description"]) == ("Trust", "Weight")
    assert made["grid_r1_c1"] == {
        "type": "text",
        "name": "grid_r1_c1",
        "title": "Numbers: Row: Column",
        "inputType": "number",
        "max": 9,
    }
    assert made["why"]["title"] == "You chose {channel}. Your day was …?"
    assert found.definition["calculatedValues"] == [{"name": "twice", "expression": "{age} * 2"}]


def test_limesurvey_relevance_becomes_conditions_and_groups_keep_their_order() -> None:
    found = carried("after_the_call.lss")
    made = elements(found)
    assert [page["name"] for page in found.definition["pages"]] == ["start", "Use", "Service_2", "Last"]
    assert found.definition["pages"][2]["visibleIf"] == "({channel} = 'other' or {channel} <> 'A2')"
    assert made["easy"]["visibleIf"] == "({channel} = 'A1' and {reasons} contains 'SQ001')"
    assert made["service"]["visibleIf"] == "(!({easy} empty) or {reasons} notcontains 'SQ002')"
    assert made["day"]["visibleIf"] == "{twice} >= 60"
    assert not walk(read_definition(found.definition)).unreached


def test_whatever_limesurvey_has_and_we_have_not_is_told() -> None:
    found = carried("after_the_call.lss")
    assert codes(found) == {
        "settings", "validation", "dual_scale", "matrix_of_fields", "soft_required", "question_type", "constant_sum", "condition", "random_blocks", "quota",
        "defaults", "options", "part", "piped",
    }  # fmt: skip
    quota = next(loss for loss in found.losses if loss.code == "quota")
    assert quota.what == "A quota “Phones”: at most 50 of channel = A1."


def test_older_limesurvey_conditions_join_by_question_and_by_scenario() -> None:
    def rows(table: str, *given: dict[str, str]) -> str:
        inside = "".join(
            "<row>" + "".join(f"<{k}>{v}</{k}>" for k, v in one.items()) + "</row>" for one in given
        )
        return f"<{table}><rows>{inside}</rows></{table}>"

    base = {"parent_qid": "0", "sid": "7", "gid": "1", "language": "en"}
    file = (
        "<document><LimeSurveyDocType>Survey</LimeSurveyDocType>"
        + rows("groups", {"gid": "1", "group_name": "One", "language": "en"})
        + rows("questions", {**base, "qid": "2", "type": "Y", "title": "a", "question": "A?"}, {**base, "qid": "3", "type": "5", "title": "b", "question": "B?"},
               {**base, "qid": "4", "type": "S", "title": "c", "question": "C?"}, {**base, "qid": "4", "type": "S", "title": "c", "question": "C auf Deutsch?", "language": "de"})
        + rows("conditions", {"qid": "4", "cqid": "3", "cfieldname": "7X1X3", "method": "==", "value": "1", "scenario": "1"},
               {"qid": "4", "cqid": "3", "cfieldname": "7X1X3", "method": "==", "value": "2", "scenario": "1"},
               {"qid": "4", "cqid": "2", "cfieldname": "7X1X2", "method": "==", "value": "Y", "scenario": "1"},
               {"qid": "4", "cqid": "3", "cfieldname": "7X1X3", "method": "&gt;", "value": "4", "scenario": "2"})
        + "</document>"
    )  # fmt: skip
    made = elements(read_foreign(file.encode()))["c"]
    assert made["title"] == {"default": "C?", "de": "C auf Deutsch?"}
    assert made["visibleIf"] == "(({b} = 1 or {b} = 2) and ({a} = 'Y')) or (({b} > 4))"


@pytest.mark.parametrize(
    ("equation", "condition"),
    [
        ("a == 'x'", "{a} = 'x'"),
        ("'x' == a.NAOK", "{a} = 'x'"),
        ("3 < a", "{a} > 3"),
        ("a ne '' and !is_empty(b)", "({a} notempty and !({b} empty))"),
        ("m_1 == 'Y'", "{m} contains 'one'"),
        ("m_1.NAOK != 'Y' || a", "({m} notcontains 'one' or {a} notempty)"),
        ("if(a > 2, 1, 0) == 1", "iif({a} > 2, 1, 0) = 1"),
        ("count(a, m_1) >= 1", "(iif({a} notempty, 1, 0) + iif({m} contains 'one', 1, 0)) >= 1"),
        ("1", ""),
        ("0", "false"),
    ],
)
def test_an_equation_is_translated(equation: str, condition: str) -> None:
    targets = {"a": Target("a"), "b": Target("b"), "m_1": Target("m", choice="one")}
    assert Equation(equation, targets).condition() == condition


@pytest.mark.parametrize(
    "equation",
    [
        "regexMatch('/x/', a)",
        "a == b.question",
        "z > 1",
        "m_1 > 3",
        "a ==",
        "(a",
        "a ? b",
        "(" * 40 + "a" + ")" * 40,
        "a " * 4000,
    ],
)
def test_an_equation_that_cannot_be_translated_says_so(equation: str) -> None:
    with pytest.raises(CannotTranslate):
        Equation(equation, {"a": Target("a"), "b": Target("b"), "m_1": Target("m", choice="one")}).condition()


def test_a_surveyjs_definition_goes_in_and_out_to_the_last_property() -> None:
    definition = {
        "title": {"default": "Own", "de": "Eigen"}, "logo": "x", "own": {"deep": [1, {"kept": None}]},
        "pages": [{"name": "p", "elements": [{"type": "rating", "name": "a", "rateMax": 7, "ours": True, "validators": [{"type": "expression", "expression": "{a} > 1"}]}]}],
        "triggers": [{"type": "complete", "expression": "{a} = 1"}],
    }  # fmt: skip
    found = read_foreign(write(definition), file_name="own.json")
    assert (found.definition, found.losses, found.name) == (definition, (), "Own")


def test_what_surveyjs_has_and_we_have_not_is_taken_out_and_told() -> None:
    definition = {
        "pages": [{"elements": [
            {"type": "rating", "name": "a"}, {"type": "paneldynamic", "name": "d", "templateElements": []},
            {"type": "text", "name": "b", "visibleIf": "age({a}) > 3"}, {"type": "text", "name": "c", "visibleIf": "{d} notempty"},
            {"type": "dropdown", "name": "e", "choicesByUrl": {"url": "https://example.org"}},
        ]}],
        "triggers": [{"type": "visible", "expression": "{a} = 1"}],
    }  # fmt: skip
    found = read_foreign(json.dumps(definition).encode())
    assert list(elements(found)) == ["a", "b", "c"]
    assert not any("visibleIf" in one for one in elements(found).values())
    assert codes(found) == {
        "unknown_type",
        "bad_expression",
        "unknown_name",
        "choices_elsewhere",
        "unknown_trigger",
    }
    assert {"d", "e"} <= {loss.place for loss in found.losses}


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><document>&b;</document>'
)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"[]", b'{"a": 1}', b"PK\x03\x04", BOMB, b"<document><a>", b"<html></html>", b"<document>" + b"<a>" * 50,
        b"<document><LimeSurveyDocType>Survey</LimeSurveyDocType></document>", b'{"SurveyElements": {}}', b'{"SurveyElements": []}',
        b'{"SurveyElements": [' + b"[" * 500, b'{"pages": 5}', b'{"pages": []}', b'{"pages": [{"elements": [{"type": "nothing"}]}]}',
        b'{"elements": "' + b"x" * 21_000_000 + b'"}', b"<document><t><rows>" + b"<row></row>" * 200_001,
    ],
    ids=range(18),
)  # fmt: skip
def test_a_file_that_is_no_questionnaire_or_a_bomb_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(FileRefused) as caught:
        read_foreign(data)
    assert 10 < len(str(caught.value)) < 1500


def test_markup_that_never_ends_costs_no_time() -> None:
    hostile = copy.deepcopy(QSF)
    for part in hostile["SurveyElements"]:
        if part["Element"] == "SQ":
            part["Payload"]["QuestionText"] = "<a <!--" * 7000
    assert read_foreign(json.dumps(hostile).encode()).losses


_anything = st.sampled_from(
    [
        None,
        True,
        -1,
        "",
        "x",
        "QID1",
        "q://QID2/SelectableChoice/1",
        [],
        [[]],
        {},
        {"1": 1},
        {"0": {"0": {}}},
        "${e://Field/x}",
        "a{b}c",
        1e308,
    ]
)


def _parts(node: object, path: tuple = ()) -> list[tuple]:
    found = [path] if path else []
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return found + [one for key, inner in items for one in _parts(inner, (*path, key))]


_PATHS = _parts(QSF)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(_PATHS), _anything), min_size=1, max_size=6))
def test_a_damaged_qualtrics_file_is_read_or_refused_and_what_is_read_is_a_definition(
    damage: list[tuple[tuple, object]],
) -> None:
    broken = copy.deepcopy(QSF)
    for path, value in damage:
        node = broken
        try:
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    try:
        found = read_foreign(json.dumps(broken).encode())
    except FileRefused:
        return
    read_definition(found.definition)


LSS_LINES = (SAMPLES / "after_the_call.lss").read_text().splitlines()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.integers(9, len(LSS_LINES) - 2),
            st.sampled_from(["", "(((", "a == ", "99999999999", "{x}", "<b>", "Y", "0"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_damaged_limesurvey_file_is_read_or_refused_and_what_is_read_is_a_definition(
    damage: list[tuple[int, str]],
) -> None:
    lines = list(LSS_LINES)
    for place, value in damage:
        head, found, tail = lines[place].partition("<![CDATA[")
        lines[place] = f"{head}<![CDATA[{value}{tail[tail.index(']]>') :]}" if found else lines[place]
    try:
        result = read_foreign("\n".join(lines).encode())
    except FileRefused:
        return
    read_definition(result.definition)


def test_markup_and_addresses_of_a_stranger_do_no_more_than_set_words() -> None:
    definition = {
        "completedHtml": {"default": "<p>Thank <b>you</b></p>", "de": "<p onclick=x>Danke</p>"}, "navigateToUrl": "javascript:alert(1)", "logo": "https://x.example/l.png",
        "elements": [{"type": "html", "name": "h", "html": "<img src=x onerror=alert(1)>Hello <script>alert(2)</script>there"}, {"type": "text", "name": "a"}],
    }  # fmt: skip
    found = read_foreign(json.dumps(definition).encode())
    assert found.definition["completedHtml"] == {"default": "<p>Thank <b>you</b></p>", "de": "<p>Danke</p>"}
    assert found.definition["navigateToUrl"] == ""
    assert elements(found)["h"]["html"] == "<p>Hello there</p>"
    assert codes(found) == {"markup", "address", "picture"}
    assert found.definition["pages"][0]["name"] == "page1"


_words = st.text("ab <>{}'\"é\n", max_size=8)
_more = st.dictionaries(st.sampled_from(["own", "width", "cssClasses", "indent", "tags"]), st.recursive(_words | st.integers(-5, 5) | st.booleans() | st.none(),
                        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_words, inner, max_size=2), max_leaves=4), max_size=3)  # fmt: skip


@st.composite
def _definitions(draw: st.DrawFn) -> dict:
    kinds = st.sampled_from([{"type": "rating"}, {"type": "text", "inputType": "date"}, {"type": "comment"}, {"type": "radiogroup", "choices": ["a", {"value": 2, "text": "b"}]},
                             {"type": "matrix", "rows": ["r"], "columns": [1, 2]}, {"type": "boolean"}])  # fmt: skip
    pages = [
        {"name": f"p{number}", "elements": [{**draw(kinds), "name": f"q{number}_{one}", "title": draw(_words), **draw(_more)} for one in range(draw(st.integers(1, 3)))], **draw(_more)}
        for number in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    return {"title": draw(_words), "pages": pages, **draw(_more)}


@settings(deadline=None)
@given(_definitions())
def test_a_round_trip_loses_nothing(definition: dict) -> None:
    found = read_foreign(write(definition))
    assert found.losses == ()
    assert found.definition == definition
    assert write(found.definition) == write(definition)


def test_choices_that_are_only_carried_forward_are_told_once_by_the_words_of_their_question() -> None:
    carrying = copy.deepcopy(QSF)
    one = next(
        part
        for part in carrying["SurveyElements"]
        if part["Element"] == "SQ" and part["Payload"]["QuestionType"] == "MC"
    )
    one["Payload"]["Choices"], one["Payload"]["DynamicChoices"] = (
        [],
        {"Locator": "q://QID1/ChoiceGroup/SelectedChoices"},
    )
    losses = read_foreign(json.dumps(carrying).encode()).losses
    told = [loss for loss in losses if loss.code in {"carried_choices", "no_choices"}]
    assert len(told) == 1
    assert "it is left out" in str(told[0]) and "{" not in str(told[0])
