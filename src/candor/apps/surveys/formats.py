"""Files that other survey tools write, recognised by their shape: what each module in `sources/` says of its own.

A module that binds `FORMATS` is held against every file; there is no list of modules to edit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, TypeAlias

from candor.apps.feedback.choices import AnswerKind
from candor.apps.imports.errors import FileNotUsable
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.tables import file_of
from candor.intake import AmbiguousDateOrder, DateOrder, JsonItems, Problem, Table, open_json, open_table

from . import sources

HEAD = 4  # records of a table from which its format is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that a file holds answers to.

    `is_declared`: the source itself says which measure it feeds; otherwise its kind is only the shape of its answers, and a person may
    say more.
    """

    key: str
    text: str
    kind: AnswerKind
    lowest: float | None = None
    highest: float | None = None
    blanks: tuple[str, ...] = ()
    is_declared: bool = False


@dataclass(slots=True, kw_only=True)
class Told:
    """What one person answered, as the file has it.

    Attributes:
        key: its id in the source; "" where it has none.
        at: when it was answered; a text in the order of days that the file as a whole shows, or an instant.
        answers: by the key of the question; several choices are parted by `MANY`.
        facts: what else is known, by the keys of `sources.wide.META`, with `email` and `name` of the customer.
        is_partial: given up before the end.
        left_out: why this is no answer to be counted (a preview, a test), or "".
        names, cells: the row as it stands, for handing it back.
    """

    key: str
    at: str | datetime | None = None
    answers: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    is_partial: bool = False
    left_out: str = ""
    names: Sequence[str] = ()
    cells: Sequence[str] = ()

    @property
    def row(self) -> dict[str, str]:
        """The row as it stands in the file."""
        return dict(zip(self.names, self.cells, strict=False))


class Answers(Protocol):
    """A file whose format is known, looked at once from end to end."""

    @property
    def questions(self) -> tuple[Asked, ...]: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def units(self) -> frozenset[str]:
        """Every unit that the file names."""

    @property
    def staff(self) -> frozenset[str]:
        """Everybody of whom the file says that they did the work."""

    @property
    def source(self) -> str:
        """What the file itself calls its survey; "" where it doesn't."""

    @property
    def name(self) -> str:
        """What people call it there; "" where the file doesn't say."""

    @property
    def is_long(self) -> bool:
        """Whether one person's answers come apart, so that a key comes again."""

    @property
    def zone(self) -> tzinfo:
        """Where the clock hung, for times that don't say."""

    @property
    def date_order(self) -> DateOrder | AmbiguousDateOrder: ...
    @property
    def share_read(self) -> float: ...
    def told(self) -> Iterator[tuple[int, Told] | Problem]:
        """Every person's answers with the number of their row, in file order."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a file begins with: a table's first records, or the first item of a JSON document."""

    path: Path
    table: Table | None = None
    head: tuple[tuple[str, ...], ...] = ()
    json: JsonItems | None = None
    item: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file that some tool writes.

    Attributes:
        key: what options and tests call it.
        name: the tool, and which of its exports.
        looks_like: how a person tells that they hold one.
        open: the answers, or None where the file has another shape.
        survey_in: the survey's name in the usual name of the file, or "".
        order: formats with a smaller one are tried first.
    """

    key: str
    name: str
    looks_like: str
    open: Callable[[Opening], Answers | None]
    survey_in: Callable[[str], str] = lambda _file_name: ""
    order: int = 100


Recognised: TypeAlias = tuple[Format, Answers]


@lru_cache(maxsize=1)
def all_formats() -> tuple[Format, ...]:
    """Every format, in the order in which a file is held against them."""
    modules = (import_module(f"{sources.__name__}.{found.name}") for found in iter_modules(sources.__path__))
    formats = (one for module in modules for one in getattr(module, "FORMATS", ()))
    return tuple(sorted(formats, key=lambda one: (one.order, one.name)))


def recognised(batch: ImportBatch) -> Recognised | None:
    """The format of a batch's file and its answers; None where it is a table like any other, or its columns were chosen by hand.

    Raises:
        FileRefused: the file can't be read.
    """
    options = batch.options
    if options.get("layout") in {"wide", "long"} or any(options.get("columns", {}).values()):
        return None
    path = file_of(batch)
    seen = path.stat()
    return _recognised(path, seen.st_size, seen.st_mtime_ns)


@lru_cache(maxsize=4)
def _recognised(path: Path, _size: int, _changed: int) -> Recognised | None:
    opening = _open(path)
    for one in all_formats():
        if answers := one.open(opening):
            return one, answers
    if opening.json is not None:
        raise FileNotUsable(
            "This JSON is of no known shape: Candor reads answers as other tools export them, and questionnaires in the survey designer."
        )
    return None


LISTS = (
    "data",
    "items",
    "responses",
    "results",
    "answers",
    "feedback_records",
    "records",
    "satisfaction_ratings",
)


def _open(path: Path) -> Opening:
    if _is_json(path):
        found = open_json(path, lists=LISTS)
        item = next((one for one in found.items() if isinstance(one, dict)), {})
        return Opening(path, json=found, item=item)
    table = open_table(path)
    head: list[tuple[str, ...]] = []
    for record in table.records():
        if isinstance(record, Problem) or len(head) == HEAD:
            break
        head.append(tuple(record[1]))
    return Opening(path, table=table, head=tuple(head))


def _is_json(path: Path) -> bool:
    from candor.intake.sources import Limits, Source

    with Source(path, Limits()) as source:
        start = source.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    return start[:1] == b"{" or (start[:1] == b"[" and start[1:].lstrip()[:1] in {b"{", b"]"})
