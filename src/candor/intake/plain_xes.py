"""The common form of XES at the speed of numpy: flat attributes, key before value, no comments; everything else is left to `xes`.

A piece of the file that ends with a trace is looked at as a whole: where its tags and quotes stand must fit the grammar below to the
byte, which is stricter than XML, or the piece is refused. What it gives is what the careful reader would give.

```text
piece      (<trace> attribute* (<event> attribute* </event>)* </trace>)*, with text between tags
attribute  <kind key="…" value="…"/>
```
"""

from collections.abc import Iterator
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import unescape

import numpy as np
from numpy.typing import NDArray

from candor.intake.sources import MIB, Source

Positions = NDArray[np.int64]

_PIECE: Final = 2 * MIB  # large enough for numpy, small enough for the cache
_LONGEST: Final = 64 * MIB  # a trace, or what stands before the first one
_TRACE, _EVENT, _EVENT_END, _TRACE_END, _ATTRIBUTE = 1, 2, 3, 4, 5
_BASE: Final = 8
_TAGS: Final = ((b"trace>", _TRACE), (b"event>", _EVENT), (b"/event>", _EVENT_END), (b"/trace>", _TRACE_END))
_KINDS: Final = (b'string key="', b'date key="', b'int key="', b'float key="', b'boolean key="', b'id key="')
_FOLLOWS: Final = frozenset(
    before * _BASE + after
    for before, after in (
        (_TRACE, _EVENT), (_TRACE, _TRACE_END), (_EVENT, _EVENT_END), (_EVENT_END, _EVENT), (_EVENT_END, _TRACE_END),
        (_TRACE_END, _TRACE),
    )
)  # fmt: skip
_ENTITIES: Final = (b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;")
_QUOTES: Final = {"&quot;": '"', "&apos;": "'"}
_ZERO: Final = ord("0")
_DATE: Final = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))


_MASKS: Final = np.array([(1 << 8 * length) - 1 for length in range(9)], np.uint64)
_FACTORS: Final = np.array(
    [0x9E3779B97F4A7C15 * (2 * word + 1) % 2**64 for word in range(8)], np.uint64
)  # odd


class NotPlain(Exception):
    """The careful reader has to go on from here."""


class Piece:
    """Some whole traces.

    Attributes:
        cases: of each event the place of its case in `case_names`.
        case_names: every case once, in the order in which they come.
        activities: of each event the place of its activity in `activity_names`.
        activity_names: every activity once.
        micros: of each event its time in microseconds since 1970 (UTC).
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        padded = np.frombuffer(text + bytes(16), np.uint8)
        self._words = np.ndarray(
            (len(text) + 8,), np.dtype("<u8"), padded.data, strides=(1,)
        )  # eight bytes from each place
        letters = padded[: len(text)]
        _refuse_unless(_is_text(text, letters, self._words))
        self._letters = padded
        self._read(np.flatnonzero(letters == ord("<")), np.flatnonzero(letters == ord('"')))

    def _read(self, tags: Positions, quotes: Positions) -> None:
        kinds, lengths = self._kinds_of(tags)
        _refuse_unless(bool(kinds.all()))
        is_attribute = kinds == _ATTRIBUTE
        frame = kinds[~is_attribute]
        _refuse_unless(len(frame) > 0 and frame[0] == _TRACE and frame[-1] == _TRACE_END)
        pairs = np.flatnonzero(np.bincount(frame[:-1] * _BASE + frame[1:]))
        _refuse_unless(_FOLLOWS.issuperset(pairs.tolist()))
        within = frame[np.cumsum(~is_attribute)[is_attribute] - 1]  # the tag each attribute stands behind
        _refuse_unless(bool(np.isin(within, (_TRACE, _EVENT)).all()))
        after = np.append(tags[1:], len(self._text))[is_attribute]
        ends = self._quotes_of(tags[is_attribute], lengths[is_attribute], quotes, after)
        self._take(ends, within, kinds, is_attribute)

    def _take(
        self,
        ends: Positions,
        within: NDArray[np.uint8],
        kinds: NDArray[np.uint8],
        is_attribute: NDArray[np.bool_],
    ) -> None:
        trace_of = (np.cumsum(kinds == _TRACE) - 1)[is_attribute]
        event_of = (np.cumsum(kinds == _EVENT) - 1)[is_attribute]
        traces, events = int((kinds == _TRACE).sum()), int((kinds == _EVENT).sum())
        is_name, is_time = self._has_key(ends, b"concept:name"), self._has_key(ends, b"time:timestamp")
        in_event = within == _EVENT
        case, activity, time = is_name & ~in_event, is_name & in_event, is_time & in_event
        for found, owner, count in (
            (case, trace_of, traces),
            (activity, event_of, events),
            (time, event_of, events),
        ):
            _refuse_unless(np.array_equal(owner[found], np.arange(count)))  # one each, in order
        self.case_names, cases = self._texts(ends[case])
        self.cases = cases[(np.cumsum(kinds == _TRACE) - 1)[kinds == _EVENT]]
        self.activity_names, self.activities = self._texts(ends[activity])
        self.micros = self._instants(ends[time])

    def _kinds_of(self, tags: Positions) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """What each tag is, and of attributes how far it is to the first quote."""
        start = self._words[tags + 1]
        kinds, lengths = np.zeros(len(tags), np.uint8), np.zeros(len(tags), np.uint8)
        for word in _KINDS:
            lengths[_begins(start, word[:8])] = len(word)
        kinds[lengths > 0] = _ATTRIBUTE
        others = np.flatnonzero(kinds == 0)
        start = start[others]
        for word, kind in _TAGS:
            kinds[others[_begins(start, word)]] = kind
        return kinds, lengths

    def _quotes_of(
        self, tags: Positions, lengths: NDArray[np.uint8], quotes: Positions, after: Positions
    ) -> Positions:
        """The four quotes of each attribute, everything around them as it must be."""
        _refuse_unless(len(quotes) == 4 * len(tags))
        ends = quotes.reshape(-1, 4)
        first, second, third, fourth = ends.T
        _refuse_unless(
            np.array_equal(first, tags + lengths)
            and bool(_begins(self._words[first - 5], b' key="').all())
            and np.array_equal(third, second + 8)
            and bool(_begins(self._words[second], b'" value=').all())
            and bool(_begins(self._words[fourth], b'"/>').all())
            and bool((fourth < after).all())
        )
        return ends

    def _has_key(self, ends: Positions, key: bytes) -> NDArray[np.bool_]:
        start = ends[:, 0] + 1
        found = (ends[:, 1] - start == len(key)) & _begins(self._words[start], key[:8])
        found[found] = _begins(self._words[start[found] + 8], key[8:])
        return np.asarray(found, dtype=np.bool_)

    def _texts(self, ends: Positions) -> tuple[list[str], Positions]:
        """The different values in the order in which they come, and which of them each one is."""
        starts, stops = ends[:, 2] + 1, ends[:, 3]
        first, places = self._different(starts, stops - starts)
        text = self._text
        names = [
            _plain_text(text[start:stop])
            for start, stop in zip(starts[first].tolist(), stops[first].tolist(), strict=True)
        ]
        return names, places

    def _different(self, starts: Positions, lengths: Positions) -> tuple[Positions, Positions]:
        """Where each of the different values comes first, and which of them each one is."""
        width = -(-int(lengths.max(initial=1)) // 8)  # words of eight bytes
        if width > len(_FACTORS):
            return self._different_long(starts, lengths)
        words = [
            self._words[np.minimum(starts + 8 * word, len(self._words) - 1)]
            & _MASKS[np.clip(lengths - 8 * word, 0, 8)]
            for word in range(width)
        ]
        mixed = np.bitwise_xor.reduce([word * factor for word, factor in zip(words, _FACTORS, strict=False)])
        _, first, places = np.unique(mixed, return_index=True, return_inverse=True)
        if not all(np.array_equal(one, one[first][places]) for one in (*words, lengths)):
            return self._different_long(starts, lengths)  # two values mix to one number
        order = np.argsort(first)
        return first[order], np.argsort(order)[places]

    def _different_long(self, starts: Positions, lengths: Positions) -> tuple[Positions, Positions]:
        known: dict[bytes, int] = {}
        ends = (starts + lengths).tolist()
        values = [self._text[start:end] for start, end in zip(starts.tolist(), ends, strict=True)]
        places = np.array([known.setdefault(value, len(known)) for value in values], np.int64)
        return np.unique(places, return_index=True)[1], places

    def _instants(self, ends: Positions) -> NDArray[np.int64]:
        starts = ends[:, 2] + 1
        lengths = ends[:, 3] - starts
        micros = np.empty(len(starts), np.int64)
        for length in np.unique(lengths).tolist():
            chosen = lengths == length
            _refuse_unless(length <= 32)
            micros[chosen] = _micros_of(self._letters[starts[chosen][:, None] + np.arange(length)])
        return micros


def plain_pieces(source: Source) -> Iterator[Piece]:
    """Yields the traces of a file, piece by piece.

    Raises:
        NotPlain: the file is not of the common form, or not from here on; what was given before is right.
        FileRefused: as by `Source`.
    """
    rest = _behind_header(source)
    is_over = False
    while not is_over:
        data = source.read(_PIECE)
        is_over = not data
        text = rest + data
        end = text.rfind(b"</trace>")
        rest = text[end + len(b"</trace>") :] if end >= 0 else text
        _refuse_unless(len(rest) < _LONGEST)
        if end >= 0:
            yield Piece(text[: end + len(b"</trace>")])
    _refuse_unless(rest.strip() == b"</log>")


def _behind_header(source: Source) -> bytes:
    """What begins with the first trace, once the header is known to be well-formed and in UTF-8."""
    text, looked_at = b"", 0
    while (place := text.find(b"<trace>", looked_at)) < 0:
        data = source.read()
        _refuse_unless(bool(data) and len(text) < _LONGEST)
        looked_at = max(len(text) - 6, 0)
        text += data
    header = text[:place]
    depth: list[str] = []

    def refuse(*_: object) -> None:
        raise NotPlain

    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, _: depth.append(tag)
    parser.EndElementHandler = lambda _: depth.pop()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.XmlDeclHandler = lambda _, encoding, __: (
        None if (encoding or "utf-8").lower() == "utf-8" else refuse()
    )
    try:
        parser.Parse(header + b"<trace>", False)
    except expat.ExpatError as error:
        raise NotPlain from error
    _refuse_unless(depth == ["log", "trace"] and not text.startswith((b"\xff\xfe", b"\xfe\xff")))
    return text[place:]


def _begins(words: NDArray[np.uint64], with_: bytes) -> NDArray[np.bool_]:
    """Which of the eight bytes begin so."""
    if len(with_) == 8:
        return np.asarray(words == np.uint64(int.from_bytes(with_, "little")), dtype=np.bool_)
    mask = (1 << 8 * len(with_)) - 1
    return np.asarray((words & np.uint64(mask)) == np.uint64(int.from_bytes(with_, "little")), dtype=np.bool_)


def _is_text(text: bytes, letters: NDArray[np.uint8], words: NDArray[np.uint64]) -> bool:
    """No bytes that XML forbids, no entity but the five that it knows."""
    if (letters < 9).any() or (letters - 14 < 18).any() or b"\x0b" in text or b"\x0c" in text:
        return False
    if b"]" in text and b"]]>" in text:
        return False
    if b"&" in text:
        entities = words[np.flatnonzero(letters == ord("&"))]
        if not np.logical_or.reduce([_begins(entities, entity) for entity in _ENTITIES]).all():
            return False
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\xef\xbf\xbe" not in text and b"\xef\xbf\xbf" not in text


def _plain_text(raw: bytes) -> str:
    _refuse_unless(not any(space in raw for space in (b"\t", b"\n", b"\r")))
    text = raw.decode("utf-8")
    text = (unescape(text, _QUOTES) if "&" in text else text).strip()
    _refuse_unless(bool(text))
    return text


def _micros_of(stamps: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Times such as 2020-01-31T12:00:00.123+01:00, all of one length."""
    length = stamps.shape[1]
    _refuse_unless(length >= 20)
    is_utc = bool((stamps[:, -1] == ord("Z")).all())
    ends = length - 1 if is_utc else length - 6
    for place, letter in _DATE:
        _refuse_unless(bool((stamps[:, place] == ord(letter)).all()))
    _refuse_unless(ends == 19 or (21 <= ends <= 26 and bool((stamps[:, 19] == ord(".")).all())))
    year, month, day = _number(stamps, 0, 4), _number(stamps, 5, 7), _number(stamps, 8, 10)
    hour, minute, second = _number(stamps, 11, 13), _number(stamps, 14, 16), _number(stamps, 17, 19)
    _refuse_unless(
        bool(
            (
                (year >= 1)
                & (month >= 1)
                & (month <= 12)
                & (day >= 1)
                & (hour < 24)
                & (minute < 60)
                & (second < 60)
            ).all()
        )
    )
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    _refuse_unless(bool((days.astype("datetime64[M]") == months).all()))
    seconds = days.astype(np.int64) * 86_400 + hour * 3600 + minute * 60 + second
    if not is_utc:
        seconds -= _offset(stamps[:, -6:])
    fraction = _number(stamps, 20, ends) * 10 ** (26 - ends) if ends > 19 else 0
    return seconds * 1_000_000 + fraction


def _offset(zones: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Seconds ahead of UTC, from +01:00."""
    is_ahead, is_behind = zones[:, 0] == ord("+"), zones[:, 0] == ord("-")
    hours, minutes = _number(zones, 1, 3), _number(zones, 4, 6)
    _refuse_unless(
        bool(((is_ahead | is_behind) & (zones[:, 3] == ord(":")) & (hours < 24) & (minutes < 60)).all())
    )
    return np.asarray(np.where(is_ahead, 1, -1) * (hours * 3600 + minutes * 60), dtype=np.int64)


def _number(stamps: NDArray[np.uint8], first: int, end: int) -> NDArray[np.int64]:
    value = np.zeros(len(stamps), np.int64)
    for place in range(first, end):
        digit = stamps[:, place] - _ZERO  # other letters become large numbers
        _refuse_unless(bool((digit <= 9).all()))
        value = value * 10 + digit
    return value


def _refuse_unless(is_plain: bool) -> None:
    if not is_plain:
        raise NotPlain
