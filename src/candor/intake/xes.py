"""XES (IEEE 1849) as a stream: events with what their trace says, in bounded memory, with nothing declared or fetched.

Parsed by expat with handlers that are swapped at the borders of a trace and an event, so that the inner ones need not ask where they are.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple, NoReturn
from xml.parsers import expat

from candor.intake.errors import BrokenXml, FileRefused, TooLarge, UnsafeXml
from candor.intake.sources import Limits, Source

_DEEPEST: Final = 200
_KEY_VALUE: Final = 4


@dataclass(slots=True)
class Trace:
    """What the log says of one case."""

    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


class RawEvent(NamedTuple):
    """One event as it stands in the log: its number, its line if something it needs is missing, its trace, its attributes."""

    position: int
    line: int
    trace: Trace
    cells: dict[str, str]


class XesReader:
    """Reads one XES file, as often as asked.

    Attributes:
        limits: what it may ask of us.
        bytes_read: how much of the file the latest reading took.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.bytes_read = 0
        self.limits = limits
        self._path = path

    def events(self) -> Iterator[RawEvent]:
        """Yields the events in file order.

        Raises:
            UnsafeXml: the file declares a document type or an entity.
            BrokenXml: not well formed, or no log.
            TooLarge: an attribute, an event or the file is past the limits.
        """
        parse = _Parse(self.limits)
        with Source(self._path, self.limits) as source:
            for chunk in chain(source.chunks(), (b"",)):
                refusal: FileRefused | None = None
                try:
                    parse.feed(chunk, is_last=not chunk)
                except FileRefused as error:
                    refusal = error
                self.bytes_read = source.position
                # What stood before the fault is whole and is given first.
                yield from parse.found
                parse.found.clear()
                if refusal is not None:
                    raise refusal


class _Parse:
    """One pass of expat over a log: outside → in a trace → in an event, and back."""

    def __init__(self, limits: Limits) -> None:
        self.found: list[RawEvent] = []
        self._limits = limits
        self._fed = 0
        self._depth = 0
        self._is_log = False
        self._trace = Trace()
        self._parser = parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_entity
        parser.ExternalEntityRefHandler = _refuse_entity
        self._begin_event, self._event_size = self._event_handlers()
        self._outside()

    def feed(self, data: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(data, is_last)
        except expat.ExpatError as error:
            raise BrokenXml(expat.errors.messages.get(error.code, "not well formed"), error.lineno) from error
        self._fed += len(data)
        self._check()

    def _check(self) -> None:
        """Looked at after each piece rather than each tag: a piece can't add more than it has bytes."""
        limits = self._limits
        # What expat has taken but not yet given out is one unfinished tag, comment or attribute.
        if self._fed - self._parser.CurrentByteIndex > limits.row_chars:
            raise TooLarge(
                f"one tag near line {self._parser.CurrentLineNumber} has more than {limits.row_chars:,} bytes"
            )
        attributes, nested = self._event_size()
        if max(attributes, len(self._trace.attributes)) > limits.columns:
            raise TooLarge(f"an event or trace has more than {limits.columns:,} attributes")
        if max(nested, self._depth) > _DEEPEST:
            raise TooLarge(f"tags are nested more than {_DEEPEST} deep")

    def _outside(self) -> None:
        self._depth = 0
        self._parser.StartElementHandler = self._start_outside
        self._parser.EndElementHandler = self._end

    def _start_outside(self, tag: str, attributes: list[str]) -> None:
        name = tag.rpartition(":")[2]
        if not self._is_log:
            if name != "log":
                raise BrokenXml(
                    f"it begins with <{tag[:40]}>, an event log with <log>", self._parser.CurrentLineNumber
                )
            self._is_log = True
        elif name == "trace" and not self._depth:
            self._trace = Trace()
            self._in_trace()
        else:
            self._depth += 1

    def _end(self, tag: str) -> None:
        self._depth -= 1

    def _in_trace(self) -> None:
        self._parser.StartElementHandler = self._start_in_trace
        self._parser.EndElementHandler = self._end_in_trace

    def _start_in_trace(self, tag: str, attributes: list[str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "event" and not self._depth:
            self._begin_event()
            return
        self._depth += 1
        if self._depth == 1:
            key, value = _pair(name, attributes)
            if key == "concept:name":
                self._trace.name = value.strip()
            elif value:
                self._trace.attributes[key] = value

    def _end_in_trace(self, tag: str) -> None:
        if self._depth:
            self._depth -= 1
        else:
            self._outside()

    def _event_handlers(self) -> tuple[Callable[[], None], Callable[[], tuple[int, int]]]:
        """What begins an event, and what tells the size of the one at hand.

        The two inner handlers run for nearly every tag of a log, so they hold what they need and ask for little.
        """
        parser, found = self._parser, self.found
        cells: dict[str, str] = {}
        position = nested = 0

        def begin() -> None:
            nonlocal cells, position
            cells = {}
            position += 1
            parser.StartElementHandler = start
            parser.EndElementHandler = end

        def start(tag: str, attributes: list[str]) -> None:
            nonlocal nested
            nested += 1
            if nested == 1:
                if tag != "date" and len(attributes) == _KEY_VALUE and attributes[0] == "key":
                    key, value = attributes[1], attributes[3]
                else:
                    key, value = _pair(tag.rpartition(":")[2], attributes)
                if value:
                    cells[key] = value

        def end(tag: str) -> None:
            nonlocal nested
            if nested:
                nested -= 1
                return
            is_whole = self._trace.name and "concept:name" in cells and "time:timestamp" in cells
            found.append(RawEvent(position, 0 if is_whole else parser.CurrentLineNumber, self._trace, cells))
            self._in_trace()

        return begin, lambda: (len(cells), nested)


def _pair(kind: str, attributes: list[str]) -> tuple[str, str]:
    """Key and value of an attribute; other dates than the event's own are written in UTC, as the same date may be written in many zones."""
    named = dict(zip(attributes[::2], attributes[1::2], strict=True))
    key, value = named.get("key", ""), named.get("value", "")
    if kind == "date" and key != "time:timestamp":
        with suppress(ValueError, OverflowError):
            value = datetime.fromisoformat(value).astimezone(UTC).isoformat()
    return key, value


def _refuse_doctype(name: str, *_: object) -> NoReturn:
    raise UnsafeXml("a document type declaration")


def _refuse_entity(*_: object) -> NoReturn:
    raise UnsafeXml("an entity")
