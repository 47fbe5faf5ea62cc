"""Mail that is printed instead of sent: beside what a command answers, never within it."""

import sys
from typing import Any

from django.conf import settings
from django.core.mail.backends import console


class EmailBackend(console.EmailBackend):
    """Prints each mail to standard error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream", sys.stderr)
        super().__init__(*args, **kwargs)


def is_printed() -> bool:
    """Whether no mail server is set up, so that mails reach nobody."""
    return f"{__name__}.EmailBackend" == settings.EMAIL_BACKEND
