"""Changes of a definition: keys, order, choices, conditions, languages, colours."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.apps.surveys import checks, colors, conditions, designing, palette, wordings
from candor.apps.surveys.brand import LIGHT, contrast
from candor.apps.surveys.conditions import Built, Condition
from candor.apps.surveys.errors import DesignRefused
from candor.apps.surveys.library import TEMPLATES
from candor.foundation.errors import InvalidInput
from candor.questionnaire import read_definition
from candor.questionnaire.expressions import parse


def a_definition(*kinds: str, pages: int = 1) -> dict[str, Any]:
    """A draft with one question of each kind, on the first page."""
    definition = designing.blank("Test", "en")
    for _ in range(pages - 1):
        designing.add_page(definition)
    for kind in kinds:
        designing.add_question(definition, kind=kind, page=0)
    return definition


@pytest.mark.parametrize("kind", palette.KINDS)
def test_every_kind_of_question_begins_valid_and_is_known_again(kind: str) -> None:
    definition = a_definition("nps", kind)
    element = list(designing.elements(definition))[1]
    assert palette.kind_of(element) is palette.KINDS[kind]
    questionnaire = read_definition(definition)
    assert len(questionnaire.elements()) == 2


def test_the_guide_names_every_kind_of_question_as_the_designer_does() -> None:
    guide = (Path(__file__).parents[2] / "docs/guide/surveys.md").read_text()
    assert [str(kind.label) for kind in palette.KINDS.values() if f"**{kind.label}**" not in guide] == []


@pytest.mark.parametrize("key", TEMPLATES)
@pytest.mark.parametrize("main", ["en", "de", "fr"])
def test_every_template_is_valid_and_complete_in_english_and_german(key: str, main: str) -> None:
    definition = TEMPLATES[key].definition(main=main)
    questionnaire = read_definition(definition)
    assert set(questionnaire.languages) == {main, "en", "de"}
    for language in {"en", "de"} - {main}:
        assert wordings.missing(definition, language) == []
    assert all(palette.kind_of(one) is not None for one in designing.elements(definition))


def test_templates_pass_the_checks_that_authors_get() -> None:
    doubts = {
        (key, remark.code)
        for key, template in TEMPLATES.items()
        for remark in checks.check(template.definition(main="en")).all
    }
    assert doubts == {("pulse", "no_measure")}, "only the question to staff, which must feed no measure"


def test_a_template_asks_no_question_twice_and_stays_short() -> None:
    for template in TEMPLATES.values():
        keys = designing.keys(template.definition(main="en"))
        assert len(set(keys)) == len(keys)
        assert template.questions <= 6


def test_staff_on_0_to_10_never_feed_the_customers_nps() -> None:
    for key in ("pulse", "frontline-loop"):
        assert not any("measure" in one for one in designing.elements(TEMPLATES[key].definition(main="en")))


def test_before_and_after_are_asked_on_the_same_scale() -> None:
    before = designing.element_of(TEMPLATES["expectation-before"].definition(main="en"), "expected_ease")
    after = designing.element_of(TEMPLATES["experience-after"].definition(main="en"), "ces")
    assert [(one["rateMin"], one["rateMax"]) for one in (before, after)] == [(1, 7), (1, 7)]


def test_a_key_is_taken_once_even_after_its_question_went() -> None:
    definition = a_definition("nps", "nps")
    assert designing.keys(definition) == ["nps", "nps_2"]
    designing.remove_question(definition, "nps_2")
    made = designing.add_question(definition, kind="nps", page=0, taken=frozenset({"nps", "nps_2"}))
    assert made["name"] == "nps_3"


def test_a_definition_from_elsewhere_keeps_its_panels_and_gets_pages() -> None:
    panel = {
        "type": "panel",
        "name": "group",
        "elements": [{"type": "comment", "name": "csat", "title": "Why?"}],
    }
    definition = designing.in_pages({"elements": [panel]})
    assert designing.keys(definition) == ["group", "csat"]
    made = designing.add_question(definition, kind="csat", page=0)
    assert made["name"] == "csat_2", "a key inside a panel is taken, too"
    assert [text.in_language() for text in wordings.texts(definition)][:1] == ["Why?"]
    read_definition(definition)


def test_a_new_key_is_said_wherever_the_old_one_was() -> None:
    definition = a_definition("nps", "comment")
    why = designing.element_of(definition, "comment")
    why["title"] = {"default": "Why {nps}, not {nps_2}?", "de": "Warum {nps}?"}
    why["visibleIf"] = "{nps} <= 6"
    designing.rename_question(definition, "nps", "likely")
    assert why["title"] == {"default": "Why {likely}, not {nps_2}?", "de": "Warum {likely}?"}
    assert why["visibleIf"] == "{likely} <= 6"


@pytest.mark.parametrize("key", ["", "1st", "a b", "x" * 61, "comment", "COMMENT", "old"])
def test_a_bad_or_taken_key_is_refused(key: str) -> None:
    definition = a_definition("nps", "comment")
    before = deepcopy(definition)
    with pytest.raises(DesignRefused):
        designing.rename_question(definition, "nps", key, taken=frozenset({"old"}))
    assert definition == before


def test_a_question_steps_over_the_edge_of_its_page_and_stops_at_the_ends() -> None:
    definition = a_definition("nps", "csat", pages=2)
    assert designing.step_question(definition, "nps", down=True) == (0, 1)
    assert designing.step_question(definition, "nps", down=True) == (1, 0)
    assert designing.step_question(definition, "nps", down=True) == (1, 0)
    assert designing.step_question(definition, "nps", down=False) == (0, 1)
    assert designing.keys(definition) == ["csat", "nps"]


@given(st.data())
def test_moving_questions_loses_and_doubles_none(data: st.DataObject) -> None:
    definition = a_definition("nps", "csat", "comment", "choice", pages=3)
    before = sorted(designing.keys(definition))
    for _ in range(data.draw(st.integers(1, 6))):
        key = data.draw(st.sampled_from(before))
        page, place = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 9))
        at = designing.place_question(definition, key, page=page, place=place)
        assert designing.place_of(definition, key) == at
    assert sorted(designing.keys(definition)) == before


def test_a_reworded_choice_keeps_its_value_and_its_translation() -> None:
    definition = a_definition()
    element = designing.add_question(definition, kind="choice", page=0)
    wordings.put(element["choices"][0], "text", "Eine Frage", "de")
    designing.set_items(element, "choices", ["One question", "A problem", "A wish", "Something else"])
    assert [one["value"] for one in element["choices"]] == ["question", "problem", "a_wish", "something_else"]
    assert element["choices"][0]["text"] == {"default": "One question", "de": "Eine Frage"}


lines = st.lists(st.text("abc ", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=8)


@given(lines, lines)
def test_choices_say_what_was_typed_and_never_share_a_value(old: list[str], new: list[str]) -> None:
    element: dict[str, Any] = {"choices": []}
    designing.set_items(element, "choices", old)
    kept = {wordings.said(one["text"]): one["value"] for one in element["choices"]}
    designing.set_items(element, "choices", new)
    assert [wordings.said(one["text"]) for one in element["choices"]] == new
    values = [one["value"] for one in element["choices"]]
    assert len(set(values)) == len(values)
    if len(set(old)) == len(old) and sorted(new) == sorted(set(new)) and new == [t for t in old if t in new]:
        assert all(kept[text] == value for text, value in zip(new, values, strict=True))


def test_points_of_a_scale_stay_numbers() -> None:
    element = designing.add_question(a_definition(), kind="matrix", page=0)
    designing.set_items(element, "columns", ["Disagree", "Neither", "Agree", "Agree fully"])
    assert [one["value"] for one in element["columns"]][:1] == [1]
    assert all(isinstance(one["value"], int) for one in element["columns"])


words = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="'\"{}\\"), max_size=12
).map(str.strip)
rows = st.builds(
    lambda key, operator, value: Condition(
        key, operator, "" if operator in conditions.WITHOUT_VALUE else value
    ),
    st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True),
    st.sampled_from(list(conditions.OPERATORS)),
    st.one_of(words, st.integers(-5, 20).map(str)),
)


@given(st.lists(rows, min_size=1, max_size=conditions.MOST), st.booleans())
def test_what_the_builder_writes_it_reads_again_and_the_questionnaire_understands(
    built: list[Condition], is_any: bool
) -> None:
    said = Built(tuple(built), is_any and len(built) > 1)
    assert conditions.read(said.expression) == said
    parse(said.expression)


@pytest.mark.parametrize(
    "expression", ["{a} = 1 and {b} = 2 or {c} = 3", "({a} = 1)", "age({born}) > 18", "{m.row} = 1"]
)
def test_an_expression_beyond_the_builder_is_left_to_experts(expression: str) -> None:
    assert conditions.read(expression) is None


def test_a_condition_that_cannot_be_read_is_refused_and_the_old_one_stays() -> None:
    element = {"visibleIf": "{a} = 1"}
    with pytest.raises(DesignRefused, match="can’t be read"):
        designing.set_expression(element, "{a} = = 2")
    assert element == {"visibleIf": "{a} = 1"}


def test_what_a_language_lacks_is_listed_and_an_emptied_text_lacks_again() -> None:
    definition = a_definition("nps")
    assert wordings.languages_of(definition) == ("en",)
    texts = {text.path: text for text in wordings.texts(definition)}
    texts["pages/0/elements/0/title"].set("Würden Sie uns empfehlen?", "de")
    assert wordings.languages_of(definition) == ("en", "de")
    assert [text.field for text in wordings.missing(definition, "de")] == [
        "title",
        "minRateDescription",
        "maxRateDescription",
    ]
    wordings.drop_language(definition, "de")
    assert definition == a_definition("nps")


def test_typed_paragraphs_can_hold_no_markup() -> None:
    stored = wordings.marked_up("<script>x</script>\n\nA & B")
    assert stored == "<p>&lt;script&gt;x&lt;/script&gt;</p><p>A &amp; B</p>"
    assert wordings.plain(stored) == "<script>x</script>\n\nA & B"


@pytest.mark.parametrize(
    ("color", "is_kept"), [("#0b5c57", True), ("#FFEE00", False), ("#767676", False), ("#000000", True)]
)
def test_a_brand_colour_that_cannot_be_read_is_replaced_and_that_is_said(color: str, is_kept: bool) -> None:
    judged = colors.judge(color)
    assert judged.is_kept is is_kept
    assert contrast(judged.theme.light, LIGHT) >= 4.5
    assert ("Customers get" in judged.words) is not is_kept


def test_what_is_no_colour_is_refused() -> None:
    with pytest.raises(InvalidInput, match="expected one as #0b5c57"):
        colors.judge("red")
