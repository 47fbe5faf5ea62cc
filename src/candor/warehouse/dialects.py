"""The named queries, written for DuckDB, as another engine says them."""

from datetime import datetime
from functools import lru_cache

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.dialects import DuckDB


@lru_cache(maxsize=1024)
def spark_query(query: str, types: tuple[type, ...]) -> str:
    """The query for Spark, its values bound by the names p0, p1, … in the order in which DuckDB binds them.

    Args:
        query: A query in the portable subset, `?` for every value.
        types: The types of the values. An instant is bound as text and cast, since Spark would take it for one in the zone of
            the machine.

    Raises:
        sqlglot.errors.SqlglotError: The query can not be said exactly.

    >>> spark_query('SELECT epoch("at") AS seconds FROM events WHERE unit = ? LIMIT ?', (int, int))
    'SELECT UNIX_MICROS(CAST(`at` AS TIMESTAMP)) / 1000000D AS seconds FROM events WHERE unit = :p0 LIMIT :p1'
    """
    tree = sqlglot.parse_one(_named(query), read="duckdb")
    return tree.transform(lambda node: _for_spark(node, types)).sql(
        "spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )


def _named(query: str) -> str:
    """The query with `$p0`, `$p1`, … for its values: their order in the text may not survive the translation."""
    places = [token.start for token in DuckDB().tokenize(query) if token.token_type == TokenType.PLACEHOLDER]
    for number, place in reversed(list(enumerate(places))):
        query = f"{query[:place]}$p{number}{query[place + 1 :]}"
    return query


def _for_spark(node: exp.Expression, types: tuple[type, ...]) -> exp.Expression:
    if isinstance(node, exp.Placeholder) and issubclass(types[int(node.name[1:])], datetime):
        return exp.Cast(this=node.copy(), to=exp.DataType.build("timestamp_ntz", dialect="spark"))
    if isinstance(node, exp.TimeToUnix):  # Spark's own word for it drops what is less than a second
        return exp.Div(
            this=_micros(node.this), expression=exp.Literal.number("1000000D"), typed=False, safe=False
        )
    if isinstance(node, exp.Anonymous) and node.name.lower() == "epoch_us":
        return _micros(node.expressions[0])
    return node


def _micros(instant: exp.Expression) -> exp.Expression:
    return exp.UnixMicros(
        this=exp.Cast(this=instant.copy(), to=exp.DataType.build("timestamp", dialect="spark"))
    )
