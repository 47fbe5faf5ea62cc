"""What can go wrong with a case."""

from candor.foundation.errors import Conflict


class CaseAlreadyClosed(Conflict):
    code = "case-already-closed"
    title = "This case is closed"


class CaseNotClosed(Conflict):
    code = "case-not-closed"
    title = "This case is not closed"
