"""What can go wrong with feedback."""

from candor.foundation.errors import Conflict


class ErasedBefore(Conflict):
    code = "erased-before"
    title = "This was erased with its customer"
