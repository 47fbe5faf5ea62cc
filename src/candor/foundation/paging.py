"""Pages of long lists for machines: each page ends with a cursor from which the next one goes on, however much was added meanwhile."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from .errors import InvalidRequest

Row = TypeVar("Row", bound=Model)

MOST = 200  # rows of a page
USUAL = 50


def page_after(
    rows: "QuerySet[Row]", cursor: str, *, limit: int, by: str = ""
) -> tuple[list[Row], str | None]:
    """The rows after a cursor, the newest first, and the cursor of the next page; None where there is none.

    `by` is a field with an instant that orders the rows, those of one instant by their number; without it the number alone does.

    Raises:
        InvalidRequest: the cursor is none that was handed out.
    """
    rows = rows.order_by(*([f"-{by}"] if by else []), "-pk")
    if cursor:
        rows = rows.filter(_after(cursor, by))
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, None
    return found[:limit], _cursor_of(found[limit - 1], by)


def _cursor_of(row: Model, by: str) -> str:
    place: list[Any] = [getattr(row, by).isoformat()] if by else []
    text = json.dumps([*place, row.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _after(cursor: str, by: str) -> Q:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        *place, number = json.loads(text)
        is_whole = isinstance(number, int) and abs(number) < 2**63 and len(place) == bool(by)
        instant = datetime.fromisoformat(place[0]) if by else None
        if not is_whole or (instant is not None and instant.tzinfo is None):
            raise ValueError(text)
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError) as error:
        raise InvalidRequest(
            "The cursor is none that was handed out for this list. Leave it out to begin anew."
        ) from error
    before = Q(pk__lt=number)
    return before if instant is None else Q(**{f"{by}__lt": instant}) | (Q(**{by: instant}) & before)
