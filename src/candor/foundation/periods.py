"""Periods: a stretch of days with a name, and the stretch before it to compare with."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .errors import InvalidInput

_NAMED = {"7d": 7, "28d": 28, "90d": 90, "365d": 365}
_LABELS = {"7d": "Last 7 days", "28d": "Last 28 days", "90d": "Last 90 days", "365d": "Last 12 months"}
DEFAULT = "90d"
_CUSTOM = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """Days `since` to `until`, both included."""

    key: str
    label: str
    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def before(self) -> "Period":
        """The same number of days that end the day before this period starts."""
        until = self.since - timedelta(days=1)
        since = until - timedelta(days=self.days - 1)
        return Period(key=f"{since}..{until}", label=f"the {self.days} days before", since=since, until=until)


def choices() -> list[tuple[str, str]]:
    """Keys and labels of the periods offered in the top bar."""
    return [*_LABELS.items(), ("all", "All time")]


def parse_period(key: str, *, as_of: date, first: date | None = None) -> Period:
    """The period called `key` ("28d", "all", "2026-01-01..2026-03-31") seen from `as_of`.

    Raises:
        InvalidInput: the key is neither a known name nor two days in order.
    """
    if key in _NAMED:
        return Period(key, _LABELS[key], as_of - timedelta(days=_NAMED[key] - 1), as_of)
    if key == "all":
        return Period("all", "All time", min(first or as_of, as_of), as_of)
    if match := _CUSTOM.fullmatch(key):
        try:
            since, until = (date.fromisoformat(part) for part in match.groups())
        except ValueError as error:
            raise InvalidInput(f"'{key}' holds a day that does not exist.") from error
        if since <= until:
            return Period(key, f"{since:%-d %b %Y} to {until:%-d %b %Y}", since, until)
    raise InvalidInput(
        f"'{key}' is no period; expected one of {', '.join(_NAMED)}, all, or FIRST..LAST as days."
    )
