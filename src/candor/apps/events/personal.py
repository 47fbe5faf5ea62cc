"""What lies here about one person: events that wait or are held, events that did not fit, and examples of names."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from candor.apps.customers.personal import Holder, own_words

from .messages import FORMAT, Message, UnknownFormatVersion, pack, unpack
from .models import Delivery, EventName, Misfit


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every event that names the person, as it came; what is in the log already is told by journeys."""
    own = own_words(customer_ids)
    if not own:
        return []
    waiting = [
        {"waiting": msgspec.to_builtins(message)}
        for _, messages in _deliveries()
        for message in messages
        if _names(message, own)
    ]
    return [*waiting, *({"did_not_fit": misfit.body} for misfit in _misfits(own))]


def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove them for good; nothing of it is feedback."""
    own = own_words(customer_ids)
    if not own:
        return []
    for delivery, messages in _deliveries():
        kept = [message for message in messages if not _names(message, own)]
        if len(kept) < len(messages):
            _keep_only(delivery, kept)
    for misfit in _misfits(own):
        misfit.delete()
    for name in EventName.objects.exclude(examples=[]).iterator(chunk_size=500):
        kept_examples = [one for one in name.examples if not _mentions(one.get("properties", ""), own)]
        if len(kept_examples) < len(name.examples):
            name.examples = kept_examples
            name.save(update_fields=["examples"])
    return []


def _keep_only(delivery: Delivery, kept: Sequence[Message]) -> None:
    if not kept:
        delivery.delete()
        return
    delivery.body, delivery.events, delivery.format = pack(kept), len(kept), FORMAT
    delivery.save(update_fields=["body", "events", "format"])


def _deliveries() -> Iterator[tuple[Delivery, list[Message]]]:
    """What can be read; a damaged body names nobody any more."""
    for delivery in Delivery.objects.order_by("pk").iterator(chunk_size=200):
        try:
            yield delivery, unpack(delivery.format, bytes(delivery.body))
        except (UnknownFormatVersion, msgspec.MsgspecError, ValueError, RecursionError):
            continue


def _misfits(own: set[str]) -> list[Misfit]:
    return [row for row in Misfit.objects.iterator(chunk_size=500) if _mentions(row.body, own)]


def _names(message: Message, own: set[str]) -> bool:
    named = {message.user, message.anonymous, message.previous, *(value for _, value in message.identifiers)}
    return bool(own & named) or bool(own & set(_texts(message.properties)))


def _mentions(text: str, own: set[str]) -> bool:
    """Whether a JSON text holds one of the words as a value; a text that was cut off, whether it holds one at all."""
    try:
        return bool(own & set(_texts(json.loads(text))))
    except (ValueError, RecursionError):
        return any(f'"{word}"' in text for word in own)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)


HOLDER = Holder("events_on_their_way", tell, forget)
