"""SurveyJS: what its survey gives when it is completed, as a list or one a line, alone or together with the definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from candor.apps.feedback.choices import AnswerKind
from candor.questionnaire import COMMENT, BadDefinition, Question, QuestionKind, read_definition

from ..formats import Format, Opening, Told
from ..objects import Objects, Person, Said, fact_names
from .wide import guess_questions

_WRAPPED = ("data", "result", "answers", "response", "json")
_DEFINED = ("definition", "survey", "model", "json", "form")
_KEYS = ("responseId", "resultId", "instanceId", "InstanceId", "_id", "id")
_DAYS = (
    "completedAt",
    "finishedAt",
    "submittedAt",
    "createdAt",
    "HappendAt",
    "happenedAt",
    "timestamp",
    "date",
)
_LANGUAGES = ("locale", "language")
_DONE = ("completed", "isCompleted", "finished")
_BESIDE = {*_KEYS, *_DAYS, *_LANGUAGES, *_DONE, "pageNo", "timeSpent", "UserId", "surveyId", "email"}
_KINDS = {
    QuestionKind.RATING: AnswerKind.RATING, QuestionKind.CHOICE: AnswerKind.CHOICE, QuestionKind.CHOICES: AnswerKind.CHOICE,
    QuestionKind.RANKING: AnswerKind.CHOICE, QuestionKind.NUMBER: AnswerKind.NUMBER, QuestionKind.DATE: AnswerKind.CHOICE,
    QuestionKind.TEXT: AnswerKind.TEXT, QuestionKind.LONG_TEXT: AnswerKind.TEXT, QuestionKind.YES_NO: AnswerKind.YES_NO,
    QuestionKind.MATRIX: AnswerKind.CHOICE,
}  # fmt: skip


def _open(opening: Opening) -> Objects | None:
    item = opening.item
    if opening.json is None or not item or "SurveyEntry" in item or "pages" in item or "elements" in item:
        return None
    return Objects(opening.json, _Teller(_questions(opening.json.envelope)))


def _questions(envelope: Mapping[str, Any]) -> dict[str, Question]:
    """The questions of the definition that stands beside the answers, by name; none where it can't be read."""
    for name in _DEFINED:
        if isinstance(envelope.get(name), dict):
            try:
                return {one.name: one for one in read_definition(envelope[name]).questions()}
            except BadDefinition:
                return {}
    return {}


@dataclass(frozen=True)
class _Teller:
    """Reads one result, with what the definition says of its questions."""

    known: Mapping[str, Question]

    def __call__(self, item: Mapping[str, Any]) -> Person | None:
        inside = next((item[name] for name in _WRAPPED if isinstance(item.get(name), dict)), None)
        around: Mapping[str, Any] = {**(inside or {}), **item}
        aside = fact_names(tuple(name for name in around if name not in self.known and name not in _WRAPPED))
        facts = {
            fact: str(around[name])
            for fact, name in aside.items()
            if isinstance(around[name], str | int) and around[name] != ""
        }
        if language := _first(around, _LANGUAGES):
            facts["language"] = language
        is_done = next((around[name] for name in _DONE if isinstance(around.get(name), bool)), True)
        told = Told(
            key=_first(around, _KEYS), at=_first(around, _DAYS) or None, facts=facts, is_partial=not is_done
        )
        answers = item if inside is None else inside
        passed_over = _BESIDE | set(aside.values())
        said = [
            one
            for name, value in answers.items()
            if name not in passed_over
            for one in self._said(name, value)
        ]
        return Person(told=told, said=said)

    def _said(self, name: str, value: Any) -> Iterator[Said]:
        question = self.known.get(name)
        if isinstance(value, dict):
            for row, answer in value.items():
                text = f"{question.label()} - {_row_words(question, row)}" if question else f"{name} - {row}"
                kind = _kind_of(question) if question else None
                if not isinstance(answer, dict | list):
                    yield Said(key=f"{name}.{row}", value=_in_words(question, answer), text=text, kind=kind)
            return
        if name.endswith(COMMENT) and question is None:
            yield Said(key=name, value=value, kind=AnswerKind.TEXT)
            return
        if isinstance(value, list) and any(isinstance(one, dict) for one in value):
            return  # files and repeated panels
        if question is None:
            yield Said(key=name, value=value, kind=_kind_by_name(name))
            return
        yield Said(
            key=name, value=_in_words(question, value), text=question.label(), kind=_kind_of(question), lowest=question.lowest,
            highest=question.highest,
        )  # fmt: skip


def _kind_of(question: Question) -> AnswerKind | None:
    """The measure that the definition names, else the sort of question; a scale alone is never a score."""
    return AnswerKind(question.measure.value) if question.measure else _KINDS.get(question.kind)


def _kind_by_name(name: str) -> AnswerKind | None:
    """Without a definition: the measure whose usual name the question bears, as in any table."""
    found = guess_questions((name,))
    return AnswerKind(found[0]["kind"]) if found else None


def _in_words(question: Question | None, value: Any) -> Any:
    """Choices by their words; numbers and own words as they are."""
    if question is None or question.kind in {QuestionKind.RATING, QuestionKind.NUMBER}:
        return value
    words = {str(one.value): one.label() for one in (*question.choices, *question.columns)}
    if isinstance(value, list):
        return [words.get(str(one), one) for one in value]
    return words.get(str(value), value)


def _row_words(question: Question, row: str) -> str:
    return next((one.label() for one in question.rows if str(one.value) == row), row)


def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next(
        (
            str(given[name])
            for name in names
            if given.get(name) not in (None, "") and not isinstance(given[name], dict | list)
        ),
        "",
    )


FORMATS = (
    Format(
        key="surveyjs", name="SurveyJS, JSON", order=1_000, open=_open,
        looks_like="results as objects, such as {\"nps\": 9}; the definition may stand beside them as {\"definition\": …, \"results\": […]}",
    ),
)  # fmt: skip
