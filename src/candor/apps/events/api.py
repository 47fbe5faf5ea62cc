"""The JSON face of events: Segment's calls and CloudEvents, with an API key. Acknowledged is on disk."""

from collections.abc import Callable

from django.http import HttpRequest, JsonResponse

from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import keyed
from candor.apps.organization.models import ApiKey
from candor.foundation.api import for_machines, read_body
from candor.foundation.errors import UnknownFormat

from . import services
from .errors import NotEvents, NotUnderstood
from .messages import Call, Reading, Unreadable, read_binary_cloud_event, read_cloud_events, read_segment

MOST_BYTES = 500_000
_HEADER = "ce-"


@for_machines
def track(request: HttpRequest) -> JsonResponse:
    """Something happened."""
    key = keyed(request, KeyScope.WRITE_EVENTS)
    return _segment(request, key, "track")


@for_machines
def identify(request: HttpRequest) -> JsonResponse:
    """Who a customer is."""
    key = keyed(request, KeyScope.WRITE_EVENTS)
    return _segment(request, key, "identify")


@for_machines
def page(request: HttpRequest) -> JsonResponse:
    """A page was looked at."""
    key = keyed(request, KeyScope.WRITE_EVENTS)
    return _segment(request, key, "page")


@for_machines
def screen(request: HttpRequest) -> JsonResponse:
    """A screen of an app was looked at."""
    key = keyed(request, KeyScope.WRITE_EVENTS)
    return _segment(request, key, "screen")


@for_machines
def group(request: HttpRequest) -> JsonResponse:
    """A customer belongs to a group."""
    key = keyed(request, KeyScope.WRITE_EVENTS)
    return _segment(request, key, "group")


@for_machines
def alias(request: HttpRequest) -> JsonResponse:
    """A customer has another name."""
    key = keyed(request, KeyScope.WRITE_EVENTS)
    return _segment(request, key, "alias")


@for_machines
def batch(request: HttpRequest) -> JsonResponse:
    """Several of Segment's calls."""
    key = keyed(request, KeyScope.WRITE_EVENTS)
    return _segment(request, key, None)


@for_machines
def cloud_events(request: HttpRequest) -> JsonResponse:
    """CloudEvents 1.0: structured, a batch, or binary with its attributes in headers."""
    key = keyed(request, KeyScope.WRITE_EVENTS)
    kind = (request.content_type or "").lower()
    if kind == "application/cloudevents-batch+json":
        return _take(request, key, lambda body: read_cloud_events(body, is_batch=True))
    if kind == "application/cloudevents+json":
        return _take(request, key, lambda body: read_cloud_events(body, is_batch=False))
    attributes = {
        name.lower().removeprefix(_HEADER): value
        for name, value in request.headers.items()
        if name.lower().startswith(_HEADER)
    }
    if "specversion" not in attributes:
        raise UnknownFormat(
            "Send application/cloudevents+json, application/cloudevents-batch+json, or the attributes as ce- headers."
        )
    return _take(request, key, lambda body: read_binary_cloud_event(attributes, kind, body))


def _segment(request: HttpRequest, key: ApiKey, call: Call | None) -> JsonResponse:
    return _take(request, key, lambda body: read_segment(body, call))


def _take(request: HttpRequest, key: ApiKey, read: Callable[[bytes], Reading]) -> JsonResponse:
    services.refuse_when_full()  # before a body is read that could not be kept
    try:
        reading = read(read_body(request, most=MOST_BYTES))
    except Unreadable as error:
        raise NotEvents(f"{error} Nothing of the request was kept.") from error
    services.accept(key=key, reading=reading)
    return _answer(reading)


def _answer(reading: Reading) -> JsonResponse:
    """Success also with misfits among good events, since senders would repeat a failure: they are told and kept.

    Raises:
        NotUnderstood: there was no good event at all.
    """
    errors = [one.facts for one in reading.misread]
    counts = {"accepted": len(reading.messages), "quarantined": len(errors)}
    if not reading.messages:
        error = NotUnderstood(
            "Each event is answered with what was expected, and kept to be looked at. Sending it again does not help."
        )
        error.members = counts | {"errors": errors}
        raise error
    return JsonResponse({"success": True, **counts} | ({"errors": errors} if errors else {}))
