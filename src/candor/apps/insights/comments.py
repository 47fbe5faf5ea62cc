"""Which comments are read for themes: their window, their languages and their sample."""

import heapq
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

from django.db.models import Count, QuerySet
from django.utils import timezone

from candor.apps.feedback.models import Feedback
from candor.apps.feedback.queries import day_start
from candor.apps.organization.queries import workspace
from candor.text.themes import LEAST_COMMENTS

WINDOW_DAYS = 365
ENOUGH = 3_000  # as many as a discovery looks at closely; a year with fewer is widened to all there is
UNDETERMINED = ""
UNSPACED = frozenset(
    {"zh", "ja", "th", "lo", "km", "my"}
)  # no spaces between words: they can't be cut into words here
_CODE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Window:
    """Days whose comments are read, both included."""

    since: date
    until: date

    def comments(self) -> QuerySet[Feedback]:
        """Feedback of these days with a comment."""
        until = day_start(self.until + timedelta(days=1))
        return with_comment().filter(received_at__gte=day_start(self.since), received_at__lt=until)


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language, with the values of `Feedback.language` that count to it."""

    code: str
    written: tuple[str, ...]


def with_comment() -> QuerySet[Feedback]:
    """Feedback that says something in words; only the masked words are ever read."""
    return Feedback.objects.exclude(comment_masked="")


def last_day() -> date:
    """Today, or the last day with feedback when the data end earlier."""
    today = timezone.localdate()
    return min(today, workspace().last_feedback_on or today)


def window_until(as_of: date, *, since: date | None = None) -> Window:
    """The twelve months that end with `as_of`; everything up to it where they hold too few comments for themes."""
    if since is not None:
        return Window(since, as_of)
    year = Window(as_of - timedelta(days=WINDOW_DAYS - 1), as_of)
    first = workspace().first_feedback_on or year.since
    if first >= year.since or year.comments()[:ENOUGH].count() < ENOUGH:
        return Window(min(first, as_of), as_of)
    return year


def code_of(language: str) -> str:
    """The two letters of a language ("en" of "en-GB"); "" for what names none."""
    found = _CODE.fullmatch(language)
    return found[1].lower() if found else UNDETERMINED


def tongues_in(window: Window) -> list[Tongue]:
    """The languages with enough comments for themes, the commonest always; it takes in what is too short to tell."""
    rows = window.comments().values_list("language").annotate(n=Count("pk")).order_by()
    written: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for language, n in rows:
        written.setdefault(code_of(language), []).append(language)
        counts[code_of(language)] += n
    unknown = written.pop(UNDETERMINED, [])
    counts.pop(UNDETERMINED, None)
    known = sorted((code for code in counts if code not in UNSPACED), key=lambda code: (-counts[code], code))
    main = known[0] if known else "en"
    read = [main, *(code for code in known[1:] if counts[code] >= LEAST_COMMENTS)]
    return [
        Tongue(code, tuple(sorted([*written.get(code, []), *(unknown if code == main else [])])))
        for code in read
        if written.get(code) or unknown
    ]


def sample_of(rows: QuerySet[Feedback], *, most: int) -> list[int]:
    """Ids of at most so many rows, drawn by a hash of source and key: neither their order nor their ids matter."""
    keys = rows.order_by().values_list("source", "key", "pk").iterator(chunk_size=5_000)
    drawn = heapq.nsmallest(most, ((_draw(source, key), pk) for source, key, pk in keys))
    return sorted(pk for _, pk in drawn)


def texts_of(ids: list[int]) -> Iterator[tuple[int, str]]:
    """Masked comments by id, as far as they still exist."""
    for start in range(0, len(ids), 500):
        rows = with_comment().filter(pk__in=ids[start : start + 500]).order_by("pk")
        yield from rows.values_list("pk", "comment_masked")


def _draw(source: str, key: str) -> bytes:
    return blake2b(f"{source}\0{key}".encode(), digest_size=8).digest()
