"""What can be wrong with what visitors send."""

from candor.foundation.errors import TryLater


class TooManyMessages(TryLater):
    """More messages came than people write; nothing of this one was kept."""

    code = "too-many-messages"
    http_status = 429
    title = "Too many messages came from here"
