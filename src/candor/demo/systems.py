"""Other systems that the simulated lender has connected: a key for its contact centre, and a webhook that is paused, since nobody listens there."""

from typing import Final

from candor.apps.organization.choices import KeyScope, Role
from candor.apps.organization.keys import make_key
from candor.apps.organization.models import ApiKey, Person
from candor.apps.webhooks.events import is_known
from candor.apps.webhooks.services import make_endpoint, pause_endpoint, send_test

NAME: Final = "Contact centre"
URL: Final = "https://contact-centre.example/candor"
WANTED: Final = ("complaint.opened", "response.finished", "webhook.tested")
SCOPES: Final = (KeyScope.WRITE_EVENTS, KeyScope.WRITE_FEEDBACK, KeyScope.READ_CUSTOMERS)


def connect_systems() -> None:
    """Make the key and the webhook. Twice is once."""
    by = Person.objects.filter(role_assignments__role=Role.ADMINISTRATOR).order_by("pk").first()
    if by is None or ApiKey.objects.filter(name=NAME).exists():
        return
    make_key(name=NAME, source="contact-centre", scopes=SCOPES, by=by)
    endpoint, _secret = make_endpoint(name=NAME, url=URL, events=filter(is_known, WANTED), by=by)
    pause_endpoint(endpoint=endpoint, by=by)
    endpoint.refresh_from_db()
    send_test(endpoint=endpoint, by=by)
