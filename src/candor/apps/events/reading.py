"""How a source's messages are read: whose case it is, which unit, what is kept of them."""

from dataclasses import dataclass
from typing import Any, Self

from candor.apps.journeys.services import define_journey
from candor.apps.organization.models import Unit
from candor.apps.organization.queries import units_by_code_or_name

from .learning import Placing
from .messages import Message
from .models import Source

_LONGEST_CASE = 160


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the messages of one source as people have set it up."""

    case_property: str
    customer_property: str
    unplaced: Placing
    units: dict[str, int]
    paths: dict[int, str]

    @classmethod
    def for_source(cls, source: Source) -> Self:
        """The reader of a source; makes sure that it has a journey."""
        if source.journey is None:
            source.journey = define_journey(key=source.name, name=source.name, stages=(), by=None)
            source.save(update_fields=["journey"])
        return cls(
            source.case_property,
            source.customer_property,
            Placing(source.journey.key),
            units_by_code_or_name(),
            dict(Unit.objects.values_list("pk", "path")),
        )

    def user_of(self, message: Message) -> str:
        """What the source calls the customer, "" if it does not say."""
        return message.user or (
            self.text_at(message, self.customer_property) if self.customer_property else ""
        )

    def case_of(self, message: Message) -> str:
        """The configured property, else what the sender says, else the customer, else the visitor, else the event alone."""
        configured = self.text_at(message, self.case_property) if self.case_property else ""
        said = configured or message.case or self.user_of(message) or message.anonymous or message.id
        return said[:_LONGEST_CASE]

    def unit_of(self, message: Message, bound: Unit | None) -> int | None:
        """The unit that the property `unit` names by code or name; the key's own where it names none below that."""
        named = self.units.get(self.text_at(message, "unit").casefold())
        if bound is None:
            return named
        is_below = named is not None and self.paths[named].startswith(bound.path)
        return named if is_below else bound.pk

    def text_at(self, message: Message, path: str) -> str:
        """A property, also one inside others ("loan.id"), as text; "" for what is no text or number."""
        value: Any = message.properties
        if path in message.properties:
            value = message.properties[path]
        else:
            for part in path.removeprefix("properties.").split("."):
                value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return str(value).replace("\0", "").strip()

    def attributes_of(self, message: Message) -> dict[str, Any] | None:
        """What the log keeps beside who, what and when."""
        kept = dict(message.properties)
        for name, value in (("anonymousId", message.anonymous), ("groupId", message.previous)):
            if value:
                kept.setdefault(name, value)
        return kept or None
