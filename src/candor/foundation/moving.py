"""Moving a record from one database to another, table by table and as a whole: SQLite to PostgreSQL when a workspace grows.

Rows are streamed into PostgreSQL's COPY in one transaction, so that a row it refuses leaves the target as it was. Nobody can write to
the source meanwhile.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DataError, connections, transaction
from django.db.models import Model

from .errors import Conflict, InvalidInput

TARGET = "target"
CHUNK = 2_000  # rows read at a time
NUL = "\x00"  # which PostgreSQL stores in no text


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: rows by table, and how many values lost a NUL character."""

    rows: dict[str, int]
    cleaned: int


@dataclass(slots=True)
class _Cleaner:
    """Takes NUL characters out of values."""

    cleaned: int = 0

    def of(self, value: Any) -> Any:
        clean = _without_nul(value)
        self.cleaned += clean != value
        return clean


def move_record(*, to: dict[str, Any]) -> Moved:
    """Copy every row of the record into the database `to`; the source stays as it is.

    Args:
        to: Django's settings of the target, which has this version's tables and nothing that people put there.

    Raises:
        Conflict: the target holds a record.
        InvalidInput: PostgreSQL refuses a row, which is named; nothing was moved.
    """
    connections.settings[TARGET] = connections.configure_settings({"default": {}, TARGET: to})[TARGET]
    models = [model for model in apps.get_models(include_auto_created=True) if _has_table(model)]
    _refuse_if_used()
    cleaner, rows = _Cleaner(), {}
    with (
        transaction.atomic(),
        transaction.atomic(using=TARGET),
    ):  # SQLite's transaction keeps writers out from its start
        _empty(models)
        for model in models:
            rows[model._meta.db_table] = _copy(model, cleaner)
        _continue_numbers(models)
    connections[TARGET].close()
    return Moved(rows, cleaner.cleaned)


def _has_table(model: type[Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _refuse_if_used() -> None:
    people = apps.get_model("organization", "Person")
    if people._base_manager.using(TARGET).exists():
        raise Conflict("The target database holds a record already. Give an empty one.")


def _empty(models: list[type[Model]]) -> None:
    """Drop what the migrations put there: the same rows come from the source, with the numbers others know them by."""
    connection = connections[TARGET]
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names}")


def _copy(model: type[Model], cleaner: _Cleaner) -> int:
    target, fields = connections[TARGET], model._meta.local_concrete_fields
    name = target.ops.quote_name(model._meta.db_table)
    columns = ", ".join(target.ops.quote_name(str(field.column)) for field in fields)
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    copied = 0
    try:
        with (
            target.cursor() as cursor,
            target.wrap_database_errors,
            cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows.iterator(chunk_size=CHUNK):
                values = map(cleaner.of, row)
                copy.write_row(
                    [
                        field.get_db_prep_save(value, target)
                        for field, value in zip(fields, values, strict=True)
                    ]
                )
                copied += 1
    except DataError as error:
        raise InvalidInput(_named(model, str(error))) from error
    return copied


def _named(model: type[Model], error: str) -> str:
    """The refusal with the row it is about, which PostgreSQL only counts."""
    what, _, context = error.partition("\nCONTEXT:")
    line = re.search(r"line (\d+)(?:, column (\w+))?", context)
    if line is None:
        return f"{model._meta.label}: {what}. Nothing was moved."
    key = model._base_manager.order_by("pk").values_list("pk", flat=True)[int(line[1]) - 1]
    return f"{model._meta.label} {key}, {line[2] or 'some column'}: {what}. Nothing was moved; mend the row and move again."


def _continue_numbers(models: list[type[Model]]) -> None:
    """New rows are numbered after those that came with their numbers."""
    target = connections[TARGET]
    with target.cursor() as cursor:
        for statement in target.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(NUL, "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_nul(part) for part in value]
    return value
