"""The kinds of question that the designer offers, each as the element of a definition it begins as."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as lazy

Element: TypeAlias = dict[str, Any]
Words: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question: how it is called, its icon, the name its first question gets, and what it begins with.

    `title` holds wording by language; `element` is the rest of the definition's element, where texts lie by language too.
    """

    key: str
    label: Any
    icon: str
    group: Any
    title: Words
    element: Mapping[str, Any]

    @property
    def has_ends(self) -> bool:
        """Whether words stand at both ends of its scale."""
        return "minRateDescription" in self.element

    @property
    def has_choices(self) -> bool:
        """Whether the author lists what can be chosen."""
        return "choices" in self.element

    @property
    def is_measured(self) -> bool:
        """Whether it feeds a measure with a scale of its own, which therefore can't be changed."""
        return "measure" in self.element

    @property
    def is_question(self) -> bool:
        """Whether it asks for something at all."""
        return bool(self.element["type"] != "html")


MEASURES, RATINGS, CHOICES, OWN_WORDS, OTHER = (
    lazy("Measures"),
    lazy("Ratings"),
    lazy("Choices"),
    lazy("In their own words"),
    lazy("Other"),
)


def _scale(measure: str, lowest: int, highest: int, low: Words, high: Words) -> Element:
    return {
        "type": "rating", "measure": measure, "rateMin": lowest, "rateMax": highest,
        "minRateDescription": low, "maxRateDescription": high,
    }  # fmt: skip


def _items(*texts: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"value": value, "text": {"en": en, "de": de}} for value, en, de in texts]


_AGREE: tuple[Words, Words] = (
    {"en": "Strongly disagree", "de": "Stimme gar nicht zu"},
    {"en": "Strongly agree", "de": "Stimme voll zu"},
)

KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "nps", lazy("Recommendation (NPS)"), "target", MEASURES,
            {"en": "How likely are you to recommend us to a friend or colleague?",
             "de": "Wie wahrscheinlich ist es, dass Sie uns Freunden oder Kollegen empfehlen?"},
            _scale("nps", 0, 10, {"en": "Not at all likely", "de": "Überhaupt nicht wahrscheinlich"},
                   {"en": "Extremely likely", "de": "Äußerst wahrscheinlich"}),
        ),
        Kind(
            "csat", lazy("Satisfaction (CSAT)"), "circle-check", MEASURES,
            {"en": "How satisfied were you with this?", "de": "Wie zufrieden waren Sie damit?"},
            _scale("csat", 1, 5, {"en": "Very dissatisfied", "de": "Sehr unzufrieden"},
                   {"en": "Very satisfied", "de": "Sehr zufrieden"}),
        ),
        Kind(
            "ces", lazy("Ease (CES)"), "route", MEASURES,
            {"en": "It was easy to get done what I came for.", "de": "Es war einfach, mein Anliegen zu erledigen."},
            _scale("ces", 1, 7, *_AGREE),
        ),
        Kind(
            "trust", lazy("Trust"), "shield-check", MEASURES,
            {"en": "I trust this company to treat me fairly.", "de": "Ich vertraue darauf, dass dieses Unternehmen mich fair behandelt."},
            _scale("trust", 1, 5, *_AGREE),
        ),
        Kind(
            "faces", lazy("Emotion, as faces"), "mood-smile", MEASURES,
            {"en": "How did this make you feel?", "de": "Wie haben Sie sich dabei gefühlt?"},
            {"type": "rating", "measure": "emotion", "rateType": "smileys", "rateMin": 1, "rateMax": 5,
             "minRateDescription": {"en": "Very bad", "de": "Sehr schlecht"}, "maxRateDescription": {"en": "Very good", "de": "Sehr gut"}},
        ),
        Kind(
            "feelings", lazy("Emotion, as words"), "message", MEASURES,
            {"en": "Which word says best how you felt?", "de": "Welches Wort beschreibt am besten, wie Sie sich gefühlt haben?"},
            {"type": "radiogroup", "measure": "emotion", "choices": _items(
                ("relieved", "Relieved", "Erleichtert"), ("pleased", "Pleased", "Erfreut"), ("calm", "Calm", "Gelassen"),
                ("indifferent", "Indifferent", "Gleichgültig"), ("unsure", "Unsure", "Unsicher"),
                ("frustrated", "Frustrated", "Frustriert"), ("angry", "Angry", "Verärgert"))},
        ),
        Kind(
            "expectation", lazy("Expectation beforehand"), "clock", MEASURES,
            {"en": "How easy do you expect this to be?", "de": "Was erwarten Sie: wie einfach wird es?"},
            _scale("expectation", 1, 7, {"en": "Very hard", "de": "Sehr schwierig"}, {"en": "Very easy", "de": "Sehr einfach"}),
        ),
        Kind(
            "rating", lazy("Rating on a scale"), "ruler-measure", RATINGS,
            {"en": "How well did we explain the next steps?", "de": "Wie gut haben wir die nächsten Schritte erklärt?"},
            {"type": "rating", "rateMin": 1, "rateMax": 5,
             "minRateDescription": {"en": "Very badly", "de": "Sehr schlecht"}, "maxRateDescription": {"en": "Very well", "de": "Sehr gut"}},
        ),
        Kind(
            "stars", lazy("Stars"), "star", RATINGS,
            {"en": "How many stars would you give your visit?", "de": "Wie viele Sterne geben Sie Ihrem Besuch?"},
            {"type": "rating", "rateType": "stars", "rateMin": 1, "rateMax": 5},
        ),
        Kind(
            "matrix", lazy("Several statements, one scale"), "table", RATINGS,
            {"en": "How far do you agree?", "de": "Wie sehr stimmen Sie zu?"},
            {"type": "matrix",
             "columns": [{"value": 1, "text": {"en": "Disagree", "de": "Stimme nicht zu"}},
                         {"value": 2, "text": {"en": "Rather disagree", "de": "Stimme eher nicht zu"}},
                         {"value": 3, "text": {"en": "Neither", "de": "Teils, teils"}},
                         {"value": 4, "text": {"en": "Rather agree", "de": "Stimme eher zu"}},
                         {"value": 5, "text": {"en": "Agree", "de": "Stimme zu"}}],
             "rows": _items(("informed", "I was kept informed.", "Ich wurde auf dem Laufenden gehalten."),
                            ("respected", "I was treated with respect.", "Ich wurde respektvoll behandelt."))},
        ),
        Kind(
            "choice", lazy("One of several"), "circle", CHOICES,
            {"en": "What did you come for?", "de": "Was war Ihr Anliegen?"},
            {"type": "radiogroup", "choices": _items(("question", "A question", "Eine Frage"), ("problem", "A problem", "Ein Problem"),
                                                     ("something_else", "Something else", "Etwas anderes"))},
        ),
        Kind(
            "choices", lazy("Any of several"), "square-check", CHOICES,
            {"en": "Which of these did you use?", "de": "Was davon haben Sie genutzt?"},
            {"type": "checkbox", "choices": _items(("website", "The website", "Die Website"), ("phone", "The phone", "Das Telefon"),
                                                   ("branch", "A branch", "Eine Filiale"))},
        ),
        Kind(
            "ranking", lazy("Put in order"), "arrows-sort", CHOICES,
            {"en": "What matters most to you? Put the most important first.",
             "de": "Was ist Ihnen am wichtigsten? Das Wichtigste zuerst."},
            {"type": "ranking", "choices": _items(("speed", "Speed", "Schnelligkeit"), ("price", "Price", "Preis"),
                                                  ("friendliness", "Friendliness", "Freundlichkeit"))},
        ),
        Kind(
            "comment", lazy("Longer text"), "message-2", OWN_WORDS,
            {"en": "What is the main reason for your answer?", "de": "Was ist der Hauptgrund für Ihre Antwort?"},
            {"type": "comment"},
        ),
        Kind(
            "line", lazy("One line"), "minus", OWN_WORDS,
            {"en": "What is your order number?", "de": "Wie lautet Ihre Bestellnummer?"}, {"type": "text"},
        ),
        Kind(
            "date", lazy("Date"), "calendar", OTHER,
            {"en": "On which day was this?", "de": "An welchem Tag war das?"}, {"type": "text", "inputType": "date"},
        ),
        Kind(
            "file", lazy("File or photo"), "paperclip", OTHER,
            {"en": "Would you like to add a photo?", "de": "Möchten Sie ein Foto hinzufügen?"},
            {"type": "file", "maxSize": 5_000_000},
        ),
        Kind(
            "consent", lazy("Consent"), "checklist", OTHER,
            {"en": "May we contact you about your answers?", "de": "Dürfen wir Sie zu Ihren Antworten kontaktieren?"},
            {"type": "boolean", "consent": True},
        ),
        Kind("note", lazy("Text to read"), "info-circle", OTHER, {}, {
            "type": "html", "html": {"en": "Please think of your last visit.", "de": "Bitte denken Sie an Ihren letzten Besuch."}}),
    )
}  # fmt: skip


def kind_of(element: Element) -> Kind | None:
    """The kind that an element of a definition is; none where it came from elsewhere and nothing here is like it."""
    what, measure = element.get("type"), element.get("measure")
    if what == "rating":
        if measure == "emotion" or element.get("rateType") == "smileys":
            return KINDS["faces"]
        if measure:
            return KINDS.get(str(measure))
        return KINDS["stars" if element.get("rateType") == "stars" else "rating"]
    if what == "radiogroup":
        return KINDS["feelings" if measure == "emotion" else "choice"]
    if what == "text":
        return KINDS["date" if element.get("inputType") == "date" else "line"]
    by_type = {
        "checkbox": "choices", "ranking": "ranking", "matrix": "matrix", "comment": "comment", "file": "file",
        "boolean": "consent", "html": "note",
    }  # fmt: skip
    return KINDS.get(by_type.get(str(what), ""))


def fresh_element(kind: Kind, *, name: str, main: str, others: tuple[str, ...]) -> Element:
    """A new element of this kind, worded in the survey's main language and in those others that we have words for."""
    element: Element = in_languages(deepcopy(dict(kind.element)), main=main, others=others)
    element["name"] = name
    if kind.title:
        element["title"] = in_languages(dict(kind.title), main=main, others=others)
    return element


def in_languages(value: Any, *, main: str, others: tuple[str, ...]) -> Any:
    """The same with every text by language (`{"en": …, "de": …}`) as a definition holds it (`{"default": …, "de": …}`)."""
    if isinstance(value, list):
        return [in_languages(one, main=main, others=others) for one in value]
    if not isinstance(value, dict):
        return value
    if "en" in value and all(isinstance(one, str) for one in value.values()):
        first = value.get(main, value["en"])
        rest = {language: value[language] for language in others if language in value and language != main}
        return {"default": first} | rest if rest else first
    return {key: in_languages(one, main=main, others=others) for key, one in value.items()}
