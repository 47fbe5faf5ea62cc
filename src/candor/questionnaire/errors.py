"""What can be wrong with a questionnaire as a whole, and the faults that are named one by one.

QuestionnaireError          code "questionnaire"
├── BadExpression           code "bad_expression"   a condition can't be read; says where
├── BadDefinition           code "bad_definition"   carries every fault with its place
└── FileRefused             code "file_refused"     a file of another tool that can't be read at all
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, under which stable code, and what was expected.

    `place` is the name of a question, or the path into the definition (`pages[1].elements[0].visibleIf`).
    """

    place: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class QuestionnaireError(ValueError):
    """Base of everything this library raises; `code` is stable, the sentence is for people."""

    code: ClassVar[str] = "questionnaire"


class BadExpression(QuestionnaireError):
    """A condition that can't be read, or asks for something that is not known here."""

    code: ClassVar[str] = "bad_expression"

    def __init__(self, text: str, reason: str, at: int = 0) -> None:
        self.text, self.reason, self.at = text, reason, at
        super().__init__(f"“{text[:200]}”: {reason}")


class BadDefinition(QuestionnaireError):
    """A definition that is not one; `faults` names all that is wrong with it."""

    code: ClassVar[str] = "bad_definition"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
        super().__init__("; ".join(map(str, faults[:3])) + more)


class FileRefused(QuestionnaireError):
    """A file that can't be read; nothing of it was taken."""

    code: ClassVar[str] = "file_refused"
