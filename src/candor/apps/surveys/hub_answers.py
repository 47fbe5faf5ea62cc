"""From answers as SurveyJS writes them to the hub's: which kind each question is, and what of it is a comment."""

from collections.abc import Iterator, Mapping
from typing import Any

from candor.apps.feedback.choices import MANY, SCALES, AnswerKind, key_of_question
from candor.apps.feedback.services import NewAnswer
from candor.questionnaire import COMMENT, Question, QuestionKind, Questionnaire

_NUMERIC = frozenset(AnswerKind) - {AnswerKind.TEXT, AnswerKind.CHOICE}
_KINDS = {
    QuestionKind.RATING: AnswerKind.RATING,
    QuestionKind.CHOICE: AnswerKind.CHOICE,
    QuestionKind.YES_NO: AnswerKind.YES_NO,
    QuestionKind.NUMBER: AnswerKind.NUMBER,
}


def hub_answers(questionnaire: Questionnaire, data: Mapping[str, Any]) -> tuple[NewAnswer, ...]:
    """The answers to the questions of a version; what was not answered gives none."""
    found = [
        answer
        for question in questionnaire.questions()
        if data.get(question.name) is not None
        for answer in _answers(question, data[question.name])
    ]
    found += [
        NewAnswer(question=key_of_question(f"{question.name}{COMMENT}"), kind=AnswerKind.TEXT, text=said)
        for question in questionnaire.questions()
        if (said := _beside(question, data))
    ]
    return tuple({answer.question: answer for answer in found}.values())


def comment_of(questionnaire: Questionnaire, data: Mapping[str, Any]) -> str:
    """What was written in their own words, question after question."""
    said = [
        words
        for question in questionnaire.questions()
        for words in (_written(question, data), _beside(question, data))
        if words
    ]
    return "\n\n".join(said)


def _written(question: Question, data: Mapping[str, Any]) -> str:
    is_prose = question.kind == QuestionKind.LONG_TEXT or (
        question.kind == QuestionKind.TEXT and question.input_type == "text"
    )
    said = data.get(question.name) if is_prose else None
    return said.strip() if isinstance(said, str) else ""


def _beside(question: Question, data: Mapping[str, Any]) -> str:
    said = data.get(f"{question.name}{COMMENT}")
    return said.strip() if isinstance(said, str) else ""


def kind_of(question: Question) -> AnswerKind:
    """The hub's kind of a question whose answer is one value.

    A question counts for a measure only where it says so and has the measure's scale: a 0–10 scale alone is never NPS, and
    satisfaction asked from 1 to 7 is a rating.
    """
    scale = (question.lowest, question.highest)
    if question.measure is not None:
        kind = AnswerKind(question.measure.value)
        return kind if kind not in SCALES or scale == SCALES[kind] else AnswerKind.RATING
    if question.source.get("rateType") == "stars" and scale == SCALES[AnswerKind.STARS]:
        return AnswerKind.STARS
    return _KINDS.get(question.kind, AnswerKind.TEXT)


def _answers(question: Question, value: Any) -> Iterator[NewAnswer]:
    name = question.name
    match question.kind:
        case QuestionKind.MATRIX:
            kind = AnswerKind.CHOICE if question.lowest is None else AnswerKind.RATING
            for row, said in dict(value).items():
                yield _one(f"{name}.{row}", kind, said)
        case QuestionKind.CHOICES:
            yield _one(name, AnswerKind.CHOICE, MANY.join(map(str, value)))
        case QuestionKind.RANKING:
            for place, said in enumerate(value, start=1):
                yield _one(f"{name}.{said}", AnswerKind.NUMBER, place)
        case QuestionKind.CHOICE if kind_of(question) == AnswerKind.CHOICE:
            yield _one(name, AnswerKind.CHOICE, str(value))
        case QuestionKind.YES_NO:
            yield NewAnswer(
                question=key_of_question(name), kind=kind_of(question), number=_is_yes(question, value)
            )
        case QuestionKind.FILE:
            yield _one(name, AnswerKind.TEXT, ", ".join(str(file.get("name", "")) for file in value))
        case _:
            yield _one(name, kind_of(question), value)


def _is_yes(question: Question, value: Any) -> float:
    yes = (True, "true", "True", "yes", 1, question.source.get("valueTrue"))
    return float(any(value == one for one in yes if one is not None))


def _one(key: str, kind: AnswerKind, value: Any) -> NewAnswer:
    """A number where the kind is one, whether a form sent it as a number or as a text."""
    number = _number(value) if kind in _NUMERIC or not isinstance(value, str) else None
    if number is not None:
        return NewAnswer(question=key_of_question(key), kind=kind, number=number)
    return NewAnswer(question=key_of_question(key), kind=kind, text=str(value))


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
