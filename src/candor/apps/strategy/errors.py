"""What can go wrong in Plan.

InvalidInput
└── TargetRefused       400
Conflict
├── OutcomeNotOpen      409
└── NothingToUndo       409
"""

from candor.foundation.errors import Conflict, InvalidInput


class TargetRefused(InvalidInput):
    code = "target-refused"
    title = "This target can’t be kept"


class OutcomeNotOpen(Conflict):
    code = "outcome-not-open"
    title = "This outcome is not open"


class NothingToUndo(Conflict):
    code = "nothing-to-undo"
    title = "There is nothing to undo"
