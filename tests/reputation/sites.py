"""Review sites on this machine that behave as their documentation says: Google Business Profile v4, Trustpilot, App Store Connect.

One server speaks for all three. Reviews can be written, edited and deleted in it; it pages, asks to slow down, ends access tokens and
takes replies. `asked` holds every request, `troubles` what it answers next instead of what it would.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

APPLE_KEY = ec.generate_private_key(ec.SECP256R1())
APPLE_PEM = APPLE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
WORDS = ("", "ONE", "TWO", "THREE", "FOUR", "FIVE")


@dataclass
class Sites:
    """What the sites know and what they were asked."""

    address: str = ""
    page: int = 2
    reviews: list[dict[str, Any]] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    token: str = "token-1"
    tokens_made: int = 0
    is_revoked: bool = False

    def write(self, key: str, *, stars: int = 5, text: str = "Good.", day: int = 1) -> None:
        """A customer writes a review; the newest stands first."""
        at = f"2026-05-{day:02}T08:00:00Z"
        self.reviews.insert(0, {"key": key, "stars": stars, "text": text, "created": at, "updated": at})

    def edit(self, key: str, **changes: Any) -> None:
        """Its author changes it."""
        next(one for one in self.reviews if one["key"] == key).update(
            changes | {"updated": "2026-05-20T08:00:00Z"}
        )

    def delete(self, *keys: str) -> None:
        """It is gone."""
        self.reviews = [one for one in self.reviews if one["key"] not in keys]

    def end_tokens(self) -> None:
        """The access tokens in use end before their time."""
        self.token = f"token-{self.tokens_made + 100}"


@contextmanager
def running() -> Iterator[Sites]:
    """The sites, as long as they are asked."""
    sites = Sites()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"sites": sites}))
    sites.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield sites
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    sites: Sites

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.sites.asked.append((self.command, self.path))
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        is_token = parts.path == "/token" or parts.path.endswith("/accesstoken")
        if self.sites.troubles and not is_token:
            return self._say(*self.sites.troubles.pop(0))
        status, told = self._of(parts.path, query, body)
        return self._say(status, {}, told)

    def _say(self, status: int, headers: dict[str, str], told: Any) -> None:
        data = b"" if told is None else json.dumps(told).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _of(self, path: str, query: dict[str, str], body: str) -> tuple[int, Any]:
        if path == "/token":
            return self._google_token(parse_qs(body))
        if path.endswith("/accesstoken"):
            return self._trustpilot_token(body)
        if path.startswith("/v1/apps/") or path == "/v1/customerReviewResponses":
            return self._apple(path, query, body)
        if self.headers.get("Authorization") != f"Bearer {self.sites.token}":
            return 401, {
                "error": {
                    "code": 401,
                    "message": "Request had invalid authentication credentials.",
                    "status": "UNAUTHENTICATED",
                }
            }
        return (
            self._google(path, query, body)
            if path.startswith("/v4/")
            else self._trustpilot(path, query, body)
        )

    def _google_token(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        if (
            self.sites.is_revoked
            or form["refresh_token"] != ["refresh"]
            or form["client_secret"] != ["secret"]
        ):
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return self._fresh_token()

    def _trustpilot_token(self, body: str) -> tuple[int, Any]:
        pair = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        if pair != "key:secret" or "client_credentials" not in body:
            return 401, {"message": "Unknown API key"}
        return self._fresh_token()

    def _fresh_token(self) -> tuple[int, Any]:
        self.sites.tokens_made += 1
        self.sites.token = f"token-{self.sites.tokens_made}"
        return 200, {"access_token": self.sites.token, "expires_in": 3599, "token_type": "Bearer"}

    def _google(self, path: str, query: dict[str, str], body: str) -> tuple[int, Any]:
        if path.endswith("/reply"):
            key = path.split("/")[-2]
            self.sites.replies[key] = json.loads(body)["comment"]
            return 200, {"comment": self.sites.replies[key], "updateTime": "2026-05-21T08:00:00Z"}
        start = int(query.get("pageToken", "0"))
        rows = sorted(self.sites.reviews, key=lambda one: one["updated"], reverse=True)
        found = rows[start : start + self.sites.page]
        told: dict[str, Any] = {"totalReviewCount": len(rows), "averageRating": 4.0}
        if found:
            told["reviews"] = [self._google_review(one) for one in found]
        if start + self.sites.page < len(rows):
            told["nextPageToken"] = str(start + self.sites.page)
        return 200, told

    def _google_review(self, one: dict[str, Any]) -> dict[str, Any]:
        told = {
            "name": f"accounts/1/locations/2/reviews/{one['key']}", "reviewId": one["key"], "reviewer": {"displayName": "Ann B."},
            "starRating": WORDS[one["stars"]], "comment": one["text"], "createTime": one["created"], "updateTime": one["updated"],
        }  # fmt: skip
        if one["key"] in self.sites.replies:
            told["reviewReply"] = {
                "comment": self.sites.replies[one["key"]],
                "updateTime": "2026-05-21T08:00:00Z",
            }
        return told

    def _trustpilot(self, path: str, query: dict[str, str], body: str) -> tuple[int, Any]:
        if path.endswith("/reply"):
            told = json.loads(body)
            if told["authorBusinessUserId"] != "user":
                return 403, {"message": "Not your review"}
            self.sites.replies[path.split("/")[-2]] = told["message"]
            return 201, None
        number = int(query["page"])
        start = (number - 1) * self.sites.page
        found = self.sites.reviews[start : start + self.sites.page]
        has_more = start + self.sites.page < len(self.sites.reviews)
        links = (
            [
                {
                    "href": f"https://api.trustpilot.com{path}?page={number + 1}",
                    "method": "GET",
                    "rel": "next-page",
                }
            ]
            if has_more
            else []
        )
        reviews = [
            {
                "id": one["key"], "stars": one["stars"], "title": "", "text": one["text"], "language": "en", "createdAt": one["created"],
                "updatedAt": one["updated"], "consumer": {"id": "c", "displayName": "Ann B."}, "companyReply": None, "referenceId": "C77",
            }
            for one in found
        ]  # fmt: skip
        return 200, {"links": links, "reviews": reviews}

    def _apple(self, path: str, query: dict[str, str], body: str) -> tuple[int, Any]:
        if not _is_signed(self.headers.get("Authorization", "")):
            return 401, {
                "errors": [
                    {
                        "status": "401",
                        "code": "NOT_AUTHORIZED",
                        "title": "Authentication credentials are missing or invalid.",
                    }
                ]
            }
        if path == "/v1/customerReviewResponses":
            told = json.loads(body)["data"]
            self.sites.replies[told["relationships"]["review"]["data"]["id"]] = told["attributes"][
                "responseBody"
            ]
            return 201, {"data": {"type": "customerReviewResponses", "id": "r"}}
        start = int(query.get("cursor", "0"))
        found = self.sites.reviews[start : start + self.sites.page]
        links = {"self": path}
        if start + self.sites.page < len(self.sites.reviews):
            links["next"] = (
                f"https://api.appstoreconnect.apple.com{path}?cursor={start + self.sites.page}&limit=200"
            )
        data = [
            {
                "type": "customerReviews", "id": one["key"],
                "attributes": {"rating": one["stars"], "title": "", "body": one["text"], "reviewerNickname": "Ann B.", "createdDate": one["created"], "territory": "USA"},
                "relationships": {"response": {"data": None}},
            }
            for one in found
        ]  # fmt: skip
        return 200, {
            "data": data,
            "links": links,
            "meta": {"paging": {"total": len(self.sites.reviews), "limit": 200}},
        }


def _is_signed(header: str) -> bool:
    """Whether the statement is what Apple asks for, signed by the key."""
    head, says, signature = header.removeprefix("Bearer ").split(".")
    facts = json.loads(_decoded(head)) | json.loads(_decoded(says))
    raw = _decoded(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    APPLE_KEY.public_key().verify(pair, f"{head}.{says}".encode(), ec.ECDSA(SHA256()))
    is_ours = (facts["alg"], facts["kid"], facts["iss"], facts["aud"]) == (
        "ES256",
        "kid",
        "issuer",
        "appstoreconnect-v1",
    )
    return is_ours and 0 < facts["exp"] - facts["iat"] <= 20 * 60


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
