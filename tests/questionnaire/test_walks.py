import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.questionnaire import Questionnaire, passed_pages, read_definition, visible_questions, walk

NPS = {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10, "isRequired": True}
CHANNEL = {"type": "radiogroup", "name": "channel", "choices": ["phone", "branch", "web"]}
REASONS = {"type": "checkbox", "name": "reasons", "choices": ["wait", "tone", "price", "other one"]}


def comment(name: str, condition: str, **more: object) -> dict:
    return {"type": "comment", "name": name, "visibleIf": condition, **more}


def pages(*elements: list[dict], **more: object) -> Questionnaire:
    return read_definition({"pages": [{"elements": one} for one in elements], **more})


def test_every_way_is_walked_once() -> None:
    found = walk(
        pages(
            [NPS, CHANNEL],
            [comment("why", "{nps} < 7"), comment("where", "{channel} = 'branch' and {nps} >= 9")],
        )
    )
    assert {way.questions for way in found.ways} == {
        ("nps", "channel"), ("nps", "channel", "why"), ("nps", "channel", "where"),
    }  # fmt: skip
    assert found.is_complete
    assert found.is_sound


def test_what_nobody_sees_and_what_never_holds_is_named_with_its_place() -> None:
    found = walk(
        pages([NPS], [comment("a", "{nps} > 10"), comment("b", "{nps} < 3 and {nps} > 5"), comment("c", "{nps} = 3", requiredIf="{nps} = 4")])
    )  # fmt: skip
    assert found.unreached == ("a", "b")
    assert [(fault.place, fault.code) for fault in found.never] == [
        ("pages[1].elements[0].visibleIf", "never_holds"),
        ("pages[1].elements[1].visibleIf", "never_holds"),
        ("pages[1].elements[2].requiredIf", "never_holds"),
    ]
    assert not found.is_sound


def test_a_required_question_without_a_choice_left_is_a_dead_end_with_answers_that_lead_there() -> None:
    stuck = {"type": "radiogroup", "name": "which", "isRequired": True,
             "choices": [{"value": "a", "visibleIf": "{channel} = 'phone'"}, {"value": "b", "visibleIf": "{channel} = 'web'"}]}  # fmt: skip
    found = walk(pages([CHANNEL | {"isRequired": True}], [stuck]))
    (dead_end,) = found.dead_ends
    assert (dead_end.code, dead_end.answers) == ("required_impossible", {"channel": "branch"})
    assert "none of its choices is shown" in dead_end.message


def test_choosing_more_than_there_is_is_a_dead_end() -> None:
    (dead_end,) = walk(
        pages([REASONS | {"isRequired": True, "minSelectedChoices": 3, "maxSelectedChoices": 2}])
    ).dead_ends
    assert "at least 3 must be chosen, and at most 2" in dead_end.message


def test_nothing_at_all_shown_is_told() -> None:
    (dead_end,) = walk(pages([CHANNEL | {"visible": False}])).dead_ends
    assert dead_end.code == "nothing_shown"


def test_jumps_are_followed_and_a_jump_back_is_a_circle() -> None:
    triggers = [
        {"type": "skip", "expression": "{nps} > 8", "gotoName": "channel"},
        {"type": "complete", "expression": "{nps} = 0"},
    ]
    found = walk(pages([NPS], [comment("why", "true")], [CHANNEL], triggers=triggers))
    assert {way.questions for way in found.ways} == {("nps",), ("nps", "channel"), ("nps", "why", "channel")}
    back = [{"type": "skip", "expression": "{channel} = 'web'", "gotoName": "nps"}]
    assert [one.code for one in walk(pages([NPS], [CHANNEL], triggers=back)).dead_ends] == ["jumps_back"]
    hidden = [{"type": "skip", "expression": "{nps} = 1", "gotoName": "why"}]
    ways = walk(pages([NPS], [CHANNEL], [comment("why", "{nps} > 5")], triggers=hidden)).ways
    assert {way.questions for way in ways} == {("nps", "channel"), ("nps", "channel", "why")}, (
        "a jump to what is hidden is not made"
    )


def test_combinations_of_choices_rows_of_a_matrix_and_numbers_are_tried() -> None:
    matrix = {"type": "matrix", "name": "m", "rows": ["speed", "tone"], "columns": [1, 2, 3]}
    age = {"type": "text", "name": "age", "inputType": "number", "min": 0}
    found = walk(
        pages([REASONS, matrix, age], [comment("a", "{reasons} contains 'wait' and {reasons} contains 'tone' and {reasons} notcontains 'price'")],
              [comment("b", "{m.speed} = 1 and {m.tone} = 3")], [comment("c", "{age} >= 18")], [comment("d", "{reasons.length} = 3")])
    )  # fmt: skip
    assert found.unreached == ()
    assert {way.questions[3:] for way in found.ways} == {
        tuple(some) for size in range(5) for some in itertools.combinations("abcd", size)
    } - {("a", "b", "c", "d"), ("a", "b", "d"), ("a", "c", "d"), ("a", "d")} | {
        ("a", "d"),
        ("a", "c", "d"),
        ("a", "b", "d"),
        ("a", "b", "c", "d"),
    }


def test_it_says_honestly_when_it_had_to_stop_or_could_not_try_everything() -> None:
    pairs = [{"type": "rating", "name": f"r{n}", "rateMin": 0, "rateMax": 10} for n in range(6)]
    mixed = [comment("x", " + ".join(f"{{r{n}}}" for n in range(6)) + " = 61")]
    found = walk(pages(pairs, mixed), most_steps=500)
    assert not found.is_complete
    assert "After 500 steps" in found.limits[0]
    words = walk(
        pages([{"type": "text", "name": "t"}], [comment("x", "{t} contains 'ab' and {t} contains 'cd'")])
    )
    assert (words.limits, words.sampled) == ((), ("t",))


def test_three_hundred_pages_in_a_row_are_walked() -> None:
    many = [
        [{"type": "rating", "name": "q0"}],
        *([comment(f"q{n}", f"{{q0}} > {n % 6}")] for n in range(1, 300)),
    ]
    found = walk(pages(*many))
    assert len(found.ways) == 6
    assert found.steps < 5000


_literal = st.sampled_from(["a", "b", "c"])


@st.composite
def _conditions(draw: st.DrawFn, names: list[str]) -> str:
    parts = [
        f"{{{draw(st.sampled_from(names))}}} {draw(st.sampled_from(['=', '<>', 'anyof']))} {draw(_literal)!r}"
        if draw(st.booleans()) else f"{{{draw(st.sampled_from(names))}}} {draw(st.sampled_from(['empty', 'notempty']))}"
        for _ in range(draw(st.integers(1, 2)))
    ]  # fmt: skip
    return draw(st.sampled_from([" and ", " or "])).join(parts)


@st.composite
def _questionnaires(draw: st.DrawFn) -> dict:
    found: list[list[dict]] = [[]]
    for number in range(draw(st.integers(2, 5))):
        one = {
            "type": "radiogroup",
            "name": f"q{number}",
            "choices": ["a", "b", "c"],
            "isRequired": draw(st.booleans()),
        }
        if number and draw(st.booleans()):
            one["visibleIf"] = draw(_conditions([f"q{n}" for n in range(number)]))
        if number and draw(st.booleans()):
            found.append([])
        found[-1].append(one)
    triggers = []
    if draw(st.booleans()):
        triggers = [{"type": "complete", "expression": draw(_conditions(["q0"]))}]
    return {"pages": [{"elements": one} for one in found], "triggers": triggers}


def _ways_by_trying_everything(read: Questionnaire) -> set[tuple[str, ...]]:
    """Give every answer to every question that is seen, one after another, without any cleverness."""
    ways = set()

    def go(answers: dict) -> None:
        shown = {one.place for one in passed_pages(read, answers)}
        seen = [one for one in visible_questions(read, answers) if read.pages[one.page].place in shown]
        open_ = next((one for one in seen if one.name not in answers), None)
        if open_ is None:
            ways.add(tuple(one.name for one in seen))
            return
        for value in ["a", "b", "c"] if open_.is_required else ["a", "b", "c", None]:
            go({**answers, open_.name: value})

    go({})
    return ways


@settings(max_examples=60, deadline=None)
@given(_questionnaires())
def test_the_ways_are_those_that_trying_everything_finds(definition: dict) -> None:
    read = read_definition(definition)
    found = walk(read)
    everything = _ways_by_trying_everything(read)
    assert found.is_complete
    assert {way.questions for way in found.ways} == everything
    assert set(found.unreached) == {one.name for one in read.questions()} - {
        name for way in everything for name in way
    }


@pytest.mark.parametrize("size", [5, 40])
def test_a_question_nobody_looks_at_costs_no_step(size: int) -> None:
    loose = [{"type": "checkbox", "name": f"c{n}", "choices": list(range(1, 9))} for n in range(size)]
    assert walk(pages([NPS], loose, [comment("why", "{nps} < 7")])).steps <= 6
