"""Every result of the library carries n, method and status, and every estimator names its source."""

import inspect
import re
import typing
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache

import pytest

from candor import analytics

PUBLIC = {name: getattr(analytics, name) for names in analytics.CONTENTS.values() for name in names}
FUNCTIONS = {name: thing for name, thing in PUBLIC.items() if inspect.isfunction(thing)}

WITHOUT_A_SAMPLE = {
    "Queue": "a formula on given rates: nobody was asked",
    "SteppedWedge": "a plan: nobody was asked yet",
}
"""Results that have method and status, but no n."""
NO_RESULT = {
    "Histogram": "answers on their way in",
    "Weighting": "what weights do to a sample, a part of the estimate that carries it",
    "PurchaseHistories": "purchases on their way in",
    "Leak": "what an attacker knows for certain: no estimate",
    "Scenario": "a day to be simulated",
    "Thresholds": "a setting that only goes up",
}
"""Public classes that come out of a function and are no estimate."""
YEAR = re.compile(r"\b(1[89]\d\d|20[0-2]\d)\b")


def _classes_in(annotation: object) -> Iterator[type]:
    """Dataclasses of the library that an annotation names, inside tuples, dictionaries and unions too."""
    origin = typing.get_origin(annotation)
    if inspect.isclass(origin) and is_dataclass(origin):
        yield origin
    if inspect.isclass(annotation) and is_dataclass(annotation):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _classes_in(part)


@cache
def _taken_in() -> frozenset[str]:
    """Classes that a caller makes and hands in, and that no function gives back by itself."""
    handed, given = set(), set()
    for function in FUNCTIONS.values():
        hints = typing.get_type_hints(function)
        given |= {kind.__name__ for kind in _classes_in(hints.pop("return"))}
        handed |= {kind.__name__ for hint in hints.values() for kind in _classes_in(hint)}
    parts = {
        part.__name__
        for name in handed - given
        for hint in typing.get_type_hints(PUBLIC[name]).values()
        for part in _classes_in(hint)
    }
    return frozenset((handed | parts) - given)


RESULTS = sorted(
    name
    for name, thing in PUBLIC.items()
    if inspect.isclass(thing) and is_dataclass(thing) and name not in _taken_in() | NO_RESULT.keys()
)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_carries_n_method_and_status(name):
    kind = PUBLIC[name]
    wanted = ("method", "status") if name in WITHOUT_A_SAMPLE else ("n", "method", "status")
    has = {*kind.__annotations__, *(key for key, value in vars(kind).items() if isinstance(value, property))}
    assert [part for part in wanted if part not in has] == []
    assert kind.__dataclass_params__.frozen


def test_exceptions_are_public_results_and_few():
    assert {*WITHOUT_A_SAMPLE, *NO_RESULT} <= PUBLIC.keys()
    assert not NO_RESULT.keys() & _taken_in()
    assert len(WITHOUT_A_SAMPLE) + len(NO_RESULT) <= 8


def _is_estimator(function: object) -> bool:
    """Whether what comes out is a number: no words, no yes or no, and not only what a caller could hand in."""
    found = typing.get_type_hints(function)["return"]
    if found in (str, bool) or typing.get_origin(found) is typing.Literal:
        return False
    kinds = {kind.__name__ for kind in _classes_in(found)}
    return not kinds or not kinds <= NO_RESULT.keys() | _taken_in() | {"Cell"}


@pytest.mark.parametrize(
    "name", sorted(name for name, function in FUNCTIONS.items() if _is_estimator(function))
)
def test_an_estimator_names_its_source_with_author_and_year(name):
    assert YEAR.search(inspect.getdoc(FUNCTIONS[name]) or ""), f"{name} names no source"
