"""What can go wrong in designing and in answering a survey."""

from collections.abc import Sequence

from candor.foundation.errors import Conflict, InvalidInput, TryLater
from candor.questionnaire import Fault

from .entrances import Trouble


class NotOpen(Conflict):
    """The survey can't be answered there, or not now; `trouble` says why."""

    code = "survey-not-open"
    title = "This survey can't be answered here just now"

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{self.title}: {trouble.value.replace('_', ' ')}.")
        self.trouble = trouble
        self.members = {"reason": trouble.value}


class BadAnswers(InvalidInput):
    """Some answers don't fit their questions; nothing of what was sent with them was kept."""

    code = "answers-do-not-fit"
    title = "Some answers don't fit their questions"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults[:20])))
        self.faults = tuple(faults)
        self.members = {
            "errors": [{"field": one.place, "expected": one.message, "code": one.code} for one in faults]
        }


class TooManyAnswers(TryLater):
    """More answers came than people give; nothing of this one was kept."""

    code = "too-many-answers"
    http_status = 429
    title = "Too many answers came from here within a minute"


class DesignRefused(InvalidInput):
    code = "survey-design-refused"
    title = "This change does not fit the survey"


class DraftChanged(Conflict):
    code = "survey-draft-changed"
    title = "Somebody else changed this survey meanwhile"


class NothingToUndo(Conflict):
    code = "no-draft-change"
    title = "There is no change left to undo"


class NotReady(InvalidInput):
    code = "survey-not-ready"
    title = "This survey can’t be published yet"


class MeaningChanged(Conflict):
    code = "meaning-changed"
    title = "A question that is measured has changed its meaning"
