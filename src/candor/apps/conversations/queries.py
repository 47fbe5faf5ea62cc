"""Reads of conversations."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import QueryDict

from candor.apps.customers.models import Customer
from candor.apps.customers.queries import find_customers
from candor.apps.customers.timeline import Entry, timeline
from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.queries import people_who_may
from candor.apps.organization.scope import Scope
from candor.foundation.masking import mask

from .attached import WHY_NOT
from .choices import Channel, State
from .models import Conversation, Message, MessageFile

FORM = "form"  # the source of what comes by the form “Tell us”
MOST_CALLERS = 8
MOST_MESSAGES = 500  # of one conversation, the newest
MOST_ENTRIES = 6  # of the customer's timeline, beside the conversation
TABS = ("open", "mine", "waiting", "closed")


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """What the list is narrowed to, as it stands in the URL."""

    state: str = "open"
    channel: str = ""
    customer: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "ConversationFilter":
        """The filter that a URL asks for; those that wait for us unless it says otherwise."""
        state, channel = query.get("state", ""), query.get("channel", "")
        return cls(state if state in TABS else TABS[0], channel if channel in Channel.values else "")

    def apply(self, scope: Scope) -> QuerySet[Conversation]:
        """The conversations it leaves: of those that wait for us whoever waits longest first, of the others the latest."""
        rows = _of_scope(scope).select_related("customer__unit", "unit", "assigned_to", "feedback")
        rows = rows.filter(_state(self.state, scope.viewer.person))
        if self.channel:
            rows = rows.filter(channel=self.channel)
        if self.state == "open":
            return rows.order_by("waits_since", "pk")
        return rows.order_by("-last_at", "-pk")


def counts(scope: Scope, channel: str) -> dict[str, int]:
    """How many conversations stand under each tab."""
    rows = _of_scope(scope).filter(channel=channel) if channel else _of_scope(scope)
    told = {name: Count("pk", filter=_state(name, scope.viewer.person)) for name in TABS}
    found: dict[str, int] = rows.aggregate(**told)
    return found


def _of_scope(scope: Scope) -> QuerySet[Conversation]:
    unit_ids = scope.unit_ids(Permission.READ_FEEDBACK)
    return (
        Conversation.objects.all() if unit_ids is None else Conversation.objects.filter(unit_id__in=unit_ids)
    )


def _state(tab: str, person: Person) -> Q:
    if tab == "mine":
        return Q(assigned_to=person.pk) & ~Q(state=State.CLOSED)
    return Q(state=State(tab))


def conversation_for(
    viewer: Viewer, pk: int, permission: Permission = Permission.READ_FEEDBACK
) -> Conversation | None:
    """A conversation that the viewer may read, or work on."""
    rows = Conversation.objects.visible_to(viewer, permission)
    return (
        rows.select_related("customer__unit", "unit", "assigned_to", "feedback", "touchpoint")
        .filter(pk=pk)
        .first()
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """A message as it is shown: its new words and, where there is more, the whole; both masked unless asked for as written. With the files
    that came with it."""

    message: Message
    words: str
    whole: str
    files: tuple["Shown", ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that came with a message: the one that is kept, or why it is not; where neither is known it lies in the mailbox only."""

    name: str
    kind: str
    size: int
    kept: MessageFile | None
    why_not: str


def exchange(conversation: Conversation, *, is_as_written: bool) -> list[Turn]:
    """The messages of a conversation, oldest first."""
    files = Prefetch("files", MessageFile.objects.defer("content"))
    rows = conversation.messages.select_related("person").prefetch_related(files)
    newest = list(rows.order_by("-written_at", "-pk")[:MOST_MESSAGES])
    shown = (lambda text: text) if is_as_written else (lambda text: mask(text).text)
    return [
        Turn(row, shown(row.new_words), shown(row.text) if row.said else "", tuple(_files_of(row)))
        for row in reversed(newest)
    ]


def _files_of(row: Message) -> Iterator[Shown]:
    kept = {file.place: file for file in row.files.all()}
    for place, one in enumerate(row.attachments):
        why = str(WHY_NOT.get(one.get("why_not", ""), ""))
        file = kept.get(place)
        kind = file.content_type.partition(";")[0] if file else one["kind"]
        yield Shown(one["name"], kind, one["size"], file, why)


def visible_file(viewer: Viewer, pk: int) -> MessageFile | None:
    """A file of a conversation whose personal data the viewer may read."""
    seen = Conversation.objects.visible_to(viewer)
    named = Conversation.objects.visible_to(viewer, Permission.READ_PERSONAL_DATA)
    rows = MessageFile.objects.filter(message__conversation__in=seen).filter(message__conversation__in=named)
    return rows.select_related("message__conversation").filter(pk=pk).first()


def is_masked(turns: list[Turn]) -> bool:
    """Whether a mask hides anything of what was written."""
    return any(
        turn.words != turn.message.new_words or (turn.whole and turn.whole != turn.message.text)
        for turn in turns
    )


def beside(conversation: Conversation, viewer: Viewer) -> tuple[Entry, ...]:
    """The newest of the customer's timeline that the viewer may read."""
    if conversation.customer is None:
        return ()
    return timeline(conversation.customer, viewer, most=MOST_ENTRIES).entries


def possible_owners(conversation: Conversation) -> QuerySet[Person]:
    """Active people who may work on a conversation."""
    return people_who_may(Permission.HANDLE_FEEDBACK, conversation.unit)


def possible_units(viewer: Viewer) -> QuerySet[Unit]:
    """Units to which the viewer may give what somebody said: those that they may work for."""
    unit_ids = viewer.unit_ids(Permission.HANDLE_FEEDBACK)
    rows = Unit.objects.order_by("path")
    return rows if unit_ids is None else rows.filter(pk__in=unit_ids)


def callers(viewer: Viewer, text: str) -> list[Customer]:
    """Customers whom a caller may be, by their number here, part of the name, address or identifier, as far as the viewer may read these."""
    text = text.strip()
    return list(find_customers(viewer, text)[:MOST_CALLERS]) if text else []


def panel_facts(viewer: Viewer, feedback_id: int) -> dict[str, Any] | None:
    """The conversation whose words a piece of feedback holds."""
    row = Conversation.objects.visible_to(viewer).filter(messages__feedback_id=feedback_id).distinct().first()
    return {"conversation": row, "n": row.messages.count()} if row else None


def typed_by_strangers(ids: Collection[int]) -> set[int]:
    """Which feedback came by the form “Tell us”, with an address from which nobody has written since."""
    told = dict(Feedback.objects.filter(pk__in=ids, source=FORM).values_list("key", "pk"))
    rows = Conversation.objects.filter(source=FORM, key__in=told).exclude(address="") if told else []
    return {told[row.key] for row in rows if not row.is_address_confirmed}
