"""What the library must survive: every argument of a valid call spoiled in turn.

``spoiled(arguments)`` yields (what was done, arguments). Numbers become NaN, endless, negative, 0, 1, 2, None or a word; columns
become empty, of one or two entries, all equal, all zero, with a hole, with something endless or negative in them; all columns of a
call are also shortened together.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from candor import analytics as cx

Arguments = dict[str, Any]

NUMBERS = {
    "NaN": math.nan,
    "endless": math.inf,
    "minus endless": -math.inf,
    "negative": -1,
    "0": 0,
    "1": 1,
    "2": 2,
}
NO_NUMBERS: dict[str, Any] = {"None": None, "a word": "many"}


def spoiled(arguments: Arguments) -> Iterator[tuple[str, Arguments]]:
    for name, value in arguments.items():
        for done, worse in _worse(value):
            yield f"{name}: {done}", arguments | {name: worse}
    columns = [name for name, value in arguments.items() if _is_column(value)]
    if len(columns) > 1:
        for done, length in (("nothing", 0), ("one", 1), ("two", 2)):
            yield f"all columns: {done}", arguments | {name: arguments[name][:length] for name in columns}


def _worse(value: Any) -> Iterator[tuple[str, Any]]:
    yield from NO_NUMBERS.items()
    if _is_number(value):
        yield from NUMBERS.items()
    elif isinstance(value, cx.Histogram):
        yield "nothing", cx.Histogram.from_counts({})
        yield "one", cx.Histogram.from_counts({5: 1})
        yield "all equal", cx.Histogram.from_counts({5: 40})
        yield "weights of zero", cx.Histogram.from_weighted({5: (3, 0.0, 0.0)})
    elif isinstance(value, Mapping):
        yield "nothing", {}
        if value and not callable(value):
            first = next(iter(value))
            yield "one", {first: value[first]}
            for done, worse in _worse_item(value[first]):
                yield f"in {first}: {done}", {**value, first: worse}
    elif _is_column(value):
        yield from _worse_column(value)


def _worse_column(column: Any) -> Iterator[tuple[str, Any]]:
    kind = type(column) if type(column) in (list, tuple) else list
    yield "nothing", kind(())
    yield "one", column[:1]
    yield "two", column[:2]
    yield "all equal", kind([column[0]] * len(column))
    if all(map(_is_number, column)):
        yield "all zero", kind([0] * len(column))
        yield "enormous", kind([1e300, *column[1:]])
    for done, worse in _worse_item(column[0]):
        yield f"first {done}", kind([worse, *column[1:]])


def _worse_item(item: Any) -> Iterator[tuple[str, Any]]:
    yield from NO_NUMBERS.items()
    if _is_number(item):
        yield from NUMBERS.items()
    elif type(item) in (list, tuple) and item:
        yield "empty", type(item)()
        for done, worse in _worse_item(item[0]):
            yield f"with {done}", type(item)((worse, *item[1:]))
    elif hasattr(item, "_replace"):
        for name in item._fields:
            if _is_number(getattr(item, name)):
                for done, worse in {**NUMBERS, "None": None}.items():
                    yield f"with {name} {done}", item._replace(**{name: worse})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_column(value: Any) -> bool:
    return type(value) in (list, tuple) and len(value) > 0
