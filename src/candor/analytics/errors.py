"""What can be wrong with the numbers handed in.

::

    AnalyticsError            code "analytics"
    ├── MissingColumns        code "missing_columns"      a table lacks what the method needs
    ├── EmptySample           code "empty_sample"         nothing to compute from
    ├── BadCounts             code "bad_counts"           negative, not finite, or more successes than trials
    ├── BadWeights            code "bad_weights"          negative, not finite, or all zero
    ├── BadParameter          code "bad_parameter"        an option outside its range
    ├── ShapeMismatch         code "shape_mismatch"       two sequences that should be equally long are not
    ├── NotEnoughHistory      code "not_enough_history"   fewer periods, units or pairs than the method needs
    ├── NotIdentifiable       code "not_identifiable"     the data hold no contrast to estimate it from
    └── DidNotConverge        code "did_not_converge"     an iteration stopped before it settled

Every error carries its facts as a dictionary, so that a page, a log or JSON can show them without parsing words.
"""

from collections.abc import Sequence

__all__ = [
    "AnalyticsError",
    "BadCounts",
    "BadParameter",
    "BadWeights",
    "DidNotConverge",
    "EmptySample",
    "MissingColumns",
    "NotEnoughHistory",
    "NotIdentifiable",
    "ShapeMismatch",
]


class AnalyticsError(ValueError):
    """Root of the tree. ``code`` is stable, ``facts`` says what was found."""

    code = "analytics"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts: dict[str, object] = facts


class MissingColumns(AnalyticsError):
    """A table lacks columns that the method needs."""

    code = "missing_columns"

    def __init__(self, missing: Sequence[str], *, present: Sequence[str] = ()) -> None:
        names = ", ".join(missing)
        super().__init__(f"missing columns: {names}", missing=tuple(missing), present=tuple(present))


class EmptySample(AnalyticsError):
    """There is nothing to compute from."""

    code = "empty_sample"

    def __init__(self, what: str) -> None:
        super().__init__(f"no {what}", what=what)


class BadCounts(AnalyticsError):
    """A count is negative, not a finite number, or larger than the whole it belongs to."""

    code = "bad_counts"

    def __init__(self, name: str, value: object, *, expected: str = "a finite number, 0 or more") -> None:
        super().__init__(f"{name} is {value}; expected {expected}", name=name, value=value, expected=expected)


class BadWeights(AnalyticsError):
    """Weights are negative, not finite, or sum to zero where there are answers."""

    code = "bad_weights"

    def __init__(self, value: object, *, expected: str = "finite, 0 or more, and not all 0") -> None:
        super().__init__(f"weights are {value}; expected {expected}", value=value, expected=expected)


class BadParameter(AnalyticsError):
    """An option lies outside its range."""

    code = "bad_parameter"

    def __init__(self, name: str, value: object, *, expected: str) -> None:
        super().__init__(f"{name} is {value}; expected {expected}", name=name, value=value, expected=expected)


class ShapeMismatch(AnalyticsError):
    """Two sequences that describe the same things differ in length."""

    code = "shape_mismatch"

    def __init__(self, **lengths: object) -> None:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        super().__init__(f"lengths differ: {said}", **lengths)


class NotEnoughHistory(AnalyticsError):
    """Fewer periods, units or pairs than the method needs."""

    code = "not_enough_history"

    def __init__(self, *, have: int, need: int, what: str = "periods") -> None:
        super().__init__(f"{have} {what}; at least {need} are needed", have=have, need=need, what=what)


class NotIdentifiable(AnalyticsError):
    """The data hold no contrast from which this could be estimated."""

    code = "not_identifiable"

    def __init__(self, what: str, *, because: str) -> None:
        super().__init__(f"{what} cannot be estimated: {because}", what=what, because=because)


class DidNotConverge(AnalyticsError):
    """An iteration stopped before it settled."""

    code = "did_not_converge"

    def __init__(self, method: str, *, iterations: int, gap: float) -> None:
        super().__init__(
            f"{method} did not settle in {iterations} steps (gap {gap:.3g})",
            method=method,
            iterations=iterations,
            gap=gap,
        )
