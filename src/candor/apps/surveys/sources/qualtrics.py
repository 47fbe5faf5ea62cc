"""Qualtrics: answers as CSV or TSV, with three header rows: the column's name, the words of the question, and the id for importing."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from candor.apps.feedback.choices import AnswerKind

from ..formats import Format, Opening
from ..readings import NO
from ..sheets import Judge, Layout, Sheet, Slot, facts_in, named_once

_FACTS = {
    "_recordId": "key", "recordedDate": "received_at", "recipientEmail": "email", "externalDataReference": "customer",
    "distributionChannel": "channel", "userLanguage": "language",
}  # fmt: skip
_ABOUT_THE_SESSION = {
    "startDate", "endDate", "status", "ipAddress", "progress", "duration", "finished", "recipientLastName", "recipientFirstName",
    "locationLatitude", "locationLongitude",
}  # fmt: skip
_QUESTION = re.compile(r"(QID\d+)(.*)")
_MEASURED_BESIDE = re.compile(
    r"_(NPS_GROUP|FIRST_CLICK|LAST_CLICK|PAGE_SUBMIT|CLICK_COUNT|DO(_.*)?|FILE_(ID|NAME|SIZE|TYPE)|BROWSER|VERSION|OS|RESOLUTION)"
)
_CODES = re.compile(r"-?\d+(,-?\d+)+")
_BETWEEN = re.compile(
    r"(?<!\d),(?! )|,(?![ \d])"
)  # commas within a choice's own words have a space behind them, or part thousands
_NOT_DONE = NO | {"0"}
_OF_THE_DAY = re.compile(r"_[A-Z][a-z]+ \d{1,2}, \d{4}_\d\d\.\d\d$")
_SEEN_UNANSWERED = "-99"
_MOST_TOLD = 12
_NO_REAL_ANSWERS = {
    "1": "preview",
    "2": "test",
    "8": "spam",
    "9": "preview",
    "12": "spam",
    "17": "preview",
    "40": "spam",
}


def _survey_in(file_name: str) -> str:
    """Qualtrics names a file after the survey and the minute of the export."""
    stem = re.sub(r"(\.(csv|tsv|txt|zip|gz))+$", "", file_name)
    return _OF_THE_DAY.sub("", stem)


def _open(opening: Opening) -> Sheet | None:
    if opening.table is None or len(opening.head) < 3:
        return None
    names, words, codes = opening.head[:3]
    ids = [_import_id(cell) for cell in codes]
    if sum(map(bool, ids)) * 2 < len(names):
        return None
    ids += [""] * (len(names) - len(ids))
    slots = _slots(names, words, ids)
    others = [
        at
        for at, found in enumerate(ids)
        if not found.startswith("QID") and found not in {*_FACTS, *_ABOUT_THE_SESSION}
    ]
    shown = named_once(names)
    facts = facts_in(shown, others) | {fact: ids.index(code) for code, fact in _FACTS.items() if code in ids}
    if "received_at" not in facts and "endDate" in ids:
        facts["received_at"] = ids.index("endDate")
    name = tuple(ids.index(part) for part in ("recipientFirstName", "recipientLastName") if part in ids)
    layout = Layout(
        head=3, name=name, facts=facts, slots=slots, judge=_judge(ids), zone=_zone(codes), declares_text=True, blanks=(_SEEN_UNANSWERED,),
        notes=_left_out([shown[at] for at in others if at not in facts.values()]),
    )  # fmt: skip
    return Sheet(opening.table, shown, layout)


def _left_out(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    told = ", ".join(names[:_MOST_TOLD]) + (" and more" if len(names) > _MOST_TOLD else "")
    return (f"Embedded data that Candor has no place for is left out: {told}.",)


def _slots(names: Sequence[str], words: Sequence[str], ids: Sequence[str]) -> list[Slot]:
    slots = []
    for at, found in enumerate(ids):
        match = _QUESTION.fullmatch(found)
        if match is None or _MEASURED_BESIDE.fullmatch(match[2]):
            continue
        kind = AnswerKind.NPS if f"{found}_NPS_GROUP" in ids else None
        if match[2].endswith("TEXT"):
            kind = AnswerKind.TEXT
        text = words[at] if at < len(words) else ""
        text = text.removesuffix(" - Selected Choice")
        parts = _parts if kind is None else None
        slots.append(Slot(at=at, stem=match[1], key=names[at], text=text, kind=kind, parts=parts))
    return slots


def _parts(cell: str) -> list[str]:
    """The choices in a cell: Qualtrics writes several as `1,4` or `App,Branch` unless it is told to give each a column.

    >>> _parts("1,4"), _parts("Branch, in town,App"), _parts("Under 1,000")
    (['1', '4'], ['Branch, in town', 'App'], ['Under 1,000'])
    """
    return cell.split(",") if _CODES.fullmatch(cell) else [one for one in _BETWEEN.split(cell) if one]


def _import_id(cell: str) -> str:
    """The id in `{"ImportId":"QID1"}`, with the number of the choice where that stands apart; "" where there is none."""
    given = _object(cell)
    found = given.get("ImportId")
    choice = given.get("choiceId")
    return (f"{found}_{choice}" if choice else str(found)) if found else ""


def _object(cell: str) -> Mapping[str, object]:
    if not cell.lstrip().startswith("{"):
        return {}
    try:
        given = json.loads(cell)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _zone(codes: Sequence[str]) -> tzinfo:
    """The time zone of the account, which the ids of the dates tell."""
    name = next((str(zone) for cell in codes if (zone := _object(cell).get("timeZone"))), "Z")
    try:
        return UTC if name == "Z" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _judge(ids: Sequence[str]) -> Judge:
    status_at = ids.index("status") if "status" in ids else None
    done_at = ids.index("finished") if "finished" in ids else None
    way_at = ids.index("distributionChannel") if "distributionChannel" in ids else None

    def judge(row: Sequence[str]) -> tuple[str, bool]:
        status = row[status_at].strip().casefold() if status_at is not None else ""
        word = _NO_REAL_ANSWERS.get(status) or next(
            (w for w in ("preview", "test", "spam") if w in status), ""
        )
        if way_at is not None and row[way_at].strip() in {"preview", "test"}:  # in no language but its own
            word = word or row[way_at].strip()
        return word, done_at is not None and row[done_at].strip().casefold() in _NOT_DONE

    return judge


FORMATS = (
    Format(
        key="qualtrics", name="Qualtrics, CSV or TSV", order=10, open=_open, survey_in=_survey_in,
        looks_like="three header rows, the third with {\"ImportId\": …}; as labels or as numbers",
    ),
)  # fmt: skip
