"""Excel: sheets of answers, of fields and about the whole, streamed to disk row by row. Text is written as text and can't run as a formula."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .as_csv import wide_rows
from .files import ABOUT_HEADER, FIELDS_HEADER, Format, Progress, Sheet, field_rows

MOST_ROWS = 1_048_575  # of a sheet, less its header
_LONGEST = 32_767  # characters of a cell
_WIDTH = 18


def _write(sheet: Sheet, path: Path, tell: Progress) -> None:
    import xlsxwriter

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        answers = book.add_worksheet("Answers")
        answers.freeze_panes(1, 1)
        answers.set_column(0, len(sheet.columns), _WIDTH)
        for at, column in enumerate(sheet.columns):
            answers.write_string(0, at, column.name, bold)
        for number, row in enumerate(wide_rows(sheet, tell), 1):
            for at, value in enumerate(row):
                _put(answers, number, at, value)
        for name, header, rows in (
            ("Fields", FIELDS_HEADER, field_rows(sheet)),
            ("About", ABOUT_HEADER, sheet.about),
        ):
            page = book.add_worksheet(name)
            page.set_column(0, len(header), _WIDTH)
            page.write_row(0, 0, header, bold)
            for number, cells in enumerate(rows, 1):
                for at, value in enumerate(cells):
                    _put(page, number, at, value)


def _put(page: Any, row: int, at: int, value: Any) -> None:
    if isinstance(value, datetime):
        page.write_datetime(row, at, value.astimezone(UTC).replace(tzinfo=None))
    elif isinstance(value, int | float):
        page.write_number(row, at, value)
    elif value not in (None, ""):
        page.write_string(row, at, str(value)[:_LONGEST])


FORMATS = (
    Format(
        key="excel", name="Excel", ending="xlsx", content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write=_write,
        most_rows=MOST_ROWS, order=30,
    ),
)  # fmt: skip
