"""The door of the library: arguments are held against what a function says it takes, before anything is computed.

Inside, modules call each other directly and trust types; who comes in through :mod:`candor.analytics` may bring ``None``,
words or a table of the wrong shape, and gets a :class:`BadParameter` that names the argument instead of a ``TypeError``.
"""

import inspect
import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from numbers import Integral
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike

from candor.analytics import inputs
from candor.analytics.errors import BadCounts, BadParameter
from candor.analytics.estimates import require_level

__all__: list[str] = []

ENDLESS = (math.inf, -math.inf)

Check = Callable[[str, Any], None]


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function behind a check of its arguments; signature, docstring and defaults stay."""
    signature = inspect.signature(function)
    hints = typing.get_type_hints(function)
    checks = {
        name: check
        for name, parameter in signature.parameters.items()
        if (
            check := _BY_NAME.get(name)
            or _check_for(hints.get(name), may_be_endless=parameter.default in ENDLESS or name == "cap")
        )
    }

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            if name in checks:
                checks[name](name, value)
        return function(*args, **kwargs)

    return checked


def _check_for(hint: Any, *, nested: bool = False, may_be_endless: bool = False) -> Check | None:
    """What an annotation asks of a value; None where anything goes."""
    if hint == ArrayLike or hint == inputs.FloatArray:
        return _array
    if hint is int:
        return _count
    if hint is range:
        return _range
    if hint is bool:
        return _yes_or_no
    if hint is float:
        return _any_number if nested or may_be_endless else _number
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is np.ndarray:
        return None
    if origin in (types.UnionType, typing.Union):
        return _one_of(parts, nested)
    if origin is tuple:
        return _tuple(parts)
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return _mapping(_check_for(parts[1], nested=True))
    if origin is Callable:
        return _callable
    if inspect.isclass(origin) and issubclass(origin, Iterable):
        return _iterable(_check_for(parts[0], nested=True), takes_words=parts[0] not in (float, int))
    return _instance(hint) if inspect.isclass(hint) and hint.__module__.startswith("candor.") else None


def _number(name: str, value: Any) -> None:
    _any_number(name, value)
    if not math.isfinite(value):
        raise BadParameter(name, value, expected="a finite number")


def _count(name: str, value: Any) -> None:
    _any_number(name, value)
    if not math.isfinite(value):
        raise BadCounts(name, value)


def _seed(name: str, value: Any) -> None:
    if not isinstance(value, Integral) or int(value) < 0:
        raise BadParameter(name, value, expected="a whole number, 0 or more")


def _level(name: str, value: Any) -> None:
    _number(name, value)
    require_level(value)


_BY_NAME: dict[str, Check] = {"level": _level, "seed": _seed}


def _any_number(name: str, value: Any) -> None:
    """NaN passes: inside a column it may stand for what is missing, which is the function's to say."""
    if isinstance(value, str) or not isinstance(value, SupportsFloat) or np.ndim(value):  # type: ignore[arg-type]
        raise BadParameter(name, repr(value)[:60], expected="a number")
    if inputs.LARGEST < abs(float(value)) < math.inf:
        raise BadParameter(name, value, expected=f"a number within ±{inputs.LARGEST:g}")


def _range(name: str, value: Any) -> None:
    if not isinstance(value, range):
        raise BadParameter(name, repr(value)[:60], expected="a range")


def _yes_or_no(name: str, value: Any) -> None:
    if not isinstance(value, bool | np.bool_):
        raise BadParameter(name, repr(value)[:60], expected="true or false")


def _array(name: str, value: Any) -> None:
    size = np.abs(inputs.numbers(name, value))
    wrong = (size > inputs.LARGEST) & (size < np.inf)
    if wrong.any():
        raise BadParameter(name, float(size[wrong][0]), expected=f"numbers within ±{inputs.LARGEST:g}")


def _callable(name: str, value: Any) -> None:
    if not callable(value):
        raise BadParameter(name, value, expected="a function")


def _instance(kind: type) -> Check:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, kind):
            raise BadParameter(name, repr(value)[:60], expected=f"a {kind.__name__}")
        for part, inner in inner_checks.items():
            inner(f"{name}.{part}", getattr(value, part))

    fields = typing.get_type_hints(kind) if hasattr(kind, "_fields") else {}
    inner_checks = {part: inner for part, hint in fields.items() if (inner := _check_for(hint))}
    return check


def _one_of(hints: tuple[Any, ...], nested: bool) -> Check | None:
    checks = [_check_for(hint, nested=nested) for hint in hints if hint is not types.NoneType]
    allows_none = types.NoneType in hints
    if None in checks:
        return None

    def check(name: str, value: Any) -> None:
        if value is None and allows_none:
            return None
        problems = []
        for one in checks:
            assert one
            try:
                return one(name, value)
            except BadParameter as problem:
                problems.append(problem)
        raise problems[0]

    return check


def _tuple(hints: tuple[Any, ...]) -> Check:
    endless = len(hints) == 2 and hints[1] is Ellipsis
    checks = [_check_for(hint, nested=True) for hint in hints if hint is not Ellipsis]

    def check(name: str, value: Any) -> None:
        entries = _entries(name, value)
        if not endless and len(entries) != len(checks):
            raise BadParameter(name, repr(value)[:60], expected=f"{len(checks)} entries")
        for place, entry in enumerate(entries):
            inner = checks[0] if endless else checks[place]
            if inner:
                inner(f"{name}[{place}]", entry)

    return check


def _mapping(inner: Check | None) -> Check:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise BadParameter(name, repr(value)[:60], expected="a mapping")
        if inner:
            for key, entry in value.items():
                inner(f"{name}[{key!r}]", entry)

    return check


def _iterable(inner: Check | None, *, takes_words: bool) -> Check:
    def check(name: str, value: Any) -> None:
        if isinstance(value, str) and not takes_words:
            raise BadParameter(name, value[:60], expected="a sequence of numbers")
        if not isinstance(value, Iterable):
            raise BadParameter(name, repr(value)[:60], expected="a sequence")
        if inner and hasattr(value, "__len__"):  # an iterator can be read once only
            for place, entry in enumerate(value):
                inner(f"{name}[{place}]", entry)

    return check


def _entries(name: str, value: Any) -> list[Any]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise BadParameter(name, repr(value)[:60], expected="a tuple")
    return list(value)
