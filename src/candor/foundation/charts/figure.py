"""What a page needs to show a chart: its title, its spec, the table behind it and the table as a file."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from candor.foundation.wording import number
from candor.intake import csv_lines

Spec = dict[str, Any]


def chart_spec(
    body: Spec, *, title: str, subtitle: str, table: list[dict[str, Any]], file: list[dict[str, Any]]
) -> Spec:
    """A Vega-Lite spec that also carries its title, its table in words and its file in numbers, for whoever shows it."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        **body,
        "usermeta": {"title": title, "subtitle": subtitle, "table": table, "file": file},
    }


def figure_context(
    spec: Spec, rows: Sequence[dict[str, Any]] | None, *, name: str, csv_url: str
) -> dict[str, Any]:
    """Context of the chart component; without `rows` the table comes from the spec's own data."""
    meta = spec.get("usermeta", {})
    table = list(meta.get("table", [])) if rows is None else list(rows)
    file = list(meta.get("file", [])) if rows is None else table
    return {
        "title": meta.get("title", ""),
        "subtitle": meta.get("subtitle", ""),
        "spec": {key: value for key, value in spec.items() if key not in {"usermeta", "title"}},
        "name": name,
        "columns": list(table[0]) if table else [],
        "rows": [[_cell(value) for value in row.values()] for row in table],
        "csv_url": csv_url or (f"data:text/csv;charset=utf-8,{quote(_as_csv(file))}" if file else ""),
    }


def _cell(value: object) -> str:
    if isinstance(value, float):
        return number(value, 0 if abs(value) >= 100 else 2)
    return "" if value is None else str(value)


def _as_csv(table: Sequence[dict[str, Any]]) -> str:
    return "".join(csv_lines((list(row.values()) for row in table), header=list(table[0])))
