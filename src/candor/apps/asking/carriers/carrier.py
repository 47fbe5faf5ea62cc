"""What a carrier is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from candor.foundation.post import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as it goes out. Its words are those of everybody who gets the same letter, and have gaps; `gaps` says what stands in
    them for this one person."""

    address: str
    message_id: str
    subject: str
    html: str
    text: str
    short: str
    stop: str
    language: str
    gaps: tuple[tuple[str, str], ...] = ()

    def filled(self, words: str) -> str:
        """Words with their gaps filled."""
        for gap, own in self.gaps:
            words = words.replace(gap, own)
        return words


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
