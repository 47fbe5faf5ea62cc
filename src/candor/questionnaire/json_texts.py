"""JSON from strangers, bounded: how large, how deep, how many parts; no number that is none, no half characters."""

import json
import math
from collections.abc import Mapping
from typing import Any

from .errors import FileRefused

LARGEST = 20_000_000  # bytes
DEEPEST = 60
MOST_PARTS = 1_000_000


def read_json(data: str | bytes, *, largest: int = LARGEST) -> Any:
    """Decode JSON of a stranger.

    Raises FileRefused when it is too large, too deep, no UTF-8 or no JSON.
    """
    if len(data) > largest:
        raise FileRefused(f"The file has {len(data):,} bytes; at most {largest:,} are read.")
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
        found = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise FileRefused(f"The file is no UTF-8: byte {error.start + 1} can't be read.") from error
    except RecursionError as error:
        raise FileRefused(f"The file is nested deeper than {DEEPEST}.") from error
    except ValueError as error:
        raise FileRefused(f"The file is no JSON: {error}.") from error
    bound(found)
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def bound(value: object) -> None:
    """Refuse what is too deep, has too many parts, or can't be stored.

    Raises FileRefused.
    """
    waiting: list[tuple[object, int]] = [(value, 1)]
    parts = 0
    while waiting:
        one, depth = waiting.pop()
        parts += 1
        if depth > DEEPEST:
            raise FileRefused(f"The definition is nested deeper than {DEEPEST}.")
        if parts > MOST_PARTS:
            raise FileRefused(f"The definition has more than {MOST_PARTS:,} parts.")
        if isinstance(one, Mapping):
            waiting += [(key, depth) for key in one]
            waiting += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list | tuple):
            waiting += [(inner, depth + 1) for inner in one]
        else:
            _refuse_leaf(one)


def _refuse_leaf(one: object) -> None:
    if isinstance(one, float) and not math.isfinite(one):
        raise FileRefused("The definition holds a number that is not finite.")
    if isinstance(one, str) and ("\x00" in one or any("\ud800" <= sign <= "\udfff" for sign in one)):
        raise FileRefused("The definition holds a character that is none (U+0000 or half of a pair).")
    if one is not None and not isinstance(one, str | int | float):
        raise FileRefused(f"The definition holds {type(one).__name__}, which is no JSON.")
