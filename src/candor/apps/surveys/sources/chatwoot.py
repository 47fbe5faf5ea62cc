"""Chatwoot: its report of customer satisfaction (Reports › CSAT › Download), a row for each rating.

The headings are in the language of the account, so that the report is known by what stands in its columns: a rating, and the address of a
conversation. Between the rows may be blank lines; the last line says of which days the report is.
"""

import re
from collections.abc import Iterator, Sequence

from candor.apps.feedback.choices import AnswerKind
from candor.intake import Problem

from ..formats import Format, Opening, Told
from ..sheets import Layout, Sheet, Slot, named_once

_AGENT, _RATING, _COMMENT, _NAME, _EMAIL, _PHONE, _LINK, _RECORDED = range(8)
_WIDTHS = {8, 9}  # the larger editions have a column with notes of the staff, which are no customer's words
_CONVERSATION = re.compile(r"/app/accounts/(\d+)/conversations/(\d+)/?$")
_PERSON = re.compile(r"\(([^()\s]+@[^()\s]+)\)$")
_HEAD = ("agent name", "rating", "feedback comment", "contact name", "contact email address", "contact phone number", "link to the conversation", "recorded date")  # fmt: skip


class _Report(Sheet):
    """The ratings of a report."""

    def told(self) -> Iterator[tuple[int, Told] | Problem]:
        for record in super().told():
            if not isinstance(record, Problem):
                _complete(record[1])
            yield record

    def _rows(self) -> Iterator[tuple[int, list[str]] | Problem]:
        held: tuple[int, list[str]] | Problem | None = None
        for record in super()._rows():
            if held is not None:
                yield held
            held = record
        if held is not None and not (isinstance(held, Problem) and len(held.cells) == 1):
            yield held  # the last line alone may be a remark in its first cell


def _complete(told: Told) -> None:
    """A conversation may be rated more than once; of its agent the file gives “Ann (ann@example.com)”."""
    link = _CONVERSATION.search(told.cells[_LINK].strip())
    if link:
        told.key = f"{link.group(1)}/{link.group(2)} {told.cells[_RECORDED].strip()}"
    person = _PERSON.search(told.facts.get("done_by", ""))
    if person:
        told.facts["done_by"] = person.group(1)


def _open(opening: Opening) -> Sheet | None:
    if opening.table is None or not opening.head or len(opening.head[0]) not in _WIDTHS:
        return None
    names = [name.strip().casefold() for name in opening.head[0]]
    is_known_by_rows = any(len(row) > _LINK and _is_rating(row) for row in opening.head[1:])
    if tuple(names[:8]) != _HEAD and not is_known_by_rows:
        return None
    slots = [
        Slot(at=_RATING, stem="rating", key="csat", text="How satisfied were you with the conversation?", kind=AnswerKind.CSAT),
        Slot(at=_COMMENT, stem="comment", key="comment", text="Comment", kind=AnswerKind.TEXT),
    ]  # fmt: skip
    facts = {"key": _LINK, "received_at": _RECORDED, "email": _EMAIL, "done_by": _AGENT}
    layout = Layout(head=1, facts=facts, name=(_NAME,), slots=slots, source="chatwoot")
    return _Report(opening.table, named_once(opening.head[0]), layout)


def _is_rating(row: Sequence[str]) -> bool:
    return row[_RATING].strip() in set("12345") and bool(_CONVERSATION.search(row[_LINK].strip()))


FORMATS = (
    Format(
        key="chatwoot-csat", name="Chatwoot, CSAT report", order=20, open=_open,
        looks_like="columns Agent Name, Rating, Feedback Comment … Link to the conversation, Recorded date",
    ),
)  # fmt: skip
