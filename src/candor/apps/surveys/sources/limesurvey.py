"""LimeSurvey: responses as CSV, headed by codes, by whole questions or by both; answers as codes or in full."""

import re
from collections.abc import Sequence
from typing import Any

from candor.apps.feedback.choices import AnswerKind

from ..formats import Format, Opening
from ..sheets import Layout, Sheet, Slot, facts_in, named_once

_CODES = {
    "response id": "id", "date submitted": "submitdate", "last page": "lastpage", "start language": "startlanguage", "seed": "seed",
    "date started": "startdate", "date last action": "datestamp", "ip address": "ipaddr", "referrer url": "refurl", "access code": "token",
    "token": "token", "e-mail address": "email", "email address": "email", "first name": "firstname", "last name": "lastname",
    "total time": "interviewtime",
    # as the administration writes them in German, French, Spanish
    "antwort-id": "id", "antwort id": "id", "datum abgeschickt": "submitdate", "letzte seite": "lastpage", "start-sprache": "startlanguage",
    "startsprache": "startlanguage", "zufallsstartwert": "seed", "datum gestartet": "startdate", "datum letzte aktivität": "datestamp",
    "ip-adresse": "ipaddr", "zugangscode": "token", "zugangsschlüssel": "token", "gesamtzeit": "interviewtime",
    "id de la réponse": "id", "date de soumission": "submitdate", "dernière page": "lastpage", "langue de départ": "startlanguage",
    "tête de série": "seed", "date de lancement": "startdate", "date de la dernière action": "datestamp", "adresse ip": "ipaddr",
    "id de respuesta": "id", "fecha de envío": "submitdate", "última página": "lastpage", "lenguaje inicial": "startlanguage",
    "idioma inicial": "startlanguage", "semilla": "seed", "fecha de inicio": "startdate", "fecha de la última acción": "datestamp", "dirección ip": "ipaddr",
}  # fmt: skip
_BESIDE = set(_CODES.values()) | {"email", "firstname", "lastname"}
_HEADING = re.compile(r"(?P<stem>.*?)\s*\[(?P<label>.*)\]\s*", re.DOTALL)
_BOTH = re.compile(r"(?P<code>[A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\])*)\. (?P<text>.*)", re.DOTALL)
_OWN_WORDS = {"other", "comment", "sonstiges", "kommentar", "autre", "commentaire", "otro", "comentario"}
_BESIDE_A_CHOICE = re.compile(r"\w+comment")  # MC[SQ001comment]: what was written to a choice
_UNDERSCORED = re.compile(
    r"(?P<stem>[A-Za-z]\w*)_(?P<label>SQ\d+|other|comment|SQ\d+comment)"
)  # as its export for R and SPSS writes codes
_TIMES = re.compile(r"interviewtime|groupTime\d+|.+Time|Group time.*|Question time.*", re.IGNORECASE)
_NO_DAY = "1980-01-01 00:00:00"  # stands for "submitted" where the survey keeps no dates


def _open(opening: Opening) -> Sheet | None:
    if opening.table is None or not opening.head:
        return None
    names = named_once(opening.head[0])
    codes = [_code(name) for name in names]
    if not {"id", "submitdate", "lastpage"} <= set(codes[:6]) and not {
        "id",
        "lastpage",
        "startlanguage",
    } <= set(codes[:6]):
        return None
    has_times = "interviewtime" in codes
    rest = [
        at
        for at, code in enumerate(codes)
        if code not in _BESIDE and not (has_times and _TIMES.fullmatch(names[at]))
    ]
    found = facts_in(names, [at for at in rest if "[" not in names[at]])
    facts = found | {fact: codes.index(code) for code, fact in _FACTS.items() if code in codes}
    days = [codes.index(code) for code in ("submitdate", "datestamp", "startdate") if code in codes]
    facts |= {"received_at": days[0]} if days else {}
    name = tuple(codes.index(part) for part in ("firstname", "lastname") if part in codes)
    slots = [_slot(at, names[at]) for at in rest if at not in found.values()]
    layout = Layout(
        head=1, facts=facts, days_else=tuple(days[1:]), no_days=frozenset({_NO_DAY}), name=name, slots=slots, judge=_judge(codes), blanks=("N/A",)
    )  # fmt: skip
    return Sheet(opening.table, names, layout)


_FACTS = {"id": "key", "startlanguage": "language", "email": "email", "token": "customer"}


def _code(name: str) -> str:
    """The code of one of LimeSurvey's own columns, however it is headed."""
    both = _BOTH.fullmatch(name)
    bare = both["code"] if both else name
    return _CODES.get(bare.casefold(), bare)


def _slot(at: int, name: str) -> Slot:
    both = _BOTH.fullmatch(name)
    key, words = (both["code"], both["text"]) if both else (name, name)
    inside, said = _HEADING.fullmatch(key) or _UNDERSCORED.fullmatch(key), _HEADING.fullmatch(words)
    stem = inside["stem"] if inside else key
    label = (said or inside or {"label": ""})["label"]
    is_own = bool(
        inside and (inside["label"].casefold() in _OWN_WORDS or _BESIDE_A_CHOICE.fullmatch(inside["label"]))
    )
    kind = AnswerKind.TEXT if is_own else None
    named = said or inside
    text = f"{named['stem']} - {named['label']}" if named else words
    return Slot(at=at, stem=stem, key=key, text=text, label=label if inside else "", kind=kind)


def _judge(codes: Sequence[str]) -> Any:
    submitted = codes.index("submitdate") if "submitdate" in codes else None
    return lambda row: ("", submitted is not None and not row[submitted].strip())


def _survey_in(file_name: str) -> str:
    """LimeSurvey names a file `results-survey123456.csv`."""
    match = re.search(r"survey[-_ ]?\d+", file_name)
    return match[0] if match else ""


FORMATS = (
    Format(
        key="limesurvey", name="LimeSurvey, CSV", order=20, open=_open, survey_in=_survey_in,
        looks_like="columns id, submitdate, lastpage … or Response ID, Date submitted, Last page …; answers as codes or in full",
    ),
)  # fmt: skip
