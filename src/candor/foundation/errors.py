"""What can go wrong in the product, told to a person.

DomainError                 500 unless a subclass says otherwise
├── NotSignedIn             302 to the sign-in page, 401 for machines
├── NotAllowed              403
├── NotFound                404, also for what exists but is not yours
├── InvalidInput            400, names the field
├── TooLarge                413
└── Conflict                409
"""

from typing import ClassVar


class DomainError(Exception):
    """Base of every error that a person may cause or should read.

    `code` is stable and documented; `title` is the first thing a person reads; `str(error)` says what happened,
    what was kept and what to do.
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.title)
        self.facts = facts


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


class TooLarge(DomainError):
    code = "too-large"
    http_status = 413
    title = "This is too large"


class Conflict(DomainError):
    code = "conflict"
    http_status = 409
    title = "This has changed meanwhile"
