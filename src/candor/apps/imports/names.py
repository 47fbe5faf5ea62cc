"""The different names that a column of a file uses."""

from candor.intake import Row, Table

SHOWN = 5  # of those nobody knows, in a question


def names_in(table: Table, column: str) -> set[str]:
    """Every text of the column once, without the empty one."""
    named = {row.values.get(column, "").strip() for row in table.rows() if isinstance(row, Row)}
    return named - {""}
