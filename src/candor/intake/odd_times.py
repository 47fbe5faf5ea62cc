"""Events whose times or copies deserve a look: kept, counted and shown, never mended."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from candor.intake.events import Event

Oddity: TypeAlias = Literal["future", "before_1970", "out_of_order", "doubled"]

_SLACK: Final = timedelta(minutes=5)  # by which clocks of other machines may be ahead
_FIRST_DAY: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REMEMBERED: Final = 200_000  # cases; what came in between two events of one case beyond it is not seen
_EXAMPLES: Final = 5


@dataclass(slots=True)
class Tally:
    """How many events are odd in one way, and the first of them."""

    n: int = 0
    examples: list[Event] = field(default_factory=list)


class OddTimes:
    """Looks at events in the order of their file.

    `future` lies after `as_of`; `before_1970` is what broken clocks write, and birthdays; `out_of_order` is earlier than an event
    of its case that stood before it; `doubled` has the activity, instant and lifecycle of another one of its case (of the events at
    that instant that stood together). Memory is bounded: only the 200,000 cases met last are remembered.

    Args:
        as_of: the instant at which the file is read.

    Example:
        >>> odd = OddTimes(datetime(2026, 1, 1, tzinfo=UTC))
        >>> odd.look(Event("7", "born", datetime(1948, 5, 1, tzinfo=UTC), None, None, {}, {}, 1))
        >>> {name: tally.n for name, tally in odd.found.items()}
        {'before_1970': 1}
    """

    def __init__(self, as_of: datetime) -> None:
        self.found: dict[Oddity, Tally] = {}
        self._latest = as_of + _SLACK
        self._cases: OrderedDict[str, tuple[datetime, set[tuple[str, str | None]]]] = OrderedDict()

    def look(self, event: Event) -> None:
        """Takes the next event in."""
        if event.at > self._latest:
            self._count("future", event)
        elif event.at < _FIRST_DAY:
            self._count("before_1970", event)
        self._compare(event)

    def take(self) -> dict[Oddity, Tally]:
        """What was found since the last call; the cases stay remembered."""
        found, self.found = self.found, {}
        return found

    def _compare(self, event: Event) -> None:
        what = (event.activity, event.lifecycle)
        last, together = self._cases.pop(event.case, (None, set[tuple[str, str | None]]()))
        if last is not None and event.at < last:
            self._count("out_of_order", event)
            self._cases[event.case] = (last, together)  # the latest so far stays the measure
            return
        if event.at != last:
            together = set()
        elif what in together:
            self._count("doubled", event)
        together.add(what)
        self._cases[event.case] = (event.at, together)
        if len(self._cases) > _REMEMBERED:
            self._cases.popitem(last=False)

    def _count(self, name: Oddity, event: Event) -> None:
        tally = self.found.setdefault(name, Tally())
        tally.n += 1
        if len(tally.examples) < _EXAMPLES:
            tally.examples.append(event)
