"""Answers put into texts: `You gave {nps}. Why?`"""

import re
from collections.abc import Mapping

from .definition import DEFAULT, Question, QuestionKind, Questionnaire
from .evaluation import look_up
from .passing import with_calculated
from .reading import is_known, known_names
from .values import Value, is_empty, to_text

_PIPED = re.compile(r"\{([^{}]+)\}")


def piped_names(text: str) -> tuple[str, ...]:
    """What a text asks for."""
    return tuple(dict.fromkeys(name.strip() for name in _PIPED.findall(text)))


def piped(
    text: str, questionnaire: Questionnaire, answers: Mapping[str, Value], *, language: str = DEFAULT
) -> str:
    """A text with answers in place of `{name}`, as words a person reads; what has no answer leaves nothing, what is unknown stays.

    Plain text: whoever puts it on a page escapes it, for answers are written by strangers.

    >>> from candor.questionnaire import read_definition
    >>> one = read_definition({"elements": [{"type": "text", "name": "who"}]})
    >>> piped("Thank you, {who}!", one, {"who": "Ada"})
    'Thank you, Ada!'
    """
    if "{" not in text:
        return text
    known, reckoned = known_names(questionnaire), with_calculated(questionnaire, answers)

    def words(found: re.Match[str]) -> str:
        name = found[1].strip()
        if not is_known(name, known):
            return found[0]
        return _words_of(questionnaire.question(name), look_up(reckoned, name), language)

    return _PIPED.sub(words, text)


def _words_of(question: Question | None, value: Value, language: str) -> str:
    if is_empty(value):
        return ""
    if isinstance(value, list):
        return ", ".join(_words_of(question, one, language) for one in value)
    if question is not None and question.kind is not QuestionKind.MATRIX:
        labels = {to_text(choice.value): choice.label(language) for choice in question.choices}
        return labels.get(to_text(value), to_text(value))
    return to_text(value)
