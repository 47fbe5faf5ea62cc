"""Whole definitions, walked by the browser's own engine and by ours."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from candor.questionnaire import (
    Questionnaire,
    check_answers,
    passed_pages,
    read_definition,
    visible_questions,
)
from candor.questionnaire.evaluation import holds
from candor.questionnaire.sources import read_foreign

SURVEY_CORE = Path(__file__).parents[2] / "node_modules" / "survey-core"
SAMPLES = Path(__file__).parent / "samples"
pytestmark = pytest.mark.skipif(
    not SURVEY_CORE.is_dir() or not shutil.which("node"), reason="survey-core is not installed"
)


def walked(cases: list[tuple[dict, dict]]) -> list[dict]:
    """What survey-core makes of definitions and answers."""
    script = Path(__file__).with_name("survey_model.cjs")
    run = subprocess.run(
        ["node", str(script), str(SURVEY_CORE)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict] = json.loads(run.stdout)
    return found


class _Maker:
    """Definitions of up to six choices with conditions, jumps and ends at random, and somebody's answers."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def condition(self, names: list[str]) -> str:
        forms = [
            "{%s} = 'a'",
            "{%s} = 'b'",
            "{%s} <> 'c'",
            "{%s} empty",
            "{%s} notempty",
            "{%s} anyof ['a', 'b']",
        ]
        parts = [
            self.random.choice(forms) % self.random.choice(names) for _ in range(self.random.randint(1, 2))
        ]
        return self.random.choice([" and ", " or "]).join(parts)

    def definition(self) -> dict:
        count = self.random.randint(2, 6)
        pages: list[list[dict]] = [[]]
        for number in range(count):
            before = [f"q{n}" for n in range(number)]
            one: dict = {
                "type": "radiogroup",
                "name": f"q{number}",
                "choices": ["a", "b", "c"],
                "isRequired": self.random.random() < 0.4,
            }
            for key, share in (("visibleIf", 0.5), ("requiredIf", 0.2), ("enableIf", 0.15)):
                if before and self.random.random() < share:
                    one[key] = self.condition(before)
            if before and self.random.random() < 0.6:
                pages.append([])
            pages[-1].append(one)
        made: dict = {
            "pages": [{"name": f"p{place}", "elements": elements} for place, elements in enumerate(pages)]
        }
        if self.random.random() < 0.3:
            made["pages"][-1]["visibleIf"] = self.condition(["q0"])
        triggers = []
        if self.random.random() < 0.4:
            triggers.append(
                {"type": "complete", "expression": self.condition([f"q{self.random.randrange(count)}"])}
            )
        last = pages[0][-1]["name"]
        if len(pages) > 2 and self.random.random() < 0.5:
            # What is hidden at the time is not jumped to; answers that came later can't tell whether it was.
            made["pages"][-1].pop("visibleIf", None)
            pages[-1][0].pop("visibleIf", None)
            triggers.append(
                {"type": "skip", "expression": f"{{{last}}} = 'a'", "gotoName": pages[-1][0]["name"]}
            )
        return made | ({"triggers": triggers} if triggers else {})

    def answers(self, definition: dict) -> dict:
        names = [one["name"] for page in definition["pages"] for one in page["elements"]]
        return {name: self.random.choice(["a", "b", "c", None]) for name in names}


def ours(read: Questionnaire, wanted: dict) -> tuple[list[str], str]:
    """Give the wanted answers to whatever is seen, one after another; the pages passed, and whether something is missing."""
    given: dict = {}
    while True:
        shown = {page.place for page in passed_pages(read, given)}
        open_ = next(
            (one for one in visible_questions(read, given)
             if read.pages[one.page].place in shown and one.name not in given and wanted[one.name] is not None
             and (one.enable_if is None or holds(one.enable_if, given))), None,
        )  # fmt: skip
        if open_ is None:
            missing = check_answers(read, given, finished=True)
            return [page.name for page in passed_pages(read, given)], "stuck" if missing else "completed"
        given[open_.name] = wanted[open_.name]


def test_many_definitions_are_walked_as_survey_core_walks_them() -> None:
    maker = _Maker(5)
    definitions = [maker.definition() for _ in range(120)]
    cases = [(definition, maker.answers(definition)) for definition in definitions]
    differ = []
    ended = {"completed": 0, "stuck": 0}
    for (definition, answers), theirs in zip(cases, walked(cases), strict=True):
        if theirs["state"] not in ended:
            continue
        ended[theirs["state"]] += 1
        pages, state = ours(read_definition(definition), answers)
        if state != theirs["state"] or (state == "completed" and pages != theirs["pages"]):
            differ.append((definition, answers, theirs, pages, state))
    assert not differ
    assert min(ended.values()) > 10


@pytest.mark.parametrize("name", ["after_the_call.qsf", "after_the_call.lss"])
def test_what_is_taken_over_opens_in_survey_core_without_a_complaint(name: str) -> None:
    definition = read_foreign((SAMPLES / name).read_bytes()).definition
    (found,) = walked([(definition, {})])
    ours_alone = "Unknown property in class 'rating': 'measure'."
    assert [error["message"] for error in found["errors"] if error["message"] != ours_alone] == []
    first = next(page["name"] for page in definition["pages"])
    assert found["pages"][0] == first
