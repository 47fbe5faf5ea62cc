"""SPSS: numbers with their scale, choices as codes with value labels, questions with several choices as one variable a choice."""

import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from django.utils import timezone

from candor.apps.feedback.choices import AnswerKind

from .files import Format, Progress, Sheet, beside_answers
from .rows import Column, Person, cell
from .sav import LONGEST, NOMINAL, ORDINAL, SCALE, Cell, Variable, safe_names, write_sav

MOST_LABELS = 200  # beyond them texts stay texts
_TELL_EACH = 1_000
_Read: TypeAlias = Callable[[Person], Cell]


def _write(sheet: Sheet, path: Path, tell: Progress) -> None:
    several = _with_several(sheet)
    plan = [one for column in sheet.columns for one in _variables(column, is_several=column.name in several)]
    names = safe_names(variable.name for variable, _read in plan)
    variables = [
        Variable(name, variable.label, variable.width, variable.is_moment, variable.labels)
        for name, (variable, _read) in zip(names, plan, strict=True)
    ]
    reads = [read for _variable, read in plan]
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / "answers.sav"
        write_sav(made, variables, _rows(sheet, reads, tell), label=sheet.rows.survey.name, at=timezone.now())
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(made, "answers.sav")
            for member, texts in beside_answers(sheet):
                archive.writestr(member, "".join(texts))


def _with_several(sheet: Sheet) -> set[str]:
    """Questions of which somebody chose several."""
    return {
        key
        for person in sheet.rows
        for key, value in person.answers.items()
        if isinstance(value, tuple) and len(value) > 1
    }


def _rows(sheet: Sheet, reads: list[_Read], tell: Progress) -> Iterator[list[Cell]]:
    for number, person in enumerate(sheet.rows, 1):
        yield [read(person) for read in reads]
        if number % _TELL_EACH == 0:
            tell(number)


def _variables(column: Column, *, is_several: bool) -> Iterator[tuple[Variable, _Read]]:
    """The variables that a column becomes, each with what reads it from a row."""
    if column.choices and len(column.choices) <= MOST_LABELS:
        if is_several:
            yield from _one_a_choice(column)
        else:
            codes = {text: float(code) for code, text in enumerate(column.choices, 1)}
            labels = {code: text for text, code in codes.items()}
            yield (
                Variable(column.name, column.label, labels=labels, level=NOMINAL, decimals=0),
                lambda person: codes.get(str(cell(person, column) or "")),
            )
        return
    if column.shape == "text":
        width = max(1, min(column.longest, LONGEST))
        yield Variable(column.name, column.label, width), lambda person: _text(cell(person, column))
        return
    level = {"": SCALE, AnswerKind.NUMBER: SCALE, AnswerKind.YES_NO: NOMINAL}.get(column.kind, ORDINAL)
    yield (
        Variable(
            column.name,
            column.label,
            is_moment=column.shape == "moment",
            level=level,
            decimals=0 if column.is_whole else 2,
        ),
        lambda person: cell(person, column),
    )


def _one_a_choice(column: Column) -> Iterator[tuple[Variable, _Read]]:
    for choice in column.choices:

        def read(person: Person, choice: str = choice) -> Cell:
            given = person.answers.get(column.name)
            return None if given is None else float(choice in given) if isinstance(given, tuple) else None

        yield (
            Variable(
                f"{column.name}_{choice}",
                f"{column.label} - {choice}",
                labels={0.0: "not chosen", 1.0: "chosen"},
                level=NOMINAL,
                decimals=0,
            ),
            read,
        )


def _text(value: Cell) -> Cell:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


FORMATS = (
    Format(
        key="spss", name="SPSS (.sav)", ending="zip", content_type="application/zip", write=_write, order=50
    ),
)
