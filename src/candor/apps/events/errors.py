"""What can go wrong with events on their way in."""

from candor.foundation.errors import Conflict, DomainError, InvalidInput, TryLater


class NotUnderstood(DomainError):
    code = "events-not-understood"
    http_status = 422
    title = "None of the events could be read"


class NotEvents(InvalidInput):
    code = "not-events"
    title = "This is no request with events"


class InboxFull(TryLater):
    code = "inbox-full"
    http_status = 429
    title = "More has come in than can be taken in at once"


class AlreadyDecided(Conflict):
    code = "event-name-decided"
    title = "Somebody has placed this name already"
