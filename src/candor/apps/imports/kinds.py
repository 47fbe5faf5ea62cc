"""Kinds of import: what apps above register so that their rows can come from a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from candor.intake import Field, Problem

from .errors import UnknownKind
from .models import ImportBatch

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CELLS = "__cells__"  # under which typed values carry the row as it stands in the file
ERASED = "left_out_of_erased_customers"  # of what a chunk bears, as a kind of oddity
KNOWN_BEFORE = "of_customers_known_before"  # the same; what a row changed of them, nobody can take back
Item = tuple[int, Any]  # the row's number in the file, and what the kind's `store` understands


@dataclass(frozen=True, slots=True)
class Odd:
    """Rows that were taken and deserve a look: how many of a chunk, and the first of them as the report shows them."""

    n: int
    examples: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a chunk: rows that were new, rows that were here before, rows refused with the reason, and what is odd about
    rows that were taken, by its kind."""

    added: int
    known: int = 0
    problems: tuple[Problem, ...] = ()
    odd: Mapping[str, Odd] = field(default_factory=dict)


class Reader(Protocol):
    """An open file: yields items and problems from a row on, and knows how much of the file it has read."""

    @property
    def share_read(self) -> float: ...
    @property
    def cautions(self) -> list[str]: ...
    def items(self, *, start: int) -> Iterator[Item | Problem]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person can answer before the import starts; `key` is the option that holds the answer."""

    key: str
    text: str
    choices: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """The question with its answers, for whoever gives them as options."""
        if not self.choices:
            return self.text
        answers = " or ".join(f"{self.key}={choice} ({words})" for choice, words in self.choices)
        return f"{self.text} Answer {answers}."


@dataclass(frozen=True, slots=True)
class Preview:
    """What the mapping page shows.

    `columns` maps each field's key to the column that fills it; `questions` must be answered before the start. `source` is what the rows
    are said to come from where the file does not tell, and may be changed; "" where it tells.
    """

    file_columns: tuple[str, ...]
    fields: tuple[Field, ...]
    columns: dict[str, str]
    unclear: dict[str, str]
    missing: tuple[str, ...]
    questions: tuple[Question, ...]
    rows: tuple[dict[str, str], ...]
    notes: tuple[str, ...]
    source: str = ""


def _no_context(batch: ImportBatch, preview: Preview) -> dict[str, Any]:
    return {}


def _no_page(batch: ImportBatch) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class ImportKind:
    """How rows of one kind come from a file.

    Attributes:
        key, name, description: what addresses, people and the upload page call it.
        preview: looks at the file under the batch's options, without importing anything.
        open: the reader for a batch whose options are complete.
        store: writes one chunk of items inside the caller's transaction.
        undo: removes everything that the batch brought, and says what stays, or "" where nothing does.
        undo_words: what undo does, said before, where it does not remove all that the batch added.
        report_template: a template that puts the report of odd rows into words, or "".
        template: a template with further options of the mapping page, or "", which gets `context(batch, preview)`.
        next_url_name: the page to go on to once it is done.
        next_url: the page of what this batch brought, where there is one; else `next_url_name` is the page.
        next_words: what its button says, where it is not “See what they say”.
        chunk: items a transaction takes.
    """

    key: str
    name: str
    description: str
    icon: str
    preview: Callable[[ImportBatch], Preview]
    open: Callable[[ImportBatch], Reader]
    store: Callable[[ImportBatch, Sequence[Item]], Stored]
    undo: Callable[[ImportBatch], str | None]
    undo_words: "StrOrPromise" = ""
    template: str = ""
    context: Callable[[ImportBatch, Preview], dict[str, Any]] = _no_context
    report_template: str = ""
    next_url_name: str = ""
    next_url: Callable[[ImportBatch], str] = _no_page
    next_words: "StrOrPromise" = ""
    chunk: int = 1_000
    order: int = 100


_kinds: dict[str, ImportKind] = {}


def register_kind(kind: ImportKind) -> None:
    """Add a kind; called from AppConfig.ready, twice is once."""
    _kinds[kind.key] = kind


def kind_of(key: str) -> ImportKind:
    """The kind called `key`.

    Raises:
        UnknownKind: no app registered it.
    """
    if key not in _kinds:
        raise UnknownKind(f"'{key}' is no kind of import; expected one of {', '.join(sorted(_kinds))}.")
    return _kinds[key]


def all_kinds() -> list[ImportKind]:
    """Every kind, in the order of the upload page."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.name))
