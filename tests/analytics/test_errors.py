"""Errors of the library carry facts and a stable code."""

import inspect

import pytest

from candor.analytics import errors

TREE = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.AnalyticsError)
]


def test_every_error_has_a_code_of_its_own():
    codes = [kind.code for kind in TREE]
    assert len(codes) == len(set(codes))


def test_the_tree_in_the_docstring_is_the_tree_in_the_code():
    for kind in TREE:
        assert kind.__name__ in errors.__doc__
        assert f'"{kind.code}"' in errors.__doc__


@pytest.mark.parametrize(
    ("error", "facts", "words"),
    [
        (
            errors.MissingColumns(["n"], present=["unit"]),
            {"missing": ("n",), "present": ("unit",)},
            "missing columns: n",
        ),
        (errors.EmptySample("answers"), {"what": "answers"}, "no answers"),
        (errors.ShapeMismatch(now=3, before=2), {"now": 3, "before": 2}, "lengths differ: now 3, before 2"),
        (
            errors.NotEnoughHistory(have=3, need=8),
            {"have": 3, "need": 8, "what": "periods"},
            "3 periods; at least 8 are needed",
        ),
        (
            errors.NotIdentifiable("effect", because="all were asked"),
            {"what": "effect", "because": "all were asked"},
            "effect cannot be estimated: all were asked",
        ),
    ],
)
def test_an_error_says_what_happened_and_keeps_its_facts(error, facts, words):
    assert error.facts == facts
    assert str(error) == words
    assert isinstance(error, ValueError)
