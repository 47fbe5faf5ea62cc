"""The one list of events that are told, each with a sentence; the rooms register theirs."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of news: its name as `noun.verb` in the past, what happened, and an example of the data that go with it.

    The data name things by their ids and hold no names, addresses or words of customers: who may read those asks the API with a key.
    """

    name: str
    sentence: "StrOrPromise"
    example: dict[str, Any] = field(default_factory=dict)


_events: dict[str, Event] = {}


def register_event(event: Event) -> None:
    """Add an event; called from AppConfig.ready, twice is once."""
    _events[event.name] = event


def events() -> list[Event]:
    """All of them, by name."""
    return [_events[name] for name in sorted(_events)]


def is_known(name: str) -> bool:
    """Whether some room has registered the event."""
    return name in _events


TEST = Event(
    "webhook.tested", _("Somebody pressed “Send a test” on the page of the endpoint."), {"endpoint": 1}
)
