"""What other systems send, read one by one: Segment's calls and CloudEvents 1.0, into one shape that is stored.

A message that can't be read is a `Misread` that says which field, what stands there and what was expected; the others of its
request are not touched by it.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

MOST_EVENTS: Final = 1_000
MOST_EVENT_BYTES: Final = 32_000
_LONGEST_NAME: Final = 160
_LONGEST_ID: Final = 160
_LONGEST_MESSAGE_ID: Final = 500
_SHOWN: Final = 120
_DEEPEST: Final = 40
_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)
_AT: Final = re.compile(r" - at `\$\.?(.*)`$")
_EXPECTED: Final = re.compile(r"Expected `(.+?)`(?:, got `(.+?)`)?")

Call: TypeAlias = Literal["track", "identify", "page", "screen", "group", "alias"]
CALLS: Final[tuple[Call, ...]] = ("track", "identify", "page", "screen", "group", "alias")


class Message(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One event on its way into the log; stored, so fields are added with a default and never renamed or dropped.

    Attributes:
        id: what makes it the same when it comes again; unique within its source.
        call: which of Segment's calls it was; a CloudEvent is a track.
        name: the event's name.
        at: when it happened; None when the sender did not say.
        user: what the sender calls the customer.
        anonymous: what it calls a visitor it does not know.
        previous: for an alias, the other name of the customer; for a group, the group.
        case: the case it belongs to, if the sender says so outside of the properties.
        channel: the way of contact, if said.
        properties: what else it says of the event, or of the customer for identify.
        identifiers: further names of the customer, by system.
    """

    id: str
    call: Call = "track"
    name: str = ""
    at: datetime | None = None
    user: str = ""
    anonymous: str = ""
    previous: str = ""
    case: str = ""
    channel: str = ""
    properties: dict[str, Any] = {}
    identifiers: list[tuple[str, str]] = []


@dataclass(frozen=True, slots=True)
class Misread:
    """What is wrong with one message of a request, and the message as it came."""

    index: int
    field: str
    value: str
    expected: str
    body: bytes

    @property
    def facts(self) -> dict[str, object]:
        """For the answer."""
        return {"index": self.index, "field": self.field, "value": self.value, "expected": self.expected}


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a request's messages."""

    messages: list[Message]
    misread: list[Misread]


class Unreadable(Exception):
    """The request as a whole is none; says what was expected."""


class _Field(Exception):
    """A field that does not fit."""

    def __init__(self, name: str, value: object, expected: str) -> None:
        super().__init__(name)
        self.name, self.value, self.expected = name, value, expected


class _ExternalId(msgspec.Struct):
    id: str | int
    type: str = "external"


class _Context(msgspec.Struct):
    channel: str | None = None
    locale: str | None = None
    external_ids: list[_ExternalId] | None = msgspec.field(default=None, name="externalIds")


class _Segment(msgspec.Struct, rename="camel"):
    type: str | None = None
    message_id: str | None = None
    timestamp: str | int | float | None = None
    original_timestamp: str | None = None
    user_id: str | int | None = None
    anonymous_id: str | int | None = None
    previous_id: str | int | None = None
    group_id: str | int | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    channel: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: _Context | None = None


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]


_batch = msgspec.json.Decoder(_Batch)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_segment = msgspec.json.Decoder(_Segment)
_object = msgspec.json.Decoder(dict[str, Any])
_anything = msgspec.json.Decoder(Any)
_encode = msgspec.json.Encoder(order="deterministic").encode


def read_segment(body: bytes, call: Call | None) -> Reading:
    """Messages of one of Segment's calls, or of a batch of them (`call` None).

    Raises:
        Unreadable: the body is no JSON, or no batch of 1 to 1,000 messages.
    """
    if call is not None:
        _check_json(body)
        return _read_each([body], lambda raw: _from_segment(raw, call))
    try:
        raws = _batch.decode(body).batch
    except _UNREADABLE as error:
        raise Unreadable(f'An object with a list under "batch" was expected: {error}') from error
    return _read_each(_bounded(raws), lambda raw: _from_segment(raw, None))


def read_cloud_events(body: bytes, *, is_batch: bool) -> Reading:
    """CloudEvents in the structured mode, one or a batch.

    Raises:
        Unreadable: the body is no JSON, or no list of 1 to 1,000 events.
    """
    if not is_batch:
        _check_json(body)
        return _read_each([body], lambda raw: _from_cloud_event(_object.decode(raw), raw))
    try:
        raws = _list.decode(body)
    except _UNREADABLE as error:
        raise Unreadable(f"A list of events was expected: {error}") from error
    return _read_each(_bounded(raws), lambda raw: _from_cloud_event(_object.decode(raw), raw))


def read_binary_cloud_event(attributes: Mapping[str, str], content_type: str, body: bytes) -> Reading:
    """A CloudEvent in the binary mode: its attributes are the `ce-` headers, its data the body."""
    given: dict[str, Any] = dict(attributes)
    if not body:
        pass
    elif content_type in {"", "application/json"} or content_type.endswith("+json"):
        try:
            given["data"] = _anything.decode(body)
        except _UNREADABLE as error:
            raise Unreadable(f"The data are announced as JSON: {error}") from error
    else:
        given["data"] = body.decode("utf-8", "replace")
    whole = _encode(given)
    return _read_each([whole], lambda raw: _from_cloud_event(given, raw))


def _bounded(raws: Sequence[msgspec.Raw]) -> list[bytes]:
    if not 1 <= len(raws) <= MOST_EVENTS:
        raise Unreadable(f"1 to {MOST_EVENTS:,} events were expected, {len(raws):,} found.")
    return [bytes(raw) for raw in raws]


def _check_json(body: bytes) -> None:
    try:
        _object.decode(body)
    except _UNREADABLE as error:
        raise Unreadable(f"A JSON object was expected: {error}") from error


def _read_each(raws: Sequence[bytes], read: Any) -> Reading:
    messages: list[Message] = []
    misread: list[Misread] = []
    for index, raw in enumerate(raws):
        try:
            if len(raw) > MOST_EVENT_BYTES:
                raise _Field("", f"{len(raw):,} bytes", f"at most {MOST_EVENT_BYTES:,} bytes")
            message = read(raw)
            if raw.count(b"{") + raw.count(b"[") > _DEEPEST and _is_deep(message.properties, _DEEPEST):
                raise _Field("", "", f"objects and lists nested at most {_DEEPEST} deep")
            messages.append(message)
        except _Field as wrong:
            misread.append(
                Misread(index, wrong.name, _short(wrong.value), wrong.expected, raw[:MOST_EVENT_BYTES])
            )
        except _UNREADABLE as error:
            misread.append(_misread(index, raw, error))
    return Reading(messages, misread)


def _is_deep(value: object, left: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_is_deep(one, left - 1) for one in inner)


def _misread(index: int, raw: bytes, error: Exception) -> Misread:
    """What msgspec says of a field, in our four words."""
    text = str(error)
    field = found.group(1) if (found := _AT.search(text)) else ""
    expected = _EXPECTED.search(text)
    words = expected.group(1).replace("|", "or") if expected else text[:200]
    return Misread(index, field, _short(_value_at(raw, field)), words, raw[:MOST_EVENT_BYTES])


def _value_at(raw: bytes, field: str) -> object:
    try:
        value: Any = _anything.decode(raw)
        for part in filter(None, field.split(".")):
            value = value[part]
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError):
        return ""
    return value


def _short(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else repr(value)
    text = text.replace("\0", "�")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


# -- Segment ---------------------------------------------------------------------------------------------------------


def _from_segment(raw: bytes, call: Call | None) -> Message:
    given = _segment.decode(raw)
    kind = call or _call(given.type)
    stamp = given.timestamp if given.timestamp is not None else given.original_timestamp
    user, anonymous = _name_of("userId", given.user_id), _name_of("anonymousId", given.anonymous_id)
    if not (user or anonymous):
        raise _Field("userId", "", "a userId or an anonymousId")
    context = given.context or _Context()
    return Message(
        id=_message_id(given.message_id, raw, stamp),
        call=kind,
        name=_event_name(kind, given),
        at=_instant("timestamp", stamp),
        user=user,
        anonymous=anonymous,
        previous=_other_name(kind, given),
        channel=(given.channel or context.channel or "")[:40],
        properties=_properties(kind, given, context),
        identifiers=[
            (one.type[:60], _name_of("context.externalIds", one.id)) for one in context.external_ids or ()
        ],
    )


def _properties(kind: Call, given: _Segment, context: _Context) -> dict[str, Any]:
    if kind not in {"identify", "group"}:
        return given.properties or {}
    traits = given.traits or {}
    return {"language": context.locale} | traits if context.locale and kind == "identify" else traits


def _call(kind: str | None) -> Call:
    for known in CALLS:
        if kind == known:
            return known
    raise _Field("type", kind or "", f"one of {', '.join(CALLS)}")


def _event_name(kind: Call, given: _Segment) -> str:
    """The event's own name; a page and a screen are called after what was looked at, as Segment names them downstream."""
    if kind == "track":
        return _text("event", given.event, "the name of what happened", _LONGEST_NAME)
    if kind in {"page", "screen"}:
        shown = " ".join(part.strip() for part in (given.category, given.name) if part and part.strip())
        return f"Viewed {shown} {kind}" if shown and len(shown) < _LONGEST_NAME - 20 else f"Viewed a {kind}"
    return "Joined a group" if kind == "group" else ""


def _other_name(kind: Call, given: _Segment) -> str:
    if kind == "alias":
        _text("userId", str(given.user_id or ""), "the name that the customer has now", _LONGEST_ID)
        return _text(
            "previousId", str(given.previous_id or ""), "the name that the customer had before", _LONGEST_ID
        )
    if kind == "group":
        return _text("groupId", str(given.group_id or ""), "the group's id", _LONGEST_ID)
    return ""


def _message_id(given: str | None, raw: bytes, stamp: object) -> str:
    """The sender's own id. Without one, the same message with the same time counts as the same; without a time it can't be told."""
    if given:
        return _text("messageId", given, "an id", _LONGEST_MESSAGE_ID)
    if stamp is None:
        raise _Field("messageId", "", "an id, or at least a timestamp, by which a repetition is known")
    return hashlib.sha256(_encode(_anything.decode(raw))).hexdigest()


# -- CloudEvents -----------------------------------------------------------------------------------------------------

_CLOUD_EVENT: Final = {
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "subject",
    "data",
    "data_base64",
    "datacontenttype",
    "dataschema",
}


def _from_cloud_event(given: Mapping[str, Any], raw: bytes) -> Message:
    if given.get("specversion") != "1.0":
        raise _Field("specversion", given.get("specversion"), "1.0")
    source, event_id = (
        _text(name, given.get(name), "a text", _LONGEST_MESSAGE_ID) for name in ("source", "id")
    )
    data = given.get("data", given.get("data_base64"))
    properties = dict(data) if isinstance(data, dict) else {} if data is None else {"data": data}
    for name, value in given.items():
        if name not in _CLOUD_EVENT:
            properties.setdefault(name, value)
    subject = given.get("subject")
    user = properties.get("userId", properties.get("user_id"))
    return Message(
        id=f"{source}\x1f{event_id}",
        name=_text("type", given.get("type"), "the kind of event", _LONGEST_NAME),
        at=_instant("time", given.get("time")),
        user=_name_of("data.userId", user) if isinstance(user, str | int) else "",
        case=_name_of("subject", subject) if isinstance(subject, str) else "",
        properties=properties,
    )


# -- Fields ----------------------------------------------------------------------------------------------------------


def _text(field: str, value: object, expected: str, most: int) -> str:
    """A text that is not blank, within bounds and without signs that no text has."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise _Field(field, value, expected)
    if len(value) > most:
        raise _Field(field, value, f"{expected} of at most {most} characters")
    return value.strip()


def _name_of(field: str, value: str | int | None) -> str:
    if value is None or value == "":
        return ""
    return _text(field, str(value), "what the system calls the customer", _LONGEST_ID)


def _instant(field: str, value: object) -> datetime | None:
    """A time as RFC 3339 writes it, or as seconds or milliseconds since 1970; without a zone it is UTC."""
    expected = "a time such as 2026-01-31T12:00:00Z"
    if value is None or value == "":
        return None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)
        if not isinstance(value, str):
            raise _Field(field, value, expected)
        at = datetime.fromisoformat(value.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _Field(field, value, expected) from error


# -- Storing ---------------------------------------------------------------------------------------------------------

FORMAT: Final = 1
"""The version of what `pack` writes. A change that `Message` can't read by its defaults gets a new number and an entry in `_READERS`."""

_READERS: Final = {1: msgspec.json.Decoder(list[Message])}
_packer = msgspec.json.Encoder()


class UnknownFormatVersion(Exception):
    """The body was written by a newer version of Candor."""


def pack(messages: Sequence[Message]) -> bytes:
    """Messages as they are stored."""
    return _packer.encode(list(messages))


def unpack(version: int, body: bytes) -> list[Message]:
    """Stored messages.

    Raises:
        UnknownFormatVersion: a newer version wrote them.
        msgspec.MsgspecError: the body is damaged.
    """
    reader = _READERS.get(version)
    if reader is None:
        raise UnknownFormatVersion(f"It was stored in format {version} by a newer version of Candor.")
    return reader.decode(body)
