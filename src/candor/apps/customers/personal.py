"""Everything that is held about one person: apps above register what they hold, here it is handed out or erased as a whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from candor.apps.imports.models import BadRow, ImportBatch
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.storage import folder
from candor.intake import IntakeError, Row, open_table

from .models import Customer, Identifier
from .queries import identity_ids

NEEDED = (Permission.READ_PERSONAL_DATA, Permission.EXPORT_DATA)


@dataclass(frozen=True, slots=True)
class Holder:
    """What an app holds: `tell` gives it as plain values for the ids of one person's records, `forget` removes it for good inside the
    caller's transaction and gives the ids of feedback that went; None where it goes with something else."""

    key: str
    tell: Callable[[Sequence[int]], list[dict[str, Any]]]
    forget: Callable[[Sequence[int]], list[int]] | None = None


_holders: dict[str, Holder] = {}


def register_holder(holder: Holder) -> None:
    """Add a holder; called from AppConfig.ready, twice is once."""
    _holders[holder.key] = holder


def holders() -> list[Holder]:
    """All of them, in the order of their names."""
    return [_holders[key] for key in sorted(_holders)]


def may_answer_for(viewer: Viewer) -> bool:
    """Whether the viewer may hand out or erase all that is held about a person: that takes the whole company, since what they said
    may lie anywhere in it."""
    return all(viewer.sees_everything(permission) for permission in NEEDED)


def everything_about(customer: Customer) -> dict[str, Any]:
    """All that is held about one person, merged records included, as written."""
    ids = identity_ids(customer)
    records = Customer.objects.filter(pk__in=ids).select_related("segment", "unit").order_by("pk")
    return {
        "records": [_record(row) for row in records],
        **{holder.key: holder.tell(ids) for holder in holders()},
        "rows_not_imported": [row.cells for row in bad_rows_of(ids)],
    }


def _record(row: Customer) -> dict[str, Any]:
    names = (
        "id", "name", "email", "phone", "language", "since_on", "time_zone", "consented_at", "opted_out_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "segment": str(row.segment or ""),
        "unit": str(row.unit or ""),
        "roles": row.roles,
        "merged_into": row.merged_into_id,
        "identifiers": [
            {"system": one.system, "value": one.value} for one in row.identifiers.order_by("system", "value")
        ],
    }


def bad_rows_of(customer_ids: Sequence[int]) -> list[BadRow]:
    """Rows of files that were handed back and bear an identifier, the e-mail or the phone number of the person as a cell."""
    own = own_words(customer_ids)
    if not own:
        return []
    return [row for row in BadRow.objects.iterator(chunk_size=500) if own & set(row.cells.values())]


def kept_files_of(customer_ids: Sequence[int]) -> list[ImportBatch]:
    """Imports that have not ended, whose uploaded file is still kept and bears such a cell."""
    own = own_words(customer_ids)
    ours = str(folder("imports"))
    batches = ImportBatch.objects.filter(file_path__startswith=ours).exclude(state=ImportBatch.State.DONE)
    return [batch for batch in batches if own and Path(batch.file_path).is_file() and own & _cells(batch)]


def _cells(batch: ImportBatch) -> set[str]:
    return {cell.strip() for row in _rows(Path(batch.file_path)) for cell in row.values.values()}


def _rows(path: Path) -> Iterator[Row]:
    try:
        yield from (row for row in open_table(path).rows() if isinstance(row, Row))
    except IntakeError:
        return  # an event log: it bears no names of customers


def own_words(customer_ids: Sequence[int]) -> set[str]:
    """What only this person is called by."""
    rows = Customer.objects.filter(pk__in=customer_ids).values_list("email", "phone")
    values = Identifier.objects.filter(customer__in=customer_ids).values_list("value", flat=True)
    return {word for row in rows for word in row if word} | set(values)
