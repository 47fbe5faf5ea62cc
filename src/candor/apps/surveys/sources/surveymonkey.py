"""SurveyMonkey: all responses as CSV, with two header rows (question, then choice or row), condensed or expanded."""

from collections.abc import Sequence

from candor.apps.feedback.choices import AnswerKind

from ..formats import Format, Opening
from ..sheets import Layout, Sheet, Slot, named_once

_FACTS = {
    "respondentid": "key",
    "emailaddress": "email",
    "customdata1": "customer",
    "customdata": "customer",
    "custom1": "customer",
}
_DAYS = ("enddate", "datemodified", "startdate", "datecreated")
_BESIDE = {*_FACTS, *_DAYS, "collectorid", "ipaddress", "firstname", "lastname", "language"}
_WHOLE = {"", "Response"}
_OWN_WORDS = {"open-ended response", "other (please specify)", "other"}
_CONTACT = {
    "name", "company", "address", "address 2", "city/town", "state/province", "zip/postal code", "country", "email address", "phone number",
}  # fmt: skip
_HEADS = 2
_OWN_COLUMNS = 30  # before the questions: who, when, and custom data of any number


def _open(opening: Opening) -> Sheet | None:
    if opening.table is None or len(opening.head) < _HEADS:
        return None
    names, labels = opening.head[:_HEADS]
    bare = [_bare(name) for name in names]
    if not {"respondentid", "collectorid"} <= set(bare[:9]):
        return None
    days = [bare.index(day) for day in _DAYS if day in bare]
    facts = {fact: bare.index(name) for name, fact in _FACTS.items() if name in bare}
    facts |= {"received_at": days[0]} if days else {}
    facts |= {"language": bare.index("language")} if "language" in bare else {}
    name = tuple(bare.index(part) for part in ("firstname", "lastname") if part in bare)
    slots = list(_slots(names, labels))
    shown = _shown(names, labels)
    layout = Layout(
        head=_HEADS, facts=facts, days_else=tuple(days[1:]), name=name, slots=slots, declares_text=True
    )
    return Sheet(opening.table, shown, layout)


def _bare(name: str) -> str:
    """A name of SurveyMonkey's own columns however its exports write it: `Respondent ID`, `RespondentID`, `respondent_id`."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _contact(names: Sequence[str], labels: Sequence[str]) -> set[int]:
    """Places of a question for name and address: own words, and no choices."""
    found: set[int] = set()
    starts = [at for at, name in enumerate(names) if name.strip()]
    for start, end in zip(starts, [*starts[1:], len(names)], strict=True):
        places = [
            at for at in range(start, min(end, len(labels))) if labels[at].strip().casefold() in _CONTACT
        ]
        found |= set(places) if len(places) > 1 else set()
    return found


def _slots(names: Sequence[str], labels: Sequence[str]) -> list[Slot]:
    """The questions: a cell of the first row holds for the empty ones behind it. Exported as numbers, a choice is its place."""
    slots, stem, number, place = [], "", 0, 0
    contact = _contact(names, labels)
    for at, name in enumerate(names):
        if name.strip():
            stem, number, place = name.strip(), number + 1, 0
        place += 1
        if (
            _bare(stem) in _BESIDE
            or (_bare(stem).startswith("custom") and number <= _OWN_COLUMNS)
            or not stem
        ):
            continue
        label = labels[at].strip() if at < len(labels) else ""
        is_whole = label in _WHOLE or label.casefold() == "open-ended response"
        kind = (
            AnswerKind.TEXT
            if label.casefold() in _OWN_WORDS and not (label.casefold() == "other" and is_whole)
            else None
        )
        kind = AnswerKind.TEXT if at in contact else kind
        text = stem if is_whole else f"{stem} - {label}"
        slots.append(
            Slot(
                at=at,
                stem=f"{number} {stem}",
                key=text,
                text=text,
                label="" if is_whole else label,
                kind=kind,
                tick=str(place),
            )
        )
    return slots


def _shown(names: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Names for the columns, with what the second row says."""
    found, stem = [], ""
    for at, name in enumerate(names):
        stem = name.strip() or stem
        label = labels[at].strip() if at < len(labels) else ""
        found.append(stem if label in _WHOLE else f"{stem} - {label}")
    return named_once(found)


def _survey_in(file_name: str) -> str:
    return file_name.rsplit(".", 1)[0] if not file_name.endswith((".gz", ".zip")) else ""


FORMATS = (
    Format(
        key="surveymonkey", name="SurveyMonkey, CSV", order=20, open=_open, survey_in=_survey_in,
        looks_like="two header rows beginning with Respondent ID and Collector ID; condensed or expanded",
    ),
)  # fmt: skip
