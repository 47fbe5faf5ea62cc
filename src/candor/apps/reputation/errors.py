"""What can go wrong with reviews."""

from candor.foundation.errors import Conflict, DomainError


class SiteRefused(DomainError):
    """A site did not do what it was asked; the words say what to do about it."""

    code = "site-refused"
    http_status = 502
    title = "The review site did not answer as expected"


class SiteUnwell(SiteRefused):
    """The site did not answer, or failed by itself: the same may go well later."""


class SlowDown(SiteUnwell):
    """The site asks us to wait; `seconds` says how long."""

    def __init__(self, detail: str = "", *, seconds: int = 60, **facts: object) -> None:
        super().__init__(detail, **facts)
        self.seconds = seconds


class GatingRefused(DomainError):
    code = "gating-refused"
    http_status = 400
    title = "Reviews are asked of everybody, never only of the happy"


class NotYoursToApprove(Conflict):
    code = "not-yours-to-approve"
    title = "Somebody else has to look at this reply"
