"""Search for words in feedback: SQLite's FTS5 or PostgreSQL's full-text search, behind one function.

Words are found by their beginning, without case, and in SQLite without accents. Only the title, the masked comment and the id are
searched, so that search is no leak. The index is made after every migration, since a table that is remade loses its triggers.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

from candor.foundation.lists import MOST

from .models import Feedback

Row = TypeVar("Row", bound=Model)

MOST_WORDS = 8
MOST_FOUND = MOST  # the hits recorded last that are looked through; beyond them a search says too little
INDEX = "feedback_words"
COLUMNS = ("title", "comment_masked", "key")
_TABLE = Feedback._meta.db_table
# PostgreSQL refuses a row whose words fill more than a megabyte: of a very long comment the beginning is found.
_SEARCHED = "left(title || ' ' || key || ' ' || comment_masked, 100000)"
_DOCUMENT = f"to_tsvector('simple', regexp_replace({_SEARCHED}, '[^[:alnum:]]+', ' ', 'g'))"


@dataclass(frozen=True, slots=True)
class Hits:
    """Ids of feedback that has every word of a text, those recorded last: at most one more than `MOST_FOUND`."""

    ids: tuple[int, ...]

    @property
    def most(self) -> int:
        """How many are looked through."""
        return MOST_FOUND

    @property
    def is_cut(self) -> bool:
        """Whether more has the words than is looked through."""
        return len(self.ids) > MOST_FOUND

    def narrow(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """The rows, of feedback or of what shares its id, that are among the hits."""
        if not self.ids:
            return rows.none()
        if connections[rows.db].vendor == "sqlite":
            among = RawSQL("SELECT value FROM json_each(%s)", [json.dumps(self.ids)])
        else:
            among = RawSQL("SELECT unnest(%s::bigint[])", [list(self.ids)])
        return rows.filter(pk__in=among)


def find(text: str, *, using: str = "default") -> Hits:
    """Feedback that has every word of the text; nothing where the text has no word. The index is asked once, however often its hits are."""
    words = re.findall(r"[^\W_]+", text.casefold())[:MOST_WORDS]
    if not words:
        return Hits(())
    if connections[using].vendor == "sqlite":
        query = " AND ".join(f'"{word}"*' for word in words)
        statement = (
            f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s ORDER BY rowid DESC LIMIT {MOST_FOUND + 1}"
        )
    else:
        query = " & ".join(f"'{word}':*" for word in words)
        statement = f"SELECT id FROM {_TABLE} WHERE {_DOCUMENT} @@ to_tsquery('simple', %s) ORDER BY id DESC LIMIT {MOST_FOUND + 1}"
    with connections[using].cursor() as cursor:
        cursor.execute(statement, [query])
        return Hits(tuple(pk for (pk,) in cursor.fetchall()))


def make_index(*, using: str = "default", **_: Any) -> None:
    """Make the index and what keeps it equal to the table, where they are missing."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {INDEX} ON {_TABLE} USING gin ({_DOCUMENT})")
            return
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, %s) = %s",
            [len(INDEX) + 4, f"{INDEX}_on_"],
        )
        if cursor.fetchone()[0] == len(_TRIGGERS):
            return
        for statement in (_VIRTUAL, *_TRIGGERS, _REBUILD):
            cursor.execute(statement)


def _columns(prefix: str = "") -> str:
    return ", ".join(f"{prefix}{column}" for column in COLUMNS)


_VIRTUAL = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5({_columns()}, content='{_TABLE}', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 2')"
)
_ADD = f"INSERT INTO {INDEX} (rowid, {_columns()}) VALUES (new.id, {_columns('new.')});"
_TAKE = f"INSERT INTO {INDEX} ({INDEX}, rowid, {_columns()}) VALUES ('delete', old.id, {_columns('old.')});"
_TRIGGERS = (
    f"CREATE TRIGGER IF NOT EXISTS {INDEX}_on_insert AFTER INSERT ON {_TABLE} BEGIN {_ADD} END",
    f"CREATE TRIGGER IF NOT EXISTS {INDEX}_on_delete AFTER DELETE ON {_TABLE} BEGIN {_TAKE} END",
    f"CREATE TRIGGER IF NOT EXISTS {INDEX}_on_update AFTER UPDATE OF {_columns()} ON {_TABLE} BEGIN {_TAKE} {_ADD} END",
)
_REBUILD = f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')"
