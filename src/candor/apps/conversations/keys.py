"""What mails and messages are called: Message-IDs that fit the record, and ours told from others."""

import hashlib
import re
from typing import Final

from candor.foundation.addresses import own_host

from .models import KEY_LENGTH, MESSAGE_KEY_LENGTH

MAIL = "mail"  # the source of conversations by mail
_OURS: Final = re.compile(r"reply\.([\w-]{10,80})@")


def key_of_mail(message_id: str) -> str:
    """A Message-ID as the key of a message; a digest of one that is too long."""
    return _fitting(message_id, MESSAGE_KEY_LENGTH)


def key_in_hub(key: str) -> str:
    """A message's key as that of its feedback."""
    return _fitting(key, KEY_LENGTH)


def mail_id_of_reply(key: str) -> str:
    """The Message-ID of our reply that is stored under `key`, without brackets."""
    return f"reply.{key}@{own_host()}"


def keys_of_replies(text: str) -> list[str]:
    """Keys of our replies that Message-IDs, or a whole mail, name."""
    return list(dict.fromkeys(_OURS.findall(text)))


def _fitting(key: str, most: int) -> str:
    return key if len(key) <= most else f"sha256.{hashlib.sha256(key.encode()).hexdigest()}"
