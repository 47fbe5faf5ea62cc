"""What can go wrong with themes."""

from typing import ClassVar

from candor.foundation.errors import Conflict


class CannotMerge(Conflict):
    code: ClassVar[str] = "cannot-merge"
    title: ClassVar[str] = "These themes can’t be merged"
