"""Search for words in feedback: SQLite's FTS5 or PostgreSQL's full-text search, behind one function.

Words are found by their beginning, without case, and in SQLite without accents. Only the title, the masked comment and the id are
searched, so that search is no leak. The index is made after every migration, since a table that is remade loses its triggers.
"""

import re
from typing import Any

from django.db import connections
from django.db.models.expressions import RawSQL

from .models import Feedback

MOST_WORDS = 8
MOST_FOUND = 10_000  # the hits recorded last; beyond them a search says too little
INDEX = "feedback_words"
COLUMNS = ("title", "comment_masked", "key")
_TABLE = Feedback._meta.db_table
# PostgreSQL refuses a row whose words fill more than a megabyte: of a very long comment the beginning is found.
_SEARCHED = "left(title || ' ' || key || ' ' || comment_masked, 100000)"
_DOCUMENT = f"to_tsvector('simple', regexp_replace({_SEARCHED}, '[^[:alnum:]]+', ' ', 'g'))"


def ids_with(text: str, *, using: str = "default") -> RawSQL | None:
    """A subquery for the ids of feedback that has every word of the text, those recorded last; None where the text has no word."""
    words = re.findall(r"[^\W_]+", text.casefold())[:MOST_WORDS]
    if not words:
        return None
    if connections[using].vendor == "sqlite":
        query = " AND ".join(f'"{word}"*' for word in words)
        statement = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s ORDER BY rowid DESC LIMIT {MOST_FOUND}"
    else:
        query = " & ".join(f"'{word}':*" for word in words)
        statement = f"SELECT id FROM {_TABLE} WHERE {_DOCUMENT} @@ to_tsquery('simple', %s) ORDER BY id DESC LIMIT {MOST_FOUND}"
    return RawSQL(statement, [query])


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
