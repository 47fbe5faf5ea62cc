"""What a careful colleague would say about a questionnaire before it goes out: each with its place and a proposal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import wording
from .definition import DEFAULT, Choice, Measure, Question, QuestionKind, Questionnaire, Text
from .piping import piped_names
from .reading import is_known, known_names

LONGEST_TITLE = 35  # words
MOST_CHOICES = 12  # beyond, the first ones are chosen more often than they should be
MOST_ON_A_PAGE = 10
MOST_ASKED = 25

SCALES: dict[Measure, tuple[float, float]] = {
    Measure.NPS: (0, 10),
    Measure.CSAT: (1, 5),
    Measure.CES: (1, 7),
    Measure.TRUST: (1, 5),
}
_FELT = frozenset({QuestionKind.RATING, QuestionKind.CHOICE, QuestionKind.CHOICES})


@dataclass(frozen=True, slots=True)
class Concern:
    """One doubt: the question it is about, a stable code, what was found, what to do instead.

    A grave one would make answers count for something they are not; nothing should be published with it.
    """

    place: str
    code: str
    message: str
    proposal: str
    is_grave: bool = False
    language: str = ""


def warnings(questionnaire: Questionnaire) -> list[Concern]:
    """Everything doubtful, in the order of questions. Words are judged in English and German, labels of scales in English; their points,
    translations and length in every language.

    >>> from candor.questionnaire import read_definition
    >>> five = {"type": "rating", "name": "nps", "measure": "nps", "title": "Would you recommend us?"}
    >>> [(one.place, one.code, one.is_grave) for one in warnings(read_definition({"elements": [five]}))]
    [('nps', 'measure_scale', True)]
    """
    found: list[Concern] = []
    for question in questionnaire.elements():
        for rule in _RULES:
            found += rule(questionnaire, question)
    for page_rule in (_mixed_scales, _mixed_directions, _long):
        found += page_rule(questionnaire)
    return found


def _english(questionnaire: Questionnaire, text: Text) -> str:
    """The words in English, or "" when there are none."""
    return _in(questionnaire, text, "en")


def _in(questionnaire: Questionnaire, text: Text, language: str) -> str:
    """The words in a language, or "" when there are none; a region of it counts."""
    own = questionnaire.language.partition("-")[0] == language
    return text.by_language.get(language) or (text.by_language.get(DEFAULT, "") if own else "")


def _is_judged(question: Question) -> bool:
    """Whether its words are put to somebody who judges: ratings, and the rows of a matrix."""
    return question.kind in {QuestionKind.RATING, QuestionKind.MATRIX}


def _has_one_answer(question: Question) -> bool:
    """Whether one answer stands for all that is asked: what is judged, and what is answered by yes or no."""
    if question.kind is QuestionKind.CHOICE:
        return {"yes", "no"} <= {choice.label().strip().casefold() for choice in question.choices}
    return _is_judged(question) or (question.kind is QuestionKind.YES_NO and not question.is_consent)


def _statements(questionnaire: Questionnaire, question: Question, language: str) -> list[str]:
    """The sentences that are judged, in a language: the title of a rating, the rows of a matrix."""
    rows = [_label_in(questionnaire, row, language) for row in question.rows]
    return [text for text in (_in(questionnaire, question.title, language), *rows) if text]


def _words(questionnaire: Questionnaire, question: Question) -> Iterator[Concern]:
    if not question.is_asked:
        return
    for language, tongue in wording.TONGUES.items():
        for text in _statements(questionnaire, question, language):
            if words := wording.leading(text, tongue):
                yield _about_words(
                    question, "leading", f"“{words}” suggests an answer.", "Ask neutrally: “How would you rate …?”", language
                )  # fmt: skip
            if _has_one_answer(question) and (words := wording.two_things(text, tongue)):
                yield _about_words(
                    question, "two_things", f"“{words}” asks about two things; one answer can't tell which is meant.",
                    "Ask about each on its own.", language,
                )  # fmt: skip
        if _has_one_answer(question) and _in(questionnaire, question.title, language).count("?") > 1:
            yield _about_words(
                question, "two_questions", "The title asks more than one question.", "Keep one question a title.", language
            )  # fmt: skip


def _about_words(question: Question, code: str, message: str, proposal: str, language: str = "en") -> Concern:
    return Concern(question.name, code, message, proposal, language=language)


def _denials(questionnaire: Questionnaire, question: Question) -> Iterator[Concern]:
    if not question.is_asked:
        return
    for language, tongue in wording.TONGUES.items():
        for text in _statements(questionnaire, question, language):
            yield from _denials_in(question, text, language, tongue)


def _denials_in(question: Question, text: str, language: str, tongue: wording.Tongue) -> Iterator[Concern]:
    denials, word = wording.negations(text, tongue), wording.absolute(text, tongue)
    if len(denials) > 1:
        yield _about_words(
            question, "double_negation", f"“{text[:120]}” denies twice ({', '.join(denials)}).", "Say what is meant without “not”.", language
        )  # fmt: skip
    elif denials and _is_judged(question) and not word:
        yield _about_words(
            question, "negated", f"“{text[:120]}” is a denial; whoever reads fast answers the opposite.",
            "Turn it into what should be, and ask how far it was so.", language,
        )  # fmt: skip
    if _is_judged(question) and word:
        yield _about_words(
            question, "absolute", f"“{word}” leaves no room for “mostly”.", "Leave the word out; the scale says how much.", language
        )  # fmt: skip


def _scale_of_measure(questionnaire: Questionnaire, question: Question) -> Iterator[Concern]:
    measure = question.measure
    if measure is None:
        yield from _looks_like_nps(questionnaire, question)
    elif measure is Measure.EMOTION:
        if question.kind not in _FELT:
            yield _grave(
                question,
                "measure_kind",
                "An emotion is a rating or a choice.",
                "Take faces (a rating with smileys) or words to choose from.",
            )
    elif question.kind is not QuestionKind.RATING:
        yield _grave(
            question,
            "measure_kind",
            f"{measure.upper()} is counted from a rating, and this is none.",
            "Take a rating, or remove the measure.",
        )
    elif measure in SCALES:
        low, high = SCALES[measure]
        if (
            (question.lowest, question.highest) != (low, high)
            or question.step not in {None, 1.0}
            or _has_gaps(question)
        ):
            yield _grave(
                question, "measure_scale", f"{measure.upper()} is counted on {low:g} to {high:g}, and this scale goes from {question.lowest:g} to {question.highest:g}.",
                f"Set the scale to {low:g} to {high:g}, or remove the measure: then it is a rating of its own.",
            )  # fmt: skip


def _has_gaps(question: Question) -> bool:
    if not question.choices or question.lowest is None or question.highest is None:
        return False
    return len(question.choices) != question.highest - question.lowest + 1


def _grave(question: Question, code: str, message: str, proposal: str) -> Concern:
    return Concern(question.name, code, message, proposal, is_grave=True)


def _looks_like_nps(questionnaire: Questionnaire, question: Question) -> Iterator[Concern]:
    is_ten = question.kind is QuestionKind.RATING and (question.lowest, question.highest) == (0, 10)
    if is_ten and "recommend" in _english(questionnaire, question.title).lower():
        yield _about_words(
            question,
            "no_measure",
            "It asks whether they recommend, and feeds no measure.",
            "Say that it is NPS, if it is meant to be.",
        )


def _labels(questionnaire: Questionnaire, question: Question) -> Iterator[Concern]:
    if question.kind is QuestionKind.RATING and bool(question.low_label) != bool(question.high_label):
        yield Concern(
            question.name,
            "one_end_named",
            "One end of the scale has a label, the other has none.",
            "Name both ends, or neither.",
        )
    items = question.columns if question.kind is QuestionKind.MATRIX else question.choices
    labels = [text for item in items if (text := _label_in_english(questionnaire, item))]
    good, bad = wording.balance(labels)
    if question.kind is QuestionKind.CHOICES or good + bad < 3 or abs(good - bad) < 2:
        return
    more, less = ("good", "bad") if good > bad else ("bad", "good")
    yield _about_words(
        question, "unbalanced", f"{max(good, bad)} labels are {more} and {min(good, bad)} {less}; answers lean that way.", "Give as many labels on each side, with one in the middle or none."
    )  # fmt: skip


def _label_in_english(questionnaire: Questionnaire, item: Choice) -> str:
    return _label_in(questionnaire, item, "en")


def _label_in(questionnaire: Questionnaire, item: Choice, language: str) -> str:
    own = questionnaire.language.partition("-")[0] == language
    return _in(questionnaire, item.text, language) or (
        item.value if own and isinstance(item.value, str) and not item.text else ""
    )


def _translations(questionnaire: Questionnaire, question: Question) -> Iterator[Concern]:
    texts = {
        "the question": question.title,
        "its explanation": question.description,
        "low end": question.low_label,
        "high end": question.high_label,
    }
    texts |= {
        f"“{item.label()}”": item.text for item in (*question.choices, *question.rows, *question.columns)
    }
    for language in questionnaire.languages:
        key = DEFAULT if language == questionnaire.language else language
        missing = [
            name for name, text in texts.items() if text and not text.by_language.get(key) and not text.by_language.get(language)
            and not str(text).replace(".", "").isdigit() and not _is_special(name)
        ]  # fmt: skip
        if missing:
            shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
            yield Concern(
                question.name, "not_translated", f"Not translated: {shown}. The original is shown instead.", "Translate it, or take the language away.", language=language,
            )  # fmt: skip


def _is_special(name: str) -> bool:
    """SurveyJS translates the words of its own choices (none, other) by itself."""
    return name in {"“None”", "“Refuse to answer”", "“Don't know”", "“Other (describe)”"}


def _pipes(questionnaire: Questionnaire, question: Question) -> Iterator[Concern]:
    known = known_names(questionnaire)
    texts = (question.title, question.description)
    names = {name for text in texts for words in text.by_language.values() for name in piped_names(words)}
    for name in sorted(names):
        if not is_known(name, known):
            yield Concern(
                question.name, "unknown_piped", f"{{{name}}} is the name of nothing and would be shown as it stands.", "Write the name of a question."
            )  # fmt: skip


def _sizes(questionnaire: Questionnaire, question: Question) -> Iterator[Concern]:
    words = max((len(text.split()) for text in question.title.by_language.values()), default=0)
    if words > LONGEST_TITLE:
        yield Concern(
            question.name,
            "long_title",
            f"The title has {words} words.",
            f"Ask in at most {LONGEST_TITLE}; put the rest into the description.",
        )
    if (
        question.kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}
        and question.type not in {"dropdown", "tagbox"}
        and len(question.choices) > MOST_CHOICES
    ):
        yield Concern(
            question.name, "many_choices", f"There are {len(question.choices)} choices to read.", f"Keep at most {MOST_CHOICES}, or take a dropdown."
        )  # fmt: skip


_Rule = Callable[[Questionnaire, Question], Iterator[Concern]]
_RULES: tuple[_Rule, ...] = (_scale_of_measure, _words, _denials, _labels, _translations, _pipes, _sizes)


def _mixed_scales(questionnaire: Questionnaire) -> Iterator[Concern]:
    """Scales of different lengths on one page: people go on with the one they are used to."""
    for page in questionnaire.pages:
        scales: dict[tuple[float | None, float | None], str] = {}
        for question in page.questions:
            if question.kind in {QuestionKind.RATING, QuestionKind.MATRIX} and question.lowest is not None:
                scales.setdefault((question.lowest, question.highest), question.name)
        if len(scales) > 1:
            shown = ", ".join(f"{name} from {low:g} to {high:g}" for (low, high), name in scales.items())
            last = list(scales.values())[-1]
            yield Concern(
                last,
                "mixed_scales",
                f"Page “{page.name}” mixes scales: {shown}.",
                "Put each scale on a page of its own.",
            )


def _mixed_directions(questionnaire: Questionnaire) -> Iterator[Concern]:
    """Scales of which one rises towards good and another towards bad, on one page or in one matrix."""
    for page in questionnaire.pages:
        rising: dict[int, str] = {}
        for question in page.questions:
            if direction := _direction(questionnaire, question):
                rising.setdefault(direction, question.name)
        if len(rising) > 1:
            yield Concern(
                list(rising.values())[-1], "mixed_directions", f"On page “{page.name}” high is good for “{rising[1]}” and bad for “{rising[-1]}”.",
                "Let the same end be good everywhere.", language="en",
            )  # fmt: skip
    for question in questionnaire.elements():
        rows = [text for row in question.rows if (text := _label_in_english(questionnaire, row))]
        denied = [row for row in rows if wording.negations(row)]
        if 0 < len(denied) < len(rows):
            yield _about_words(
                question, "mixed_directions", f"“{denied[0][:80]}” is a denial among statements that are none: agreeing means the opposite there.", "Let agreeing be good in every row, or in none."
            )  # fmt: skip


def _direction(questionnaire: Questionnaire, question: Question) -> int:
    """1 where the high end is good, -1 where it is bad, 0 where labels don't say."""
    ends = (question.low_label, question.high_label)
    if question.kind is QuestionKind.MATRIX and question.columns and question.lowest is not None:
        columns = sorted(question.columns, key=lambda one: float(one.value))  # type: ignore[arg-type]
        ends = (columns[0].text, columns[-1].text)
    low, high = (wording.tone(_english(questionnaire, end)) for end in ends)
    if low == high:
        return 0
    return 1 if high > low else -1


def _long(questionnaire: Questionnaire) -> Iterator[Concern]:
    for number, page in enumerate(questionnaire.pages, start=1):
        asked = [one for one in page.questions if one.is_asked]
        if len(asked) > MOST_ON_A_PAGE:
            yield Concern(
                page.name,
                "long_page",
                f"Page {number} asks {len(asked)} questions at once.",
                f"Keep at most {MOST_ON_A_PAGE} on a page.",
            )
    count = sum(max(1, len(one.rows)) for one in questionnaire.questions())
    if count > MOST_ASKED:
        yield Concern(
            "", "long_survey", f"It asks {count} things (each row of a matrix is one).", f"Ask at most {MOST_ASKED}; every one that no decision hangs on costs answers to the rest."
        )  # fmt: skip
