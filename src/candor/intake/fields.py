"""The fields an import can fill, and which column fills which."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Mapped
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal, Self

Kind = Literal["text", "integer", "number", "boolean", "date", "instant", "choice", "email"]

_NOT_WORD: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Field:
    """Something an import can fill.

    Attributes:
        key: name in the typed rows.
        name: what people read.
        kind: what its values become: text `str`, integer `int`, number `float`, boolean `bool`, date `datetime.date`,
            instant aware `datetime.datetime` in UTC, choice one of `values`, email `str`.
        required: an empty cell is a problem, a missing column an error.
        synonyms: other names it goes by; two columns that bear them are ambiguous.
        official: names that known systems export, in order of preference; tried before name, key and synonyms.
        values: for a choice, spelling → what it becomes; spellings are matched without case and outer spaces.
        blanks: codes that mean "no answer" in this field, such as "?" or "11".
        minimum: least number allowed.
        maximum: greatest number allowed.
        max_length: most characters of a text.
        is_identifier: a text that identifies something: spreadsheet damage to it is reported.
        help: one sentence for the mapping page.
        may_be_empty: of a required field, an empty cell is no problem.
    """

    key: str
    name: str
    kind: Kind = "text"
    required: bool = False
    synonyms: tuple[str, ...] = ()
    official: tuple[str, ...] = ()
    values: Mapped[str, str] = field(default_factory=dict)
    blanks: frozenset[str] = frozenset()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    is_identifier: bool = False
    help: str = ""
    may_be_empty: bool = False

    def __post_init__(self) -> None:
        if self.kind == "choice" and not self.values:
            raise ValueError(f"The choice {self.key!r} needs values.")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column fills which field.

    Attributes:
        columns: field key → column name, exactly as in `Table.columns`.
        unclear: field key → why it was left for a person to decide.
        required: keys of the fields that must have a column.
        unused: columns that fill nothing.
    """

    columns: dict[str, str]
    unclear: dict[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the required fields that have no column yet."""
        return tuple(key for key in self.required if key not in self.columns)

    def within(self, columns: Iterable[str]) -> Self:
        """A mapping kept from another file, with the columns that this one has too; look at `missing` afterwards."""
        present = list(columns)
        kept = {key: column for key, column in self.columns.items() if column in present}
        unused = tuple(column for column in present if column not in kept.values())
        return replace(self, columns=kept, unclear={}, unused=unused)

    def to_stored(self) -> dict[str, Any]:
        """Plain lists and dictionaries, for JSON."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: Mapped[str, Any]) -> Self:
        """The mapping that `to_stored` wrote."""
        return cls(
            columns=dict(stored["columns"]),
            unclear=dict(stored["unclear"]),
            required=tuple(stored["required"]),
            unused=tuple(stored["unused"]),
        )

    def choose(self, key: str, column: str | None) -> Self:
        """The same mapping with one field filled from `column`, or from nothing."""
        columns = {k: v for k, v in self.columns.items() if k != key}
        freed = {self.columns[key]} if key in self.columns else set()
        if column is not None:
            columns[key] = column
        unused = [name for name in (*self.unused, *freed) if name != column]
        return replace(
            self,
            columns=columns,
            unclear={k: v for k, v in self.unclear.items() if k != key},
            unused=tuple(dict.fromkeys(name for name in unused if name not in columns.values())),
        )


def recognise(columns: Iterable[str], fields: Sequence[Field]) -> Mapping:
    """Finds the column for each field by its name, never by guessing.

    Case, spaces, underscores and punctuation don't count. Official names go first, in their order; then the field's name and key;
    then its synonyms. A field that two columns could fill at the same step, or a column that two fields claim, is left unmapped with the reason.

    Args:
        columns: names as in `Table.columns`.
        fields: what the import can fill.

    Example:
        >>> found = recognise(["Complaint ID ", "extra"], [Field("reference", "Reference", synonyms=("complaint_id",))])
        >>> found.columns, found.unused
        ({'reference': 'Complaint ID '}, ('extra',))
    """
    names = list(columns)
    by_word: dict[str, list[str]] = {}
    for name in names:
        by_word.setdefault(_word(name), []).append(name)
    taken: dict[str, str] = {}
    unclear: dict[str, str] = {}
    for step in ("official", "own", "synonyms"):
        _take(
            step, [f for f in fields if f.key not in taken and f.key not in unclear], by_word, taken, unclear
        )
    used = set(taken.values())
    return Mapping(
        columns={f.key: taken[f.key] for f in fields if f.key in taken},
        unclear=unclear,
        required=tuple(f.key for f in fields if f.required),
        unused=tuple(name for name in names if name not in used),
    )


def _word(name: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", name).casefold()) or name.strip()


def _take(
    step: str,
    fields: list[Field],
    by_word: dict[str, list[str]],
    taken: dict[str, str],
    unclear: dict[str, str],
) -> None:
    """Fills `taken` and `unclear` with what this step decides for all fields at once, so that their order does not matter."""
    used = set(taken.values())
    wishes = {f.key: [c for c in _candidates(step, f, by_word) if c not in used] for f in fields}
    claims: dict[str, list[str]] = {}
    for one in fields:
        for column in wishes[one.key]:
            claims.setdefault(column, []).append(one.name)
    for one in fields:
        wished = wishes[one.key]
        if not wished:
            continue
        quoted = " and ".join(f"“{column.strip()}”" for column in wished)
        rivals = [name for name in claims[wished[0]] if name != one.name]
        if len(wished) > 1:
            unclear[one.key] = f"{quoted} could both be {one.name}."
        elif rivals:
            unclear[one.key] = f"{quoted} could be {one.name} or {' or '.join(rivals)}."
        else:
            taken[one.key] = wished[0]


def _candidates(step: str, one: Field, by_word: dict[str, list[str]]) -> list[str]:
    if step == "official":
        return next(
            (
                [c for c in by_word[_word(name)] if c.strip() == name] or by_word[_word(name)]
                for name in one.official
                if _word(name) in by_word
            ),
            [],
        )
    spellings = (one.name, one.key) if step == "own" else one.synonyms
    words = dict.fromkeys(_word(name) for name in spellings)
    return [column for word in words for column in by_word.get(word, ())]
