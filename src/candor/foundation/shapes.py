"""What the JSON API takes and tells, in the words of its description: values that fit the record, and errors."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field

from .middleware import PROBLEM
from .paging import MOST

Item = TypeVar("Item")

_ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _instant(value: Any) -> Any:
    if not isinstance(value, str) or not _ISO_INSTANT.match(value):
        raise ValueError("expected a time such as 2026-01-31T12:00:00Z")
    return value


def _within(value: datetime) -> datetime:
    if not _FIRST <= value < _LAST:
        raise ValueError("expected a time between 1900 and 2200")
    return value


def _day(value: Any) -> Any:
    if not isinstance(value, str) or not _ISO_DAY.fullmatch(value):
        raise ValueError("expected a day such as 2026-01-31")
    return value


Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_instant), AfterValidator(_within)]
Day = Annotated[date, Field(strict=False), BeforeValidator(_day)]
Cursor = Annotated[str, Field(max_length=200, description="The `next` of the page before")]
Limit = Annotated[int, Field(ge=1, le=MOST, description="Rows of a page")]
Staff = Annotated[
    str, Field(min_length=3, max_length=254, description="Their e-mail address here: who does it")
]
Number = Annotated[int, Field(ge=0, lt=2**63)]


class Given(Schema):
    """What comes in: nothing that is not described, nothing of another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(Schema):
    """What goes out."""


class Many(Told, Generic[Item]):
    """One page of a list; `next` is the cursor of the one after, null where there is none."""

    items: list[Item]
    next: str | None = None


class BadValue(Told):
    """A value of a request that does not fit."""

    field: str
    expected: str


class Problem(Told):
    """What went wrong (RFC 9457); `code` is stable and documented."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[BadValue] | None = None


def problems(*statuses: int) -> dict[int, type[Problem]]:
    """Error answers that an operation has of its own, beside those that every operation has."""
    return dict.fromkeys(statuses, Problem)


def problem_answer(words: str, *, waits: bool = False) -> dict[str, Any]:
    """One error answer in the words of OpenAPI; `waits` where it names a time after which to ask again."""
    answer: dict[str, Any] = {
        "description": words,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if waits:
        seconds = {"description": "Seconds after which to ask again", "schema": {"type": "integer"}}
        answer["headers"] = {"Retry-After": seconds}
    return answer


def needs(scope: str) -> dict[str, Any]:
    """Say in the description of an operation which scope its first line asks for."""
    return {"openapi_extra": {"x-scope": str(scope)}}
