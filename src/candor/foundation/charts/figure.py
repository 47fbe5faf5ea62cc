"""What a page needs to show a chart: its title, its spec, the table behind it and the table as a file."""

import csv
import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from candor.foundation.wording import number

Spec = dict[str, Any]


def figure_context(
    spec: Spec, rows: Sequence[dict[str, Any]] | None, *, name: str, csv_url: str
) -> dict[str, Any]:
    """Context of the chart component; without `rows` the table comes from the spec's own data."""
    table = list(spec.get("usermeta", {}).get("table", [])) if rows is None else list(rows)
    meta = spec.get("usermeta", {})
    return {
        "title": meta.get("title", ""),
        "subtitle": meta.get("subtitle", ""),
        "spec": {key: value for key, value in spec.items() if key not in {"usermeta", "title"}},
        "name": name,
        "columns": list(table[0]) if table else [],
        "rows": [[_cell(value) for value in row.values()] for row in table],
        "csv_url": csv_url or (f"data:text/csv;charset=utf-8,{quote(_as_csv(table))}" if table else ""),
    }


def _cell(value: object) -> str:
    if isinstance(value, float):
        return number(value, 0 if abs(value) >= 100 else 2)
    return "" if value is None else str(value)


def _as_csv(table: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()
