import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.questionnaire import (
    BadDefinition,
    Measure,
    QuestionKind,
    check_answers,
    keep_seen,
    passed_pages,
    piped,
    read_definition,
    visible_questions,
)

NPS = {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10, "measure": "nps", "isRequired": True,
       "title": {"default": "How likely are you to recommend us?", "de": "Wie wahrscheinlich empfehlen Sie uns?"}}  # fmt: skip
WHY = {
    "type": "comment",
    "name": "why",
    "title": "You gave {nps}. Why?",
    "visibleIf": "{nps} notempty",
    "maxLength": 100,
}
CHANNEL = {"type": "radiogroup", "name": "channel", "isRequired": True, "showOtherItem": True,
           "choices": ["branch", {"value": "phone", "text": {"default": "By phone", "de": "Am Telefon"}}]}  # fmt: skip
SERVICE = {
    "type": "matrix",
    "name": "service",
    "rows": ["speed", "tone"],
    "columns": [1, 2, 3],
    "eachRowRequired": True,
}
MENDED = {
    "type": "checkbox",
    "name": "mended",
    "choices": ["a", "b", "c"],
    "maxSelectedChoices": 2,
    "requiredIf": "{nps} < 7",
}
FULL = {
    "title": "After the call",
    "pages": [
        {"name": "first", "elements": [NPS, WHY]},
        {"name": "second", "visibleIf": "{nps} <= 8", "elements": [CHANNEL, {"type": "panel", "name": "p", "visibleIf": "{channel} = 'phone'",
                                                                            "elements": [SERVICE]}]},
        {"name": "third", "elements": [MENDED, {"type": "text", "name": "day", "inputType": "date"}, {"type": "boolean", "name": "agree", "consent": True}]},
    ],
}  # fmt: skip


def faults_of(definition: object) -> dict[str, str]:
    with pytest.raises(BadDefinition) as caught:
        read_definition(definition)
    return {fault.place: fault.code for fault in caught.value.faults}


def test_a_definition_tells_what_is_asked_on_what_scale_in_which_languages() -> None:
    read = read_definition(json.dumps(FULL))
    nps, why, channel, service, *_ = read.questions()
    assert (nps.kind, nps.measure, nps.lowest, nps.highest, nps.is_required) == (
        QuestionKind.RATING,
        Measure.NPS,
        0,
        10,
        True,
    )
    assert nps.label("de-AT") == "Wie wahrscheinlich empfehlen Sie uns?"
    assert nps.label("fr") == "How likely are you to recommend us?"
    assert why.kind is QuestionKind.LONG_TEXT
    assert [choice.value for choice in channel.choices] == ["branch", "phone", "other"]
    assert (service.lowest, service.highest, len(service.conditions)) == (1, 3, 2)
    assert read.languages == ("en", "de")
    assert read.source == FULL


@pytest.mark.parametrize(
    ("scale", "steps"),
    [
        ({"rateMax": 3}, (1, 2, 3)),
        ({"rateMax": 8, "rateStep": 2}, (1, 3, 5, 7)),
        ({"rateMin": 0, "rateMax": 0.5, "rateStep": 0.1}, (0, 0.1, 0.2, 0.3, 0.4, 0.5)),
    ],
)
def test_every_step_of_a_scale_is_an_answer_and_lies_on_it(
    scale: dict[str, float], steps: tuple[float, ...]
) -> None:
    read = read_definition({"elements": [{"type": "rating", "name": "a"} | scale]})
    assert read.questions()[0].steps() == steps
    assert [check_answers(read, {"a": step}, finished=True) for step in steps] == [[]] * len(steps)


def test_a_scale_from_nought_to_ten_is_no_nps_unless_it_says_so() -> None:
    plain = {key: value for key, value in NPS.items() if key != "measure"}
    assert read_definition({"elements": [plain]}).questions()[0].measure is None


def test_every_fault_is_named_with_its_place() -> None:
    assert faults_of(
        {
            "pages": [
                {
                    "elements": [
                        {"type": "rating", "name": "a", "rateMin": 5, "rateMax": 1, "measure": "joy"},
                        {"type": "hologram", "name": "b"},
                        {"type": "text", "name": "A", "visibleIf": "{c} = "},
                        {"type": "radiogroup", "name": "d", "choices": ["x", "x"]},
                        {"type": "matrix", "name": "e", "columns": [1]},
                        "nonsense",
                    ]
                },
                {"elements": {}},
            ]
        }
    ) == {
        "pages[0].elements[0]": "bad_scale",
        "pages[0].elements[0].measure": "unknown_measure",
        "pages[0].elements[1]": "unknown_type",
        "pages[0].elements[2]": "name_taken",
        "pages[0].elements[2].visibleIf": "bad_expression",
        "pages[0].elements[3].choices[1]": "value_taken",
        "pages[0].elements[4]": "no_rows",
        "pages[0].elements[5]": "no_object",
        "pages[1].elements": "no_list",
    }


def test_a_condition_on_a_name_that_nothing_has_is_a_fault() -> None:
    assert faults_of({"elements": [NPS, WHY | {"visibleIf": "{npz} < 7 and {nps} > 1"}]}) == {
        "elements[1].visibleIf": "unknown_name"
    }


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 100_000,
        '{"pages": ' + "[" * 70 + "]" * 70 + "}",
        b"\xff\xfe{}",
        "{",
        '{"title": NaN, "elements": []}',
        '{"title": 1e999, "elements": []}',
        '{"title": "\\ud800", "elements": []}',
        json.dumps({"elements": [NPS | {"name": f"q{n}"} for n in range(2500)]}),
        json.dumps({"elements": [{"type": "dropdown", "name": "a", "choices": list(range(5000))}]}),
        "[]",
        "null",
    ],
    ids=range(11),
)
def test_a_hostile_definition_is_refused_with_a_sentence(hostile: str | bytes) -> None:
    with pytest.raises(BadDefinition) as caught:
        read_definition(hostile)
    assert len(str(caught.value)) < 2000


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["rating", "matrix", "{a} = 1"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["pages", "elements", "type", "name", "choices", "rows", "columns", "visibleIf", "title", "rateMax", "triggers"]), inner, max_size=5
    ),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None)
@given(_json)
def test_any_json_is_read_or_refused(data: object) -> None:
    try:
        read_definition(data)
    except BadDefinition as error:
        assert error.faults


def names(answers: dict) -> list[str]:
    return [one.name for one in visible_questions(read_definition(FULL), answers)]


def test_what_is_seen_follows_the_answers() -> None:
    assert names({}) == ["nps", "mended", "day", "agree"]
    assert names({"nps": 3}) == ["nps", "why", "channel", "mended", "day", "agree"]
    assert names({"nps": 3, "channel": "phone"})[3] == "service"
    assert keep_seen(
        read_definition(FULL), {"nps": 10, "channel": "phone", "channel-Comment": "x", "why": "y"}
    ) == {"nps": 10, "why": "y"}


def test_good_answers_have_no_fault() -> None:
    answers = {
        "nps": 3,
        "why": "slow",
        "channel": "phone",
        "service": {"speed": 1, "tone": 3},
        "mended": ["a"],
        "day": "2026-01-31",
        "agree": True,
    }
    assert check_answers(read_definition(FULL), answers, finished=True) == []


def test_what_is_wrong_with_answers_is_told_by_the_name_of_their_question() -> None:
    answers = {"nps": 11, "why": "x" * 101, "channel": "fax", "service": {"speed": 4, "price": 1}, "mended": ["a", "b", "c"], "day": "31.01.2026",
               "agree": "perhaps", "admin": True}  # fmt: skip
    found = [
        (fault.place, fault.code) for fault in check_answers(read_definition(FULL), answers, finished=False)
    ]
    assert found == [
        ("nps", "outside"), ("why", "too_long"), ("channel", "outside"), ("service", "outside"), ("service", "outside"), ("mended", "outside"),
        ("day", "wrong_type"), ("agree", "wrong_type"), ("admin", "unknown_name"),
    ]  # fmt: skip


def test_only_what_is_seen_and_required_is_missed_and_only_at_the_end() -> None:
    read = read_definition(FULL)
    assert check_answers(read, {}, finished=False) == []
    assert [fault.place for fault in check_answers(read, {}, finished=True)] == ["nps"]
    assert [fault.place for fault in check_answers(read, {"nps": 9}, finished=True)] == []
    assert [fault.place for fault in check_answers(read, {"nps": 3}, finished=True)] == ["channel", "mended"]
    half = {"nps": 8, "channel": "phone", "service": {"speed": 1}}
    assert [fault.place for fault in check_answers(read, half, finished=True)] == ["service"]
    assert [fault.place for fault in check_answers(read, {"nps": 8, "channel": "other"}, finished=True)] == [
        "channel-Comment"
    ]


def test_a_trigger_that_ends_it_asks_nothing_more() -> None:
    ending = FULL | {
        "triggers": [
            {"type": "complete", "expression": "{nps} = 10"},
            {"type": "skip", "expression": "{nps} = 0", "gotoName": "day"},
        ]
    }
    read = read_definition(ending)
    assert [page.name for page in passed_pages(read, {"nps": 10})] == ["first"]
    assert [page.name for page in passed_pages(read, {"nps": 0})] == ["first", "third"]
    assert check_answers(read, {"nps": 0, "mended": ["a"]}, finished=True) == []


def test_answers_are_piped_into_texts_as_words() -> None:
    read = read_definition(FULL)
    assert (
        piped(
            "{nps}, {channel}; {service.tone} {unknown}", read, {"nps": 3, "channel": "phone"}, language="de"
        )
        == "3, Am Telefon;  {unknown}"
    )


def test_calculated_values_are_reckoned_on_the_server() -> None:
    read = read_definition(
        {"calculatedValues": [{"name": "twice", "expression": "{once} * 2"}, {"name": "once", "expression": "{n} + 1"}],
         "elements": [{"type": "text", "inputType": "number", "name": "n"}, {"type": "text", "name": "more", "visibleIf": "{twice} = 8"}]}
    )  # fmt: skip
    assert [one.name for one in visible_questions(read, {"n": 3, "twice": 0})] == ["n", "more"]


def test_hostile_answers_cost_neither_time_nor_the_stack() -> None:
    mail = {"type": "text", "name": "mail", "inputType": "email"}
    seen = {"type": "text", "name": "seen", "visibleIf": "{mail} = 'x' or {nps} anyof [1, 2]"}
    read = read_definition({"elements": [NPS, mail, CHANNEL, MENDED, SERVICE, seen]})
    deep: object = 1
    for _ in range(5000):
        deep = [deep] if _ % 2 else {"speed": deep}
    hostile = dict.fromkeys(("nps", "mail", "channel", "mended", "service", "else"), deep)
    codes = {fault.code for fault in check_answers(read, hostile, finished=True)}
    assert codes == {"wrong_type", "required"}
    assert visible_questions(read, hostile)
    assert [
        fault.code for fault in check_answers(read, {"mail": "a@" + "." * 19_000 + "@"}, finished=False)
    ] == ["wrong_type"]
    assert check_answers(read, {"mended": ["a"] * 6000}, finished=False)


_odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([10**400, -(10**400)]) | st.floats() | st.text(max_size=5) | st.sampled_from(["a", "phone", "2026-01-31", "7"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["speed", "name", "x"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
_FIELDS = [
    "nps",
    "why",
    "channel",
    "channel-Comment",
    "service",
    "mended",
    "day",
    "agree",
    "twice",
    "file",
    "rank",
    "n",
    "when",
    "else",
]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(_FIELDS), _odd, max_size=8))
def test_whatever_is_sent_is_judged_and_never_breaks(answers: dict) -> None:
    more = [{"type": "file", "name": "file"}, {"type": "ranking", "name": "rank", "choices": ["a", "b"], "visibleIf": "{n} * 2 > {nps} or {rank} = {mended}"},
            {"type": "slider", "name": "n", "requiredIf": "sum({service}, {n}) >= {twice}"}, {"type": "text", "name": "when", "inputType": "week"}]  # fmt: skip
    read = read_definition(
        FULL
        | {
            "pages": [*FULL["pages"], {"name": "more", "elements": more}],
            "calculatedValues": [{"name": "twice", "expression": "{n} + {why}"}],
        }
    )
    for fault in check_answers(read, answers, finished=True):
        assert fault.message
    assert passed_pages(read, answers)
    assert piped("{why} {n} {service.speed} {twice}", read, answers) is not None
    assert set(keep_seen(read, answers)) <= set(answers)
