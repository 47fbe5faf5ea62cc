"""Secrets of other systems at rest: sealed with the workspace's own key, so that a copy of the database alone opens none of them."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from .errors import CannotUnseal


def seal(secret: str) -> str:
    """The secret as it may lie in the database."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret again.

    Raises:
        CannotUnseal: it was sealed with another key, or damaged.
    """
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotUnseal(
            "This secret was sealed with another secret key than the one Candor runs with. Give it again."
        ) from error


def _fernet() -> Fernet:
    """Of a key that serves nothing else: the prefix keeps it apart from what signs sessions and links."""
    digest = hashlib.sha256(b"candor.sealed:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
