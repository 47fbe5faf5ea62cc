"""What a carrier is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Unreachable(Exception):
    """The carrier can't be reached; nothing was handed over, and nothing is wrong with the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as it goes out."""

    address: str
    message_id: str
    subject: str
    html: str
    text: str
    short: str
    stop: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the other side said: `is_accepted`, or not for now (`is_temporary`), or not at all; `is_dead` when it refused the address
    itself; `status` and `words` are its own."""

    is_accepted: bool
    is_temporary: bool = False
    is_dead: bool = False
    status: str = ""
    words: str = ""


class Carrier(Protocol):
    """Hands messages over, one after another."""

    def hand_over(self, outgoing: Outgoing, *, claim: Callable[[], bool]) -> Outcome | None:
        """Hand a message over.

        `claim` is called at the last moment at which it is certain that nothing has gone yet, and stores that it may have from now on;
        when it says no, somebody else has the message, and None is returned.

        Raises:
            Unreachable: before `claim`: nothing went.
            OSError: after `claim`: nobody can say whether it went.
        """

    def close(self) -> None:
        """End the connection."""
