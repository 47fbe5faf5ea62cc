"""JSON documents as a stream of their elements, in bounded memory: a list, lines of objects, or an object with a list inside."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeAlias

from candor.intake.errors import BrokenJson, EmptyFile, TooLarge
from candor.intake.sources import CHUNK, Limits, Source

Found: TypeAlias = tuple[str, Any]  # where it stood, and what stood there

_BLANK: Final = " \t\r\n"


def is_json(path: Path) -> bool:
    """Whether a file, packed or not, begins as a JSON document does."""
    with Source(path, Limits()) as source:
        return source.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


class JsonStream:
    """One pass over the top of a document: the elements of its lists, one by one.

    Python's own decoder reads each element where it stands in the text. Measured on a log of 20 MB: five times as fast as an
    incremental parser (ijson), which has to look at every bracket of what is passed over.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._letters = codecs.getincrementaldecoder("utf-8-sig")()
        self._decode = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._is_all = False

    def values(self) -> Iterator[Any]:
        """The elements of the list that the document is, or else the values that follow each other in it (one a line, or one in all).

        Raises:
            BrokenJson, TooLarge: the rest is not read.
        """
        if self._next() == "[":
            self._take("[")
            yield from (value for _name, value in self._elements(""))
            return
        while self._next():
            yield self._value()

    def items(self) -> Iterator[Found]:
        """What stands in each list of the document, with the list's name; everything else is passed over.

        Raises:
            BrokenJson, TooLarge: the rest is not read.
        """
        self._take("{")
        while self._next() != "}":
            name = self._value()
            self._take(":")
            if self._next() == "[" and isinstance(name, str):
                self._take("[")
                yield from self._elements(name)
            else:
                self._value()
            if self._next() != "}":
                self._take(",")

    def _elements(self, name: str) -> Iterator[Found]:
        sign = self._next()
        while sign != "]":
            yield name, self._value()
            if (sign := self._next()) != "]":
                self._take(",")
        self._take("]")

    def _next(self) -> str:
        """The next sign that is no blank; "" at the end."""
        while True:
            sign = self._text[self._at : self._at + 1]
            if sign and sign not in _BLANK:
                return sign
            while self._text[self._at : self._at + 1].isspace():
                self._at += 1
            if self._at == len(self._text) and not self._more():
                return ""

    def _take(self, sign: str) -> None:
        if not self._text.startswith(sign, self._at):
            found = self._next()
            if found != sign:
                raise BrokenJson(f"“{sign}” was expected, “{found}” found" if found else "it ends too early")
        self._at += 1

    def _value(self) -> Any:
        """The value that stands next, read further if it is not all there."""
        if self._next() in _BLANK:
            raise BrokenJson("it ends too early")
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except ValueError as error:
                if self._more():
                    continue
                raise BrokenJson(str(error)[:200]) from error
            except RecursionError as error:
                raise TooLarge("it is nested too deep") from error
            if end < len(self._text) or not self._more():  # a number may go on in the next piece
                self._at = end
                return value

    def _more(self) -> bool:
        """Adds as much again as is held unfinished, so that reading anew stays cheap; False at the end of the file."""
        if self._is_all:
            return False
        rest = self._text[self._at :]
        if len(rest) > self._limits.row_chars:
            raise TooLarge(f"one thing in it has more than {self._limits.row_chars:,} characters")
        data = self._source.read(max(CHUNK, len(rest)))
        self._is_all = not data
        try:
            self._text, self._at = rest + self._letters.decode(data, final=self._is_all), 0
        except UnicodeDecodeError as error:
            raise BrokenJson("it is not in UTF-8") from error
        return True


@dataclass(slots=True)
class JsonItems:
    """The items of a document. Made by `open_json`; holds no open file between calls.

    Attributes:
        path: the file.
        envelope: what stands around the list of items, for documents that are one object.
        place: the name of the list in the envelope; "" where the items are the document.
        bytes_total: size of the file on disk.
        bytes_read: how much of it the latest `items()` took, for a progress bar.
    """

    path: Path
    limits: Limits
    envelope: dict[str, Any] = field(default_factory=dict)
    place: str = ""
    bytes_total: int = 0
    bytes_read: int = 0

    def items(self) -> Iterator[Any]:
        """Yields the items in file order.

        Raises:
            BrokenJson, TooLarge, BrokenArchive: met on the way.
        """
        with Source(self.path, self.limits) as source:
            stream = JsonStream(source, self.limits)
            found = (
                (value for name, value in stream.items() if name == self.place)
                if self.place
                else stream.values()
            )
            for item in found:
                self.bytes_read = source.position
                yield item
        self.bytes_read = self.bytes_total


def open_json(
    path: str | PathLike[str], *, lists: tuple[str, ...] = (), limits: Limits | None = None
) -> JsonItems:
    """Opens a JSON document, plain, gzipped or alone in a zip, and finds its items.

    Args:
        path: the file.
        lists: names under which an object may hold the list of items; an object with none of them is an item itself.
        limits: what it may ask of us; one item may have `row_chars` characters.

    Raises:
        FileRefused: one of its kinds.
    """
    file, limits = Path(path), limits or Limits()
    found = JsonItems(file, limits, bytes_total=file.stat().st_size)
    try:
        first = next(found.items(), None)
    except TooLarge:  # an object of that size is an envelope
        found.place = _place_in_stream(found, lists)
        return found
    if first is None:
        raise EmptyFile
    place = next((name for name in lists if _is_list(first, name)), "") if isinstance(first, dict) else ""
    if place:
        found.place = place
        found.envelope = {name: value for name, value in first.items() if name != place}
    return found


def _is_list(document: dict[str, Any], name: str) -> bool:
    listed = document.get(name)
    return isinstance(listed, list) and all(isinstance(one, dict) for one in listed[:20])


def _place_in_stream(found: JsonItems, lists: tuple[str, ...]) -> str:
    with Source(found.path, found.limits) as source:
        for name, value in JsonStream(source, found.limits).items():
            if name in lists and isinstance(value, dict):
                return name
    raise BrokenJson("it holds no list of answers")
