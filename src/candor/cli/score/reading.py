"""Answers of a file as one histogram a group, with every row that could not be used told apart."""

import math
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from candor.analytics import Histogram
from candor.intake import Problem, Table, open_table

_SHOWN = 5


class WrongColumn(Exception):
    """A named column is not in the file."""

    def __init__(self, name: str, columns: Iterable[str]) -> None:
        super().__init__(
            f"no column {name!r}; the file has {', '.join(column.strip() for column in columns)}"
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """Histograms by group, and what was left out."""

    groups: dict[str, Histogram]
    blank: int
    problems: list[Problem] = field(default_factory=list)
    weightless: dict[str, int] = field(default_factory=dict)
    """Groups whose weights are all 0, with their answers: nothing can be told of them."""

    def notes(self) -> list[str]:
        """What was left out, as sentences."""
        notes = []
        if self.blank:
            notes.append(f"{self.blank:,} {'row' if self.blank == 1 else 'rows'} without an answer.")
        for name, n in self.weightless.items():
            answers = f"{n:,} {'answer' if n == 1 else 'answers'}"
            notes.append(f"All weights of {name or '(none)'} are 0: its {answers} can’t be counted.")
        if self.problems:
            count = len(self.problems)
            notes.append(f"{count:,} {'row' if count == 1 else 'rows'} could not be read:")
            notes += [f"  {problem.message}" for problem in self.problems[:_SHOWN]]
            if count > _SHOWN:
                notes.append(f"  … and {count - _SHOWN:,} more")
        return notes


@dataclass(slots=True)
class _Cell:
    n: int = 0
    weights: "array[float]" = field(default_factory=lambda: array("d"))


def read_answers(
    path: str,
    *,
    score: str,
    weight: str | None,
    by: str | None,
    blanks: list[str],
    allowed: Callable[[float], bool],
) -> Reading:
    """Read a file once, row by row; memory grows with the groups and, for weights only, with the rows."""
    table = open_table(path)
    answers, weights, names = (_column(table, name) for name in (score, weight, by))
    codes = {code.strip() for code in blanks}
    cells: dict[str, dict[float, _Cell]] = {}
    problems: list[Problem] = []
    blank = 0
    for row in table.rows():
        if isinstance(row, Problem):
            problems.append(row)
            continue
        text = row.values[answers or ""].strip()
        value = _number(text)
        if not text or text in codes or (value is not None and f"{value:g}" in codes):
            blank += 1
            continue
        if value is None or not allowed(value):
            problems.append(Problem(row.number, score, text, "an answer on the scale"))
            continue
        heavy = _number(row.values[weights].strip()) if weights else 1.0
        if heavy is None or heavy < 0:
            problems.append(
                Problem(row.number, weight or "", row.values[weights or ""], "a weight of 0 or more")
            )
            continue
        group = row.values[names].strip() if names else ""
        cell = cells.setdefault(group, {}).setdefault(value, _Cell())
        cell.n += 1
        if weights:
            cell.weights.append(heavy)
    weightless = {
        name: sum(cell.n for cell in found.values())
        for name, found in sorted(cells.items())
        if weights and not any(any(cell.weights) for cell in found.values())
    }
    groups = {
        name: Histogram() if name in weightless else _histogram(found, is_weighted=bool(weights))
        for name, found in sorted(cells.items())
    }
    return Reading(groups, blank, problems, weightless)


def _histogram(cells: dict[float, _Cell], *, is_weighted: bool) -> Histogram:
    if not is_weighted:
        return Histogram.from_counts({value: cell.n for value, cell in cells.items()})
    # fsum is exact, so that the rows may come in any order.
    return Histogram.from_weighted(
        {
            value: (cell.n, math.fsum(cell.weights), math.fsum(weight * weight for weight in cell.weights))
            for value, cell in cells.items()
        }
    )


def _column(table: Table, name: str | None) -> str | None:
    """The key of a column, spaces around its name forgiven."""
    if name is None:
        return None
    if name in table.columns:
        return name
    for column in table.columns:
        if column.strip() == name.strip():
            return column
    raise WrongColumn(name, table.columns)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
