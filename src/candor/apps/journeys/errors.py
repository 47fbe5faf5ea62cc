"""What can go wrong with the design of a journey."""

from candor.foundation.errors import Conflict, InvalidInput


class DesignChanged(Conflict):
    code = "design-changed"
    title = "Somebody else changed this design meanwhile"


class NothingToUndo(Conflict):
    code = "no-design-change"
    title = "There is no change left to undo"


class DesignRefused(InvalidInput):
    code = "design-refused"
    title = "This change does not fit the design"
