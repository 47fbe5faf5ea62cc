"""Our turns of a customer's conversations on their timeline; what they said stands there as feedback."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.customers.timeline import Entry, Source, Until, newest, ordinal
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.masking import mask

from .choices import Author
from .models import Conversation, Message

SHOWN_WORDS = 60


def answered(viewer: Viewer, customer_ids: Sequence[int], until: Until | None, most: int) -> list[Entry]:
    """What people and machines of ours wrote in conversations that the viewer may read."""
    if not viewer.can(Permission.READ_FEEDBACK):
        return []
    rows = Message.objects.filter(
        conversation__customer_id__in=customer_ids, conversation__in=Conversation.objects.visible_to(viewer)
    ).exclude(author=Author.CUSTOMER)
    return [_entry(row) for row in newest(rows.select_related("conversation"), "written_at", until, most)]


def _entry(row: Message) -> Entry:
    by_machine = row.author == Author.MACHINE
    return Entry(
        at=row.written_at,
        id=ordinal(row.pk),
        title=_("The assistant answered") if by_machine else _("We answered"),
        icon="robot" if by_machine else "message-2",
        url=reverse("conversations:conversation", args=[row.conversation_id]),
        text=Truncator(mask(row.text).text).words(SHOWN_WORDS),
        facts=tuple(filter(None, (str(row.conversation.get_channel_display()), row.conversation.subject))),
    )  # fmt: skip


SOURCE = Source("conversation_answered", "told", lazy("What they told us"), answered)
