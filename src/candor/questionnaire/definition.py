"""What a questionnaire is made of, once its definition is read.

The definition itself stays what it is: `Questionnaire.source` is the SurveyJS JSON it was read from, unknown properties and all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .expressions import Expression
from .values import Value, whole

DEFAULT = "default"  # SurveyJS's name for the language a questionnaire is written in

COMMENT = "-Comment"  # SurveyJS keeps what is written beside a choice under the question's name and this


class QuestionKind(StrEnum):
    """What sort of answer a question takes."""

    RATING = "rating"  # a number of a scale
    MATRIX = "matrix"  # for each row one of the columns
    CHOICE = "choice"  # one of several
    CHOICES = "choices"  # any of several
    RANKING = "ranking"  # several in an order
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    LONG_TEXT = "long_text"
    FILE = "file"
    YES_NO = "yes_no"
    SHOWN = "shown"  # nothing is asked: a text, a picture, something reckoned


class Measure(StrEnum):
    """Which measure a question feeds, as its property `measure` says; never guessed from a scale."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    TRUST = "trust"
    EMOTION = "emotion"
    EXPECTATION = "expectation"


@dataclass(frozen=True, slots=True)
class Text:
    """Words by language; those under "default" are in the language the questionnaire is written in."""

    by_language: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.by_language.values())

    def __str__(self) -> str:
        return self.in_language(DEFAULT)

    def in_language(self, language: str) -> str:
        """The words in a language, else in the language without its region, else as written.

        >>> Text({"default": "Hello", "de": "Hallo"}).in_language("de-AT")
        'Hallo'
        """
        for name in (language, language.partition("-")[0], DEFAULT):
            if words := self.by_language.get(name):
                return words
        return next((words for words in self.by_language.values() if words), "")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: a choice, a row or a column of a matrix, a step of a scale."""

    value: Value
    text: Text
    visible_if: Expression | None = None

    def label(self, language: str = DEFAULT) -> str:
        """What is shown: its words, else its value."""
        return self.text.in_language(language) or str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One element of a page. `place` is its path in the definition, `page` the index of its page.

    `conditions` are all that must hold for it to be seen: its own, its panels', its page's. `lowest` and `highest` are the ends of a
    scale or of a number; `choices` the steps of a scale that names them, too; `rows` and `columns` are a matrix's. `choices_if` and `rows_if`
    say of each `{item}` whether it is seen.
    """

    name: str
    type: str
    kind: QuestionKind
    page: int
    place: str
    title: Text
    description: Text = Text()
    measure: Measure | None = None
    lowest: float | None = None
    highest: float | None = None
    step: float | None = None
    low_label: Text = Text()
    high_label: Text = Text()
    choices: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    columns: tuple[Choice, ...] = ()
    is_required: bool = False
    needs_every_row: bool = False
    has_other: bool = False
    has_comment: bool = False
    is_consent: bool = False
    is_read_only: bool = False
    least_chosen: int = 0
    most_chosen: int | None = None
    longest: int | None = None
    input_type: str = ""
    conditions: tuple[Expression, ...] = ()
    enable_if: Expression | None = None
    required_if: Expression | None = None
    choices_if: Expression | None = None
    rows_if: Expression | None = None
    shown_value: Expression | None = None
    source: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_asked(self) -> bool:
        """Whether it takes an answer."""
        return self.kind is not QuestionKind.SHOWN

    def steps(self) -> tuple[int | float, ...]:
        """The numbers of a scale whose steps are not named, from its lowest end; none lies beyond its highest."""
        low, step = self.lowest or 0.0, self.step or 1.0
        count = int(((self.highest or 0.0) - low) / step + 1e-9) + 1
        return tuple(whole(low + place * step) for place in range(count))

    def label(self, language: str = DEFAULT) -> str:
        """What is asked: its title, else its name."""
        return self.title.in_language(language) or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is shown at once."""

    name: str
    place: str
    title: Text
    questions: tuple[Question, ...]
    conditions: tuple[Expression, ...] = ()


class TriggerKind(StrEnum):
    """What happens when a trigger's condition holds."""

    COMPLETE = "complete"
    SKIP = "skip"
    SET_VALUE = "setvalue"
    COPY_VALUE = "copyvalue"
    RUN_EXPRESSION = "runexpression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Something that happens once a condition holds: the end, a jump to a question, a value that is set."""

    kind: TriggerKind
    condition: Expression
    place: str
    to: str = ""
    origin: str = ""
    value: Value = None
    expression: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculated:
    """A value that is reckoned from answers, under a name that conditions and texts may use."""

    name: str
    expression: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A definition as read. `language` is what "default" is written in."""

    title: Text
    description: Text
    language: str
    pages: tuple[Page, ...]
    triggers: tuple[Trigger, ...] = ()
    calculated: tuple[Calculated, ...] = ()
    languages: tuple[str, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def elements(self) -> tuple[Question, ...]:
        """Everything on its pages in order, what is only shown included."""
        return tuple(self._elements())

    def _elements(self) -> Iterator[Question]:
        for page in self.pages:
            yield from page.questions

    def questions(self) -> tuple[Question, ...]:
        """Everything that takes an answer, in order."""
        return tuple(one for one in self._elements() if one.is_asked)

    def question(self, name: str) -> Question | None:
        """The element of that name."""
        return next((one for one in self._elements() if one.name == name), None)
