"""Delighted: responses as its API lists them, and as CSV."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from candor.apps.feedback.choices import AnswerKind
from candor.intake import Problem, Table

from ..formats import Format, Opening, Told
from ..objects import Objects, Person, Said, facts_of
from ..sheets import Layout, Sheet, Slot, facts_in, named_once

_SCORES: dict[str, tuple[AnswerKind, float, float]] = {
    "nps": (AnswerKind.NPS, 0, 10),
    "csat": (AnswerKind.CSAT, 1, 5),
    "ces": (AnswerKind.RATING, 1, 5),
    "star": (AnswerKind.RATING, 1, 5),
    "stars": (AnswerKind.RATING, 1, 5),
    "smileys": (AnswerKind.RATING, 1, 5),
    "thumbs": (AnswerKind.YES_NO, 0, 1),
    "enps": (AnswerKind.RATING, 0, 10),
}  # what each type of survey asks for; ease from 1 to 5 is no ease from 1 to 7, and staff are no customers
_NOTES = {
    "ces": "Delighted asks for ease from 1 to 5. Candor’s measure of ease goes from 1 to 7, so these answers are kept as a rating from 1 to 5.",
    "enps": "What staff answered is kept as a rating from 0 to 10: it is no net promoter score of customers.",
}
_KINDS = {
    "free_response": AnswerKind.TEXT,
    "scale": AnswerKind.RATING,
    "select_one": AnswerKind.CHOICE,
    "select_many": AnswerKind.CHOICE,
}
_OPTIONS = re.compile(r"[\W_]+")
_FACTS = {
    "key": ("responseid", "surveyresponseid", "id"), "email": ("personemail", "email", "emailaddress"), "customer": ("personid",), "language": ("locale", "language"),
    "channel": ("delightedsource", "channel", "source"),
}  # fmt: skip
_DAYS = ("createdat", "createdatutc", "respondedat", "responsedate", "timestamp", "date")
_BESIDE = {
    "permalink",
    "updatedat",
    "updatedatutc",
    "tags",
    "notes",
    "personphone",
    "phone",
    "surveytype",
    "personname",
    "name",
}


def _open_json(opening: Opening) -> Objects | None:
    item = opening.item
    if opening.json is None or not {"survey_type", "score"} <= set(item):
        return None
    notes = tuple(_NOTES[kind] for kind in _NOTES if item["survey_type"] == kind)
    return Objects(opening.json, _tell, notes=notes)


def _tell(item: Mapping[str, Any]) -> Person | None:
    if not {"survey_type", "score"} <= set(item):
        return None
    person, kind = item.get("person"), str(item["survey_type"])
    facts = facts_of(item.get("person_properties"))
    if isinstance(person, dict):
        facts |= {name: str(person[name]) for name in ("email", "name") if person.get(name)}
        person = person.get("id")
    if person:
        facts["customer"] = str(person)
    at = item.get("created_at")
    told = Told(key=str(item.get("id") or ""), at=None if at is None else str(at), facts=facts)
    known = _SCORES.get(kind)
    score = Said(key=kind, value=item["score"], text=f"Delighted {kind.upper()}")
    if known:
        score.kind, score.lowest, score.highest = known
    said = [score, Said(key="comment", value=item.get("comment"), text="Comment", kind=AnswerKind.TEXT)]
    more = item.get("additional_answers")
    said += [found for one in (more if isinstance(more, list) else ()) if (found := _additional(one))]
    return Person(told=told, said=said, survey="delighted", name="Delighted")


def _additional(given: Any) -> Said | None:
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("question"), dict)
        or not isinstance(given.get("value"), dict)
    ):
        return None
    question, values = given["question"], given["value"]
    kind = str(question.get("type"))
    value = values.get(kind)
    if isinstance(value, dict):
        value = value.get("text")
    if isinstance(value, list):
        value = [one.get("text") if isinstance(one, dict) else one for one in value]
    return Said(
        key=str(question.get("id") or ""),
        value=value,
        text=str(question.get("text") or ""),
        kind=_KINDS.get(kind),
    )


def _open_table(opening: Opening) -> Sheet | None:
    if opening.table is None or not opening.head:
        return None
    names = named_once(opening.head[0])
    words = [_OPTIONS.sub("", name.casefold()) for name in names]
    if not (
        {"score", "comment"} <= set(words)
        and any(word in {"permalink", "surveytype"} or word.startswith("delighted") for word in words)
    ):
        return None
    facts = {
        fact: words.index(word)
        for fact, known in _FACTS.items()
        if (word := next((w for w in known if w in words), ""))
    }
    if day := next((word for word in _DAYS if word in words), ""):
        facts["received_at"] = words.index(day)
    types = _types(opening.table, words)
    kind = _SCORES[types[0]][0] if len(types) == 1 and types[0] in _SCORES else None
    taken = set(facts.values()) | {
        at for at, word in enumerate(words) if word in _BESIDE or word.startswith("delighted")
    }
    rest = [at for at in range(len(names)) if at not in taken and words[at] not in {"score", "comment"}]
    found = facts_in(names, rest)
    ends = _SCORES[types[0]][1:] if kind else (None, None)
    slots = [
        Slot(
            at=words.index("score"),
            stem="score",
            key=types[0] if kind else "score",
            text="Score",
            kind=kind,
            ends=ends,
        ),
        Slot(at=words.index("comment"), stem="comment", key="comment", text="Comment", kind=AnswerKind.TEXT),
        *(
            Slot(at=at, stem=names[at], key=names[at], text=names[at])
            for at in rest
            if at not in found.values()
        ),
    ]
    name = tuple(at for at, word in enumerate(words) if word in {"personname", "name"})[:1]
    notes = tuple(_NOTES[one] for one in types if one in _NOTES)
    layout = Layout(head=1, facts=found | facts, name=name, slots=slots, notes=notes, source="delighted")
    return Sheet(opening.table, names, layout)


def _types(table: Table, words: Sequence[str]) -> list[str]:
    """The types of survey that the rows are of."""
    if "surveytype" not in words:
        return []
    at, found = words.index("surveytype"), set()
    for record in table.records():
        if not isinstance(record, Problem) and len(record[1]) > at:
            found.add(record[1][at].strip().casefold())
    return sorted(found - {"", "survey type", "survey_type", "surveytype"})


FORMATS = (
    Format(
        key="delighted-json", name="Delighted, JSON", order=20, open=_open_json,
        looks_like="what GET /v1/survey_responses.json gives: survey_type, score, comment …",
    ),
    Format(key="delighted-csv", name="Delighted, CSV", order=30, open=_open_table, looks_like="columns Score, Comment and Survey type or Permalink"),
)  # fmt: skip
