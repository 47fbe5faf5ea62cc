"""Everything that can go wrong in the warehouse.

```text
WarehouseError
├── WarehouseBusy      another process is writing, and went on for longer than we wait
├── WarehouseFull      the disk (or a quota) is full; nothing was changed
├── WarehouseMissing   there is no warehouse in the folder
├── WarehouseOutdated  an older version wrote the folder; `candor warehouse upgrade` brings it into shape
├── WarehouseTooNew    a newer version wrote the folder
├── EngineMissing      the engine that the settings name is not installed
├── WarehouseDamaged   files or log entries are not what was written; `candor warehouse verify` says what to do
├── BadRow             a row that does not fit its table; nothing was written
└── UnknownColumn      a column that the query may not name
```

Each carries its facts as attributes and a stable `code`.
"""

from pathlib import Path


class WarehouseError(Exception):
    """The root of the tree; `code` never changes once published."""

    code = "warehouse"


class WarehouseBusy(WarehouseError):
    code = "warehouse_busy"

    def __init__(self, folder: Path, waited: float) -> None:
        super().__init__(f"Another process is writing to {folder}; gave up after {waited:.1f} s.")
        self.folder = folder
        self.waited = waited


class WarehouseFull(WarehouseError):
    code = "warehouse_full"

    def __init__(self, folder: Path, detail: str) -> None:
        super().__init__(f"No room left to write in {folder}: {detail}. Nothing was changed.")
        self.folder = folder
        self.detail = detail


class WarehouseMissing(WarehouseError):
    code = "warehouse_missing"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no warehouse in {folder}.")
        self.folder = folder


class WarehouseOutdated(WarehouseError):
    code = "warehouse_outdated"

    def __init__(self, folder: Path, found: int, known: int) -> None:
        super().__init__(
            f"The warehouse in {folder} has format {found}, from an older version; this one reads {known}. "
            "Run `candor warehouse upgrade`."
        )
        self.folder = folder
        self.found = found
        self.known = known


class WarehouseTooNew(WarehouseError):
    code = "warehouse_too_new"

    def __init__(self, folder: Path, found: int, known: int) -> None:
        super().__init__(
            f"The warehouse in {folder} has format {found}, from a newer version; this one reads {known}. "
            "Install the version of Candor that wrote it."
        )
        self.folder = folder
        self.found = found
        self.known = known


class EngineMissing(WarehouseError):
    code = "warehouse_engine_missing"

    def __init__(self, detail: str) -> None:
        super().__init__(f"The engine can't start: {detail}.")
        self.detail = detail


class WarehouseDamaged(WarehouseError):
    code = "warehouse_damaged"

    def __init__(self, folder: Path, files: tuple[str, ...], detail: str) -> None:
        named = ", ".join(files) if files else detail
        super().__init__(
            f"The warehouse in {folder} is damaged: {named}. `candor warehouse verify` says what to do."
        )
        self.folder = folder
        self.files = files
        self.detail = detail


class BadRow(WarehouseError):
    code = "warehouse_bad_row"

    def __init__(
        self, table: str, problem: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        where = "".join([f", row {row}" if row is not None else "", f", column {column}" if column else ""])
        super().__init__(f"{table}{where}: {problem}")
        self.table = table
        self.problem = problem
        self.row = row
        self.column = column


class UnknownColumn(WarehouseError):
    code = "warehouse_unknown_column"

    def __init__(self, column: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{column!r} is not one of {', '.join(allowed)}.")
        self.column = column
        self.allowed = allowed
