"""The different names that a column of a file uses."""

from collections.abc import Collection

from candor.intake import Row, Table

SHOWN = 5  # of those nobody knows, in a question


def names_in(table: Table, column: str) -> set[str]:
    """Every text of the column once, without the empty one."""
    named = {row.values.get(column, "").strip() for row in table.rows() if isinstance(row, Row)}
    return named - {""}


def strangers_among(names: Collection[str], *, known: Collection[str]) -> str:
    """The names that are not among `known` (casefolded), as a list in words; empty if there are none."""
    strange = sorted(name for name in names if name.casefold() not in known)
    shown = ", ".join(f"“{name[:60]}”" for name in strange[:SHOWN])
    return f"{shown} and more" if len(strange) > SHOWN else shown
