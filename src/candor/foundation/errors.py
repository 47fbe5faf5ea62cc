"""What can go wrong in the product, told to a person.

DomainError                 500 unless a subclass says otherwise
├── NotSignedIn             302 to the sign-in page, 401 for machines
├── NotAllowed              403
├── NotFound                404, also for what exists but is not yours
├── InvalidInput            400, names the field
│   ├── AddressRefused      an address that Candor must not ask
│   └── InvalidRequest      422, a request of a machine that does not fit
├── KeyRefused              401, for machines
├── MethodRefused           405, for machines
├── TooLarge                413
├── UnknownFormat           415
├── TryLater                503, with the time after which to try again
│   ├── Busy
│   ├── TooManyRequests     429
│   └── DiskFull            507
├── Conflict                409
│   ├── CannotUnseal        a stored secret that can't be read
│   ├── ChangedMeanwhile    412, for machines that said what they had looked at
│   └── KeyReused           an idempotency key that came with something else
├── PreconditionMissing     428, for machines that must say what they have looked at
└── NoAnswer                502, another system did not answer
"""

from collections.abc import Mapping
from typing import ClassVar


class DomainError(Exception):
    """Base of every error that a person may cause or should read.

    `code` is stable and documented; `title` is the first thing a person reads; `str(error)` says what happened,
    what was kept and what to do. `headers` go with the answer; `members` are added to its problem details.
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.title)
        self.facts = facts
        self.headers: dict[str, str] = {}
        self.members: Mapping[str, object] = {}


class NotSignedIn(DomainError):
    code = "not-signed-in"
    http_status = 401
    title = "Please sign in"


class NotAllowed(DomainError):
    code = "not-allowed"
    http_status = 403
    title = "Your role does not include this"


class NotFound(DomainError):
    code = "not-found"
    http_status = 404
    title = "There is nothing here, or it is not yours to see"


class InvalidInput(DomainError):
    code = "invalid-input"
    http_status = 400
    title = "Something in the form needs another look"


class AddressRefused(InvalidInput):
    code = "address-refused"
    title = "This address can't be asked"


class InvalidRequest(InvalidInput):
    code = "invalid-request"
    http_status = 422
    title = "Something in the request does not fit"


class MethodRefused(DomainError):
    code = "method-not-allowed"
    http_status = 405
    title = "This address does not take that method"


class KeyRefused(DomainError):
    code = "key-refused"
    http_status = 401
    title = "This needs a valid API key"

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail, **facts)
        self.headers["WWW-Authenticate"] = 'Bearer realm="candor"'


class UnknownFormat(DomainError):
    code = "unknown-format"
    http_status = 415
    title = "This is not a format that is read here"


class TryLater(DomainError):
    """Base of what goes by itself: says after how many seconds to try again."""

    http_status = 503

    def __init__(self, detail: str = "", *, seconds: int = 5, **facts: object) -> None:
        super().__init__(detail, **facts)
        self.headers["Retry-After"] = str(seconds)


class Busy(TryLater):
    code = "busy"
    title = "Too much is being written just now"


class TooManyRequests(TryLater):
    code = "too-many-requests"
    http_status = 429
    title = "This key has asked too often"


class DiskFull(TryLater):
    code = "disk-full"
    http_status = 507
    title = "The disk is full"


class TooLarge(DomainError):
    code = "too-large"
    http_status = 413
    title = "This is too large"


class Conflict(DomainError):
    code = "conflict"
    http_status = 409
    title = "This has changed meanwhile"


class CannotUnseal(Conflict):
    code = "cannot-unseal"
    title = "A stored secret can't be read"


class ChangedMeanwhile(Conflict):
    code = "changed-meanwhile"
    http_status = 412


class KeyReused(Conflict):
    code = "idempotency-key-reused"
    title = "This Idempotency-Key came with another request before"


class PreconditionMissing(DomainError):
    code = "precondition-missing"
    http_status = 428
    title = "Say what you have looked at"


class NoAnswer(DomainError):
    code = "no-answer"
    http_status = 502
    title = "The other system did not answer"
