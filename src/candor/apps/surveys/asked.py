"""What a definition asks, as the hub counts it: one row a question, and one for each statement of a matrix and each thing that is put in order."""

from collections.abc import Iterator
from dataclasses import dataclass

from candor.apps.feedback.choices import AnswerKind, key_of_question
from candor.questionnaire import Question, QuestionKind, read_definition

from .designing import Definition
from .hub_answers import kind_of

LONGEST = 300  # characters of a question's text that are stored
_SCALED = {
    AnswerKind.NPS, AnswerKind.CSAT, AnswerKind.CES, AnswerKind.TRUST, AnswerKind.EXPECTATION, AnswerKind.RATING,
    AnswerKind.STARS,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that is asked; `question` is the definition's element that asks it."""

    key: str
    question: str
    text: str
    kind: AnswerKind
    lowest: float | None = None
    highest: float | None = None
    is_high_good: bool = True

    def answers_like(self, other: "Asked") -> bool:
        """Whether answers to both may be counted together: same kind, and same scale with the same good end where there is one."""
        if self.kind != other.kind:
            return False
        if self.kind not in _SCALED:
            return True
        return (self.lowest, self.highest, self.is_high_good) == (
            other.lowest,
            other.highest,
            other.is_high_good,
        )

    @property
    def scale_words(self) -> str:
        """Kind and scale, as in “Rating (1 to 5)”."""
        if self.lowest is None or self.highest is None:
            return str(self.kind.label)
        return f"{self.kind.label} ({self.lowest:g}–{self.highest:g})"


def asked_in(definition: Definition) -> list[Asked]:
    """Everything a definition asks, in order."""
    return [one for question in read_definition(definition).questions() for one in _of(question)]


def _of(question: Question) -> Iterator[Asked]:
    text = question.label()
    match question.kind:
        case QuestionKind.MATRIX:
            kind = AnswerKind.CHOICE if question.lowest is None else AnswerKind.RATING
            for row in question.rows:
                yield Asked(
                    key=key_of_question(f"{question.name}.{row.value}"), question=question.name, text=f"{text} {row.label()}"[:LONGEST],
                    kind=kind, lowest=question.lowest, highest=question.highest,
                )  # fmt: skip
        case QuestionKind.RANKING:
            for choice in question.choices:
                yield Asked(
                    key=key_of_question(f"{question.name}.{choice.value}"), question=question.name,
                    text=f"{text} {choice.label()}"[:LONGEST], kind=AnswerKind.NUMBER,
                )  # fmt: skip
        case _:
            yield Asked(
                key=key_of_question(question.name), question=question.name, text=text[:LONGEST], kind=kind_of(question), lowest=question.lowest,
                highest=question.highest,
            )  # fmt: skip
