"""Every public function, every argument spoiled in turn: a defined result or a named error, never a crash, nonsense or a warning.

Warnings count as errors here as everywhere, so a division by zero that slips through fails the test.
"""

import inspect
import math
from dataclasses import fields, is_dataclass

import pytest

from candor import analytics as cx

from .base_calls import CALLS
from .hostile import spoiled

FUNCTIONS = {
    name: getattr(cx, name)
    for names in cx.CONTENTS.values()
    for name in names
    if inspect.isfunction(getattr(cx, name))
}
SLOW = {"stress_report", "ordinal_drivers", "item_reliability", "cusum_limit_for", "ewma_limit_for"}


def test_every_public_function_has_a_base_call():
    assert CALLS.keys() == FUNCTIONS.keys()


def _holes(result, at="result"):
    """Places where an estimate or a comparison holds NaN: a missing number there is None."""
    if isinstance(result, cx.Estimate | cx.Comparison):
        for field in fields(result):
            value = getattr(result, field.name)
            if isinstance(value, float) and math.isnan(value):
                yield f"{at}.{field.name}"
    elif is_dataclass(result):
        for field in fields(result):
            yield from _holes(getattr(result, field.name), f"{at}.{field.name}")
    elif isinstance(result, dict):
        for key, value in result.items():
            yield from _holes(value, f"{at}[{key}]")
    elif isinstance(result, tuple):
        for place, value in enumerate(result):
            yield from _holes(value, f"{at}[{place}]")
    elif isinstance(result, float) and math.isnan(result):
        yield at


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_spoiled_input_gives_a_defined_result_or_a_named_error(name):
    wrong = []
    for done, arguments in spoiled(CALLS[name]):
        try:
            wrong += [f"{done}: NaN in {hole}" for hole in _holes(FUNCTIONS[name](**arguments))]
        except cx.AnalyticsError as error:
            assert error.facts
        except Exception as error:  # noqa: BLE001 (whatever comes is what is looked for)
            wrong.append(f"{done}: {type(error).__name__}: {error}"[:150])
    assert wrong == []


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_so_do_arguments_that_may_be_left_out(name):
    wrong = []
    for left_out, parameter in inspect.signature(FUNCTIONS[name]).parameters.items():
        if left_out in CALLS[name] or parameter.default is inspect.Parameter.empty:
            continue
        for value in (math.nan, -1, 0, 1.5, "many"):
            try:
                found = FUNCTIONS[name](**CALLS[name], **{left_out: value})
                wrong += [f"{left_out} {value}: NaN in {hole}" for hole in _holes(found)]
            except cx.AnalyticsError as error:
                assert error.facts
            except Exception as error:  # noqa: BLE001 (as above)
                wrong.append(f"{left_out} {value}: {type(error).__name__}: {error}"[:150])
    assert wrong == []
