"""What can go wrong with customers."""

from candor.foundation.errors import Conflict


class ErasedBefore(Conflict):
    code = "erased-before"
    title = "This was erased"
