"""Apple's App Store Connect: https://developer.apple.com/documentation/appstoreconnectapi/customer-reviews

Access is a signed statement (JWT, ES256) of at most twenty minutes, made from a private key.
"""

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils.translation import gettext_lazy as _

from ..choices import Site
from ..errors import SiteRefused
from ..sources import app_store
from .interface import ADDRESS, Access, Ask, PageOfReviews, Setting, ask, read_page, with_token

API = "https://api.appstoreconnect.apple.com"
PAGE = 200  # the most there may be
LASTS = 15 * 60  # seconds; twenty minutes is the most


class AppStore:
    """One app."""

    site = Site.APP_STORE
    lists_everything = True
    longest_reply = 5_970
    settings = (
        Setting("app", _("App id"), _("Apple’s number of the app.")),
        Setting("issuer", _("Issuer id")),
        Setting("key_id", _("Key id")),
        Setting(
            "private_key", _("Private key"), _("The whole .p8 file, of a key that may read and answer reviews."),
            is_secret=True, is_long=True,
        ),
        ADDRESS,
    )  # fmt: skip

    def page(self, access: Access, cursor: str) -> PageOfReviews:
        """Up to 200 reviews, the newest first, with our answers."""
        query: dict[str, str | int] = {"limit": PAGE, "sort": "-createdDate", "include": "response"}
        if cursor:
            query["cursor"] = cursor
        url = f"{access.address(API)}/v1/apps/{access.settings['app']}/customerReviews"
        document = self._ask(access, Ask("GET", url, query)) or {}
        following = urlsplit(str((document.get("links") or {}).get("next") or ""))
        return read_page(app_store.SHAPE, document, parse_qs(following.query).get("cursor", [""])[0])

    def reply(self, access: Access, key: str, text: str) -> None:
        """Post our answer; Apple replaces an earlier one."""
        review = {"data": {"type": "customerReviews", "id": key}}
        body = {
            "data": {
                "type": "customerReviewResponses",
                "attributes": {"responseBody": text},
                "relationships": {"review": review},
            }
        }
        self._ask(access, Ask("POST", f"{access.address(API)}/v1/customerReviewResponses", body=body))

    def _ask(self, access: Access, question: Ask) -> Any:
        def use(token: str) -> Any:
            headers = {"Authorization": f"Bearer {token}"}
            return ask(self.site, Ask(question.method, question.url, question.query, headers, question.body))

        return with_token(access, lambda: _signed(access, now=int(time.time())), use)


def _signed(access: Access, *, now: int) -> tuple[str, float]:
    """A statement of who we are, and the seconds it lasts."""
    head = {"alg": "ES256", "kid": access.settings["key_id"], "typ": "JWT"}
    says = {"iss": access.settings["issuer"], "iat": now, "exp": now + LASTS, "aud": "appstoreconnect-v1"}
    try:
        key = load_pem_private_key(access.secrets["private_key"].encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SiteRefused(
            "The private key can't be read. Enter the whole .p8 file, from BEGIN to END."
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.key_size != 256:
        raise SiteRefused("The private key is of another sort than App Store Connect makes them.")
    signed = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(says).encode())}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}", LASTS


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
