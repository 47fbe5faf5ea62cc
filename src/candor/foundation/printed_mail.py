"""Mail that reaches nobody: printed beside what a command answers, never within it, or kept as files in the data folder."""

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import console
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

KEPT = f"{__name__}.KeptEmailBackend"


class EmailBackend(console.EmailBackend):
    """Prints each mail to standard error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream", sys.stderr)
        super().__init__(*args, **kwargs)


class KeptEmailBackend(BaseEmailBackend):
    """Keeps each mail as a file that mail programs open, named after the moment at which it would have left."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = mail_folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}.eml"
            (folder / name).write_bytes(message.message().as_bytes())
        return len(email_messages)


def mail_folder() -> Path:
    """Where kept mails lie."""
    return Path(settings.CANDOR_HOME) / "mails"


def is_kept() -> bool:
    """Whether mails are kept as files instead of sent."""
    return settings.EMAIL_BACKEND == KEPT


def is_printed() -> bool:
    """Whether no mail server is set up, so that mails reach nobody."""
    return settings.EMAIL_BACKEND in {f"{__name__}.EmailBackend", KEPT}
