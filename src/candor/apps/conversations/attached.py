"""Files that came with mails: few, small and harmless ones are kept, all are named.

What a file is, its first bytes say. One that is not kept stays in the mailbox, and its name says why.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from candor.foundation.attachments import MOST_BYTES, bare_name, content_type_of
from candor.intake.mail import Attached

from .models import Message, MessageFile

MOST_FILES: Final = 10  # of one mail, and at most `MOST_BYTES` together
MOST_NAMED: Final = 50
WHY_NOT: Final = {
    "sort": _("of a sort that is not kept"),
    "size": _("too large or one too many to be kept"),
    "cut": _("cut off, since the mail was too large"),
}


@dataclass(frozen=True, slots=True)
class Sorted:
    """What came with a mail: everything by name, and what is kept of it by its place among them."""

    named: tuple[dict[str, Any], ...]
    kept: tuple[tuple[int, Attached, str], ...]


def sort_out(attached: Sequence[Attached], *, is_whole: bool) -> Sorted:
    """Choose what is kept, in the order of the mail; of a mail that was cut off the last file is not."""
    named, kept, room = list[dict[str, Any]](), list[tuple[int, Attached, str]](), MOST_BYTES
    for place, one in enumerate(attached[:MOST_NAMED]):
        kind = content_type_of(one.content)
        if not is_whole and place == len(attached) - 1:
            why = "cut"
        elif kind is None:
            why = "sort"
        elif one.size > room or len(kept) == MOST_FILES:
            why = "size"
        else:
            why, room = "", room - one.size
            kept.append((place, one, kind))
        named.append({"name": one.name, "kind": one.kind, "size": one.size, "why_not": why})
    return Sorted(tuple(named), tuple(kept))


def rows_of(message: Message, found: Sorted) -> Iterator[MessageFile]:
    """What is to be stored of files; a message is stored first."""
    for place, one, kind in found.kept:
        yield MessageFile(
            message=message, place=place, name=bare_name(one.name), content_type=kind, size=one.size, content=one.content
        )  # fmt: skip
