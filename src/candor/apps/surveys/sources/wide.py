"""Wide files: one row a person, one column a question."""

from datetime import UTC, date, datetime, time
from typing import Any, Literal

from candor.apps.feedback.choices import IN_WORDS, AnswerKind
from candor.apps.feedback.choices import SCALES as SCALES
from candor.apps.imports.people import DONE_BY
from candor.intake import Field

META = (
    Field("key", "Answer number", is_identifier=True, official=("ResponseId", "RESPNUM"), max_length=120,
          synonyms=("response id", "respondent id", "submission id", "id", "answer id", "token"),
          help="Its id in the file; importing the same number again adds nothing. Without one the row number counts."),
    Field("received_at", "Answered", "instant", official=("RecordedDate", "EndDate"),
          synonyms=("answered at", "date", "submitted at", "submit date", "completed at", "created at", "timestamp", "collected at"),
          help="When the person answered."),
    Field("weight", "Weight", "number", synonyms=("weighting", "survey weight"), minimum=0.0,
          help="How much the answer counts; 1 without a column."),
    Field("comment", "Comment", synonyms=("comments", "open comment", "feedback", "verbatim", "why"),
          help="What the person wrote in own words."),
    Field("customer", "Customer number", synonyms=("customer id", "client id", "user id", "external reference", "contact id"),
          is_identifier=True, max_length=160),
    Field("unit", "Unit", synonyms=("branch", "location", "store", "office", "unit code"), max_length=120),
    DONE_BY,
    Field("product", "Product", max_length=120),
    Field("channel", "Channel", synonyms=("distribution channel", "medium"), max_length=40),
    Field("segment", "Segment", synonyms=("customer segment",), max_length=80),
    Field("language", "Language", synonyms=("lang", "user language", "locale"), max_length=12),
)  # fmt: skip

_KNOWN_QUESTIONS = {
    "nps": AnswerKind.NPS, "npsscore": AnswerKind.NPS, "netpro": AnswerKind.NPS, "recommend": AnswerKind.NPS,
    "likelihoodtorecommend": AnswerKind.NPS, "csat": AnswerKind.CSAT, "satisfaction": AnswerKind.CSAT,
    "overallsatisfaction": AnswerKind.CSAT, "ces": AnswerKind.CES, "effort": AnswerKind.CES, "ease": AnswerKind.CES,
    "stars": AnswerKind.STARS, "trust": AnswerKind.TRUST,
}  # fmt: skip


def guess_questions(columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Questions whose column bears the usual name of its kind; nothing is guessed from values."""
    found = []
    for column in columns:
        word = "".join(letter for letter in column.casefold() if letter.isalnum())
        if word in _KNOWN_QUESTIONS:
            found.append({"column": column, "kind": str(_KNOWN_QUESTIONS[word]), "blanks": []})
    return found


def question_fields(questions: list[dict[str, Any]]) -> tuple[Field, ...]:
    """One field a question: numbers within the scale of their kind, texts as they stand."""
    fields = []
    for question in questions:
        kind = question["kind"]
        low, high = SCALES.get(kind, (None, None))
        fields.append(
            Field(
                question_key(question["column"]), question["column"].strip(), _read_as(kind), official=(question["column"],),
                minimum=low, maximum=high, blanks=frozenset(question.get("blanks", ())),
            )
        )  # fmt: skip
    return tuple(fields)


def _read_as(kind: str) -> Literal["text", "boolean", "number"]:
    if kind in IN_WORDS:
        return "text"
    return "boolean" if kind == AnswerKind.YES_NO else "number"


def question_key(column: str) -> str:
    """The field key of a question's column."""
    return f"question:{column}"


def instant_of(values: dict[str, Any], fixed: str | None, *, cell: str = "") -> tuple[datetime | None, bool]:
    """When the person answered, and whether the time of day is known: the row's own time, else noon of its day, else noon of
    the day given for the whole file. `cell` is the row's own text, which tells a day from its midnight."""
    own = values.get("received_at")
    if isinstance(own, datetime):
        return (own, True) if ":" in cell else (_noon(own.date()), False)
    return (_noon(date.fromisoformat(fixed)) if fixed else None), False


def _noon(day: date) -> datetime:
    """Stands for a day: the same day in most of the world."""
    return datetime.combine(day, time(12), tzinfo=UTC)
