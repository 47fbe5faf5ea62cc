"""SurveyMonkey: all responses as CSV, with two header rows (question, then choice or row), condensed or expanded."""

from collections.abc import Sequence

from candor.apps.feedback.choices import AnswerKind

from ..formats import Format, Opening
from ..sheets import Layout, Sheet, Slot, named_once

_FACTS = {"Respondent ID": "key", "Email Address": "email", "Custom Data 1": "customer"}
_DAYS = ("End Date", "Date Modified", "Start Date", "Date Created")
_BESIDE = {*_FACTS, *_DAYS, "Collector ID", "IP Address", "First Name", "Last Name", "Language"}
_WHOLE = {"", "Response"}
_OWN_WORDS = {"open-ended response", "other (please specify)", "other"}
_HEADS = 2


def _open(opening: Opening) -> Sheet | None:
    if opening.table is None or len(opening.head) < _HEADS:
        return None
    names, labels = opening.head[:_HEADS]
    if not {"Respondent ID", "Collector ID"} <= set(names[:9]):
        return None
    days = [names.index(day) for day in _DAYS if day in names]
    facts = {fact: names.index(name) for name, fact in _FACTS.items() if name in names}
    facts |= {"received_at": days[0]} if days else {}
    facts |= {"language": names.index("Language")} if "Language" in names else {}
    name = tuple(names.index(part) for part in ("First Name", "Last Name") if part in names)
    slots = list(_slots(names, labels))
    shown = _shown(names, labels)
    layout = Layout(
        head=_HEADS, facts=facts, days_else=tuple(days[1:]), name=name, slots=slots, declares_text=True
    )
    return Sheet(opening.table, shown, layout)


def _slots(names: Sequence[str], labels: Sequence[str]) -> list[Slot]:
    """The questions: a cell of the first row holds for the empty ones behind it."""
    slots, stem, number = [], "", 0
    for at, name in enumerate(names):
        if name.strip():
            stem, number = name.strip(), number + 1
        if stem in _BESIDE or stem.startswith("Custom Data") or not stem:
            continue
        label = labels[at].strip() if at < len(labels) else ""
        is_whole = label in _WHOLE or label.casefold() == "open-ended response"
        kind = (
            AnswerKind.TEXT
            if label.casefold() in _OWN_WORDS and not (label.casefold() == "other" and is_whole)
            else None
        )
        text = stem if is_whole else f"{stem} - {label}"
        slots.append(
            Slot(
                at=at,
                stem=f"{number} {stem}",
                key=text,
                text=text,
                label="" if is_whole else label,
                kind=kind,
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
