"""Signatures as Standard Webhooks 1.0 writes them: https://www.standardwebhooks.com."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

MARK = "whsec_"


def new_secret() -> str:
    """A secret of 32 random bytes as it is handed to the receiver."""
    return MARK + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(*, uid: str, at: datetime, body: str, secrets_in_use: Iterable[str]) -> dict[str, str]:
    """The three headers: the message's id, the seconds since 1970, and a signature for each secret in use, the newest first."""
    seconds = str(int(at.timestamp()))
    signed = f"{uid}.{seconds}.{body}".encode()
    return {
        "webhook-id": uid,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets_in_use),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(MARK))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
