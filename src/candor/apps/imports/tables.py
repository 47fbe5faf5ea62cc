"""What kinds that read tables share: previewing the columns, asking for the date order, converting rows."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from candor.intake import (
    ORDER_NAMES,
    AmbiguousDateOrder,
    Converter,
    DateOrder,
    Field,
    Mapping,
    Problem,
    Row,
    Table,
    detect_date_orders,
    open_table,
    recognise,
)

from .kinds import CELLS as CELLS
from .kinds import Item, Preview, Question
from .models import ImportBatch
from .people import question_about_people
from .units import question_about_units

SHOWN = 8  # rows of the preview


def file_of(batch: ImportBatch) -> Path:
    """The batch's file."""
    return Path(batch.file_path)


def mapping_of(batch: ImportBatch, table: Table, fields: Sequence[Field]) -> Mapping:
    """Columns by name, as the person corrected them (option "columns": field key to column, "" for none)."""
    mapping = recognise(table.columns, fields)
    for key, column in batch.options.get("columns", {}).items():
        if column == "" or column in table.columns:
            mapping = mapping.choose(key, column or None)
    return mapping


def column_of(batch: ImportBatch, key: str, fields: Sequence[Field]) -> str:
    """The column that fills a field; "" for none."""
    return mapping_of(batch, open_table(file_of(batch)), fields).columns.get(key, "")


def preview_table(
    batch: ImportBatch,
    fields: Sequence[Field],
    *,
    more: tuple[Question, ...] = (),
    notes: tuple[str, ...] = (),
) -> Preview:
    """A preview of a table whose columns fill `fields`."""
    table = open_table(file_of(batch))
    mapping = mapping_of(batch, table, fields)
    orders = _date_orders(batch, table, fields, mapping)
    asked = tuple(
        order_question(key, found) for key, found in orders.items() if isinstance(found, AmbiguousDateOrder)
    )
    strangers = (ask(batch, table, mapping) for ask in (question_about_units, question_about_people))
    rows = tuple(row.values for row in table.preview(SHOWN) if isinstance(row, Row))
    return Preview(
        file_columns=tuple(table.columns),
        fields=tuple(fields),
        columns=dict(mapping.columns),
        unclear=dict(mapping.unclear),
        missing=mapping.missing,
        questions=(*asked, *filter(None, strangers), *more),
        rows=rows,
        notes=(*table.notes, *notes),
    )


class TableReader:
    """Reads the batch's table as typed rows: items are (row number, values by field key)."""

    def __init__(self, batch: ImportBatch, fields: Sequence[Field]) -> None:
        self._table = open_table(file_of(batch))
        mapping = mapping_of(batch, self._table, fields)
        orders = _date_orders(batch, self._table, fields, mapping)
        known = {key: order for key, order in orders.items() if not isinstance(order, AmbiguousDateOrder)}
        self._converter = Converter(
            fields,
            mapping,
            date_order=known,
            blanks={k: set(v) for k, v in batch.options.get("blanks", {}).items()},
        )

    @property
    def share_read(self) -> float:
        return self._table.bytes_read / max(self._table.bytes_total, 1)

    @property
    def cautions(self) -> list[str]:
        found = [
            f"{c.column.strip()}: {c.message} First in row {c.row}: {c.value}"
            for c in self._converter.cautions
        ]
        return [*self._table.notes, *found]

    def items(self, *, start: int) -> Iterator[Item | Problem]:
        for row in self._table.rows(start=start):
            if isinstance(row, Problem):
                yield row
                continue
            values = self._converter.convert(row)
            if isinstance(values, list):
                yield from values
            else:
                yield row.number, values | {CELLS: row.values}


def refuse(item: Item, *, column: str, value: str, expected: str, message: str) -> Problem:
    """A problem with an item that only its kind could find; the row's own cells go back with it."""
    row, values = item
    return Problem(row, column, value, expected, f"Row {row}: {message}", cells=values.get(CELLS))


def refuse_unit(item: Item) -> Problem:
    """The problem of an item whose unit nobody knows."""
    name = str(item[1]["unit"])
    return refuse(
        item,
        column="Unit",
        value=name,
        expected="the code or name of a unit",
        message=f"there is no unit “{name}”.",
    )


def _date_orders(
    batch: ImportBatch, table: Table, fields: Sequence[Field], mapping: Mapping
) -> dict[str, DateOrder | AmbiguousDateOrder]:
    """The order of day and month by field key: as the person said, else as the whole column shows."""
    dated = {
        f.key: mapping.columns[f.key]
        for f in fields
        if f.kind in {"date", "instant"} and f.key in mapping.columns
    }
    said = {key: said_order(batch, key) for key in dated}
    open_ones = [column for key, column in dated.items() if said[key] is None]
    found = detect_date_orders(table, open_ones) if open_ones else {}
    return {key: said[key] or found[column] for key, column in dated.items()}


def said_order(batch: ImportBatch, field_key: str) -> DateOrder | None:
    """The order of day and month that the person said for a field; None where they said none."""
    said = batch.options.get(order_key(field_key))
    return said if said in ORDER_NAMES else None


def order_key(field_key: str) -> str:
    """The option that holds it."""
    return f"date_order_{field_key}"


def order_question(field_key: str, found: AmbiguousDateOrder) -> Question:
    """Asks for the order of day and month."""
    choices = tuple((order, ORDER_NAMES[order]) for order in (found.readings or tuple(ORDER_NAMES)))
    return Question(order_key(field_key), found.question, choices)
