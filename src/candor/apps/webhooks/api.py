"""The JSON face of webhooks: which events there are."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import keyed
from candor.foundation.shapes import Many, Told, needs

from .events import events

router = Router(tags=["Webhooks"])


class EventShape(Told):
    """A kind of news that webhooks tell of, with an example of its data."""

    name: str
    sentence: str
    example: dict[str, Any]


@router.get("/webhooks/events", response=Many[EventShape], **needs(KeyScope.READ_WEBHOOKS))
def list_webhook_events(request: HttpRequest) -> Any:
    """Every event that webhooks can tell of."""
    keyed(request, KeyScope.READ_WEBHOOKS)
    items = [EventShape(name=one.name, sentence=str(one.sentence), example=one.example) for one in events()]
    return Many[EventShape](items=items)
