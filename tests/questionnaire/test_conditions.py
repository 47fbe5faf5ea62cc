import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.questionnaire import BadExpression
from candor.questionnaire.evaluation import holds
from candor.questionnaire.expressions import parse

SURVEY_CORE = Path(__file__).parents[2] / "node_modules" / "survey-core"

_values = st.recursive(
    st.none() | st.booleans() | st.integers(-20, 20) | st.floats(-9, 9) | st.sampled_from(["", "a", "A", "5", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["r1", "r2"]), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip
_answers = st.dictionaries(st.sampled_from(["q1", "q2", "m"]), _values, max_size=3)


@pytest.mark.parametrize(
    ("condition", "answers", "expected"),
    [
        ("{nps} <= 6", {"nps": 6}, True),
        ("{nps} <= 6", {}, False),
        ("{nps} empty or {nps} >= 9", {}, True),
        ("{why} notempty and {nps} = '7'", {"why": "x", "nps": 7}, True),
        ("{reasons} contains 'price'", {"reasons": ["Price", "wait"]}, True),
        ("{reasons} anyof ['wait', 'staff']", {"reasons": ["price"]}, False),
        ("{reasons} allof ['wait', 'price']", {"reasons": ["price", "wait", "x"]}, True),
        ("{reasons} = ['b', 'a']", {"reasons": ["a", "b"]}, True),
        ("{reasons.length} > 1", {"reasons": ["a", "b"]}, True),
        ("{service.speed} < 3", {"service": {"speed": 2}}, True),
        ("iif({a} > {b}, 'up', 'down') = 'up'", {"a": 3, "b": 2}, True),
        ("0.1 + 0.2 = 0.3", {}, True),
        ("!({a} = 1) && {b} <> 2", {"a": 2, "b": 3}, True),
        ("{a} or {b}", {"a": 5}, False),  # of all numbers only 1 equals true, in a browser too
    ],
)
def test_a_condition_comes_out_as_in_a_browser(condition: str, answers: dict, expected: bool) -> None:
    assert holds(parse(condition), answers) is expected


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("today() > {day}", "calendar"),
        ("mine({a})", "not known"),
        ("{a} =", "missing at the end"),
        ("{a} like 'b'", "not expected"),
        ("(" * 60 + "{a}" + ")" * 60, "deep"),
        ("{a} = 1 or " * 2000 + "{a}", "at most"),
        ("!null", "deny"),
    ],
)
def test_what_is_not_known_is_a_fault_and_never_skipped(condition: str, reason: str) -> None:
    with pytest.raises(BadExpression, match=reason):
        parse(condition)


def test_a_long_chain_is_no_deep_one() -> None:
    chain = " or ".join(f"{{a}} = {n}" for n in range(700))
    assert holds(parse(chain), {"a": 699})
    assert parse(chain).names() == ("a",)


def test_rankings_are_equal_only_in_the_same_order() -> None:
    condition = parse("{best} = ['a', 'b']")
    assert holds(condition, {"best": ["b", "a"]})
    assert not holds(condition, {"best": ["b", "a"]}, in_order=frozenset({"best"}))


@settings(deadline=None)
@given(st.text(alphabet="{}()[]'\"!<>=+-*/%^&|,.#01ab emptycontainsorandiif", max_size=40), _answers)
def test_any_text_is_read_or_refused_and_any_answers_judged(text: str, answers: dict) -> None:
    try:
        condition = parse(text)
    except BadExpression:
        return
    assert holds(condition, answers) in {True, False}


@settings(deadline=None)
@given(_answers, st.integers(-3, 12))
def test_a_condition_and_its_denial_never_both_hold(answers: dict, number: int) -> None:
    for operator in ("=", "<", ">=", "contains", "anyof"):
        condition = f"{{q1}} {operator} {number}"
        assert holds(parse(condition), answers) != holds(parse(f"!({condition})"), answers)


class _Maker:
    """Conditions and answers at random, over everything the language has."""

    literals = ["0", "1", "5", "-3", "2.5", "'a'", '"b"', "a", "item1", "true", "'5'", "'true'", "''", "['a', 'b']", "[1, 'x']", "[]", "0x10"]  # fmt: skip
    names = ["q1", "q2", "q3", "m.r1", "m.r2", "q1[0]", "q2.length", "#q1", "none"]
    operators = ["=", "==", "!=", "<>", "<", ">", "<=", "=>", "=<", "notequal", "less", "contains", "notcontains", "*=", "anyof", "allof",
                 "noneof", "+", "-", "*", "/", "%", "and", "or", "&&", "||"]  # fmt: skip
    values = [None, 0, 1, 5, -3, 0.1, 2.5, "", "a", "A", "item1", "true", True, False, "5", "05", "1,5", "5 ", [], ["a"], ["b", "a"], [1, 2],
              ["1", 2], {"r1": 1, "r2": "x"}, {}]  # fmt: skip
    calls = [
        "iif({q1} > 2, 'a', {q2})",
        "count({q1}, {q2})",
        "min({q3}, 3)",
        "sum({q3}, 1)",
        "substring({q1}, 0, 1)",
    ]

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def atom(self, depth: int) -> str:
        kind = self.random.random()
        if kind < 0.5 or depth == 0:
            return f"{{{self.random.choice(self.names)}}}"
        if kind < 0.75:
            return self.random.choice(self.literals)
        if kind < 0.85:
            return f"({self.condition(depth - 1)})"
        if kind < 0.9:
            return self.random.choice(self.calls)
        return (
            f"!{self.atom(depth - 1)}"
            if kind < 0.95
            else f"{{q1}} {self.random.choice(['empty', 'notempty'])}"
        )

    def condition(self, depth: int = 2) -> str:
        parts = [self.atom(depth)]
        for _ in range(self.random.choice([0, 1, 1, 2])):
            parts += [self.random.choice(self.operators), self.atom(depth)]
        return " ".join(parts)

    def answers(self) -> dict:
        found = {name: self.random.choice(self.values) for name in ("q1", "q2") if self.random.random() < 0.9}
        rows = {row: self.random.choice(self.values) for row in ("r1", "r2")}
        return found | {"q3": self.random.choice([1, 2.5, 7]), "m": rows}


@pytest.mark.skipif(
    not SURVEY_CORE.is_dir() or not shutil.which("node"), reason="survey-core is not installed"
)
def test_five_thousand_conditions_come_out_as_survey_core_says() -> None:
    maker = _Maker(7)
    cases = [(maker.condition(), maker.answers()) for _ in range(5000)]
    script = Path(__file__).with_name("survey_core.cjs")
    run = subprocess.run(
        ["node", str(script), str(SURVEY_CORE)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    judged = json.loads(run.stdout)
    differ = [
        (text, answers, theirs)
        for (text, answers), theirs in zip(cases, judged, strict=True)
        if theirs != "threw" and theirs is not _ours(text, answers)
    ]
    assert not differ
    assert 500 < sum(one is True for one in judged) < 4500


def _ours(text: str, answers: dict) -> bool | str:
    try:
        return holds(parse(text), answers)
    except BadExpression:
        return "unreadable"
