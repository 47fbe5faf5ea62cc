"""What can go wrong with ideas and pulses."""

from candor.foundation.errors import Conflict


class IdeaNotOpen(Conflict):
    """It is merged, or not on the board yet."""

    code = "idea-not-open"


class PulseNotOpen(Conflict):
    """It has not begun, or is over."""

    code = "pulse-not-open"


class PulseAnswered(Conflict):
    """This person has answered it, and nobody can find the answer any more."""

    code = "pulse-answered"
