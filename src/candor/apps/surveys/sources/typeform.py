"""Typeform: responses as its webhook sends them, as its Responses API lists them, and as CSV."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from candor.apps.feedback.choices import AnswerKind
from candor.intake import Problem, Table

from ..formats import Format, Opening, Told
from ..objects import Objects, Person, Said, facts_of
from ..sheets import Layout, Sheet, Slot, facts_in, named_once

_KINDS = {
    "nps": AnswerKind.NPS, "rating": AnswerKind.RATING, "yes_no": AnswerKind.YES_NO, "legal": AnswerKind.YES_NO, "short_text": AnswerKind.TEXT,
    "long_text": AnswerKind.TEXT, "multiple_choice": AnswerKind.CHOICE, "dropdown": AnswerKind.CHOICE, "picture_choice": AnswerKind.CHOICE,
    "ranking": AnswerKind.CHOICE, "opinion_scale": AnswerKind.NUMBER, "number": AnswerKind.NUMBER, "date": AnswerKind.CHOICE,
}  # fmt: skip
_PERSONAL = ("phone_number", "file_upload", "payment", "calendly", "contact_info", "address")
_NOTE = "Telephone numbers, files and payments are left out; an e-mail address names the customer."
_SUBMITTED, _STARTED, _TYPE = "Submit Date (UTC)", "Start Date (UTC)", "Response Type"
_BESIDE = {"#", _SUBMITTED, _STARTED, _TYPE, "Stage Date (UTC)", "Network ID", "Tags", "Ending", "Outcome"}


def _open_json(opening: Opening) -> Objects | None:
    if opening.json is None or _response_in(opening.item) is None:
        return None
    return Objects(opening.json, _tell, declares_text=True, notes=(_NOTE,))


def _response_in(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    inner = item.get("form_response", item)
    if not isinstance(inner, dict):
        return None
    is_response = "landed_at" in inner and ("token" in inner or "response_id" in inner)
    return inner if is_response or inner is not item else None


def _tell(item: Mapping[str, Any]) -> Person | None:
    response = _response_in(item)
    if response is None:
        return None
    definition = response["definition"] if isinstance(response.get("definition"), dict) else {}
    fields = {str(one.get("id")): one for one in _dicts(definition.get("fields"))}
    answers = _dicts(response.get("answers"))
    facts = facts_of(response.get("hidden"))
    if email := next(
        (one["email"] for one in answers if one.get("type") == "email" and one.get("email")), None
    ):
        facts["email"] = str(email)
    submitted = response.get("submitted_at")
    if str(submitted or "").startswith("0001-"):  # what the API writes for answers that were not submitted
        submitted = None
    is_partial = not submitted or response.get("response_type") in {"partial", "started"}
    told = Told(
        key=str(response.get("token") or response.get("response_id") or ""), at=submitted or response.get("landed_at"), facts=facts,
        is_partial=is_partial,
    )  # fmt: skip
    said = [found for one in answers if (found := _said(one, fields))]
    return Person(
        told=told,
        said=said,
        survey=str(response.get("form_id") or ""),
        name=str(definition.get("title") or ""),
    )


def _said(answer: Mapping[str, Any], fields: Mapping[str, Mapping[str, Any]]) -> Said | None:
    field = answer["field"] if isinstance(answer.get("field"), dict) else {}
    known = fields.get(str(field.get("id")), {})
    kind, shape = str(field.get("type") or known.get("type")), str(answer.get("type"))
    if kind in _PERSONAL or shape in {"email", "phone_number", "file_url", "payment"}:
        return None
    value = answer.get(shape)
    if isinstance(value, dict):
        value = _chosen(value)
    key = str(field.get("ref") or field.get("id") or "")
    return (
        Said(key=key, value=value, text=str(known.get("title") or ""), kind=_KINDS.get(kind)) if key else None
    )


def _chosen(value: Mapping[str, Any]) -> Any:
    """The words of one choice, or of several with what was written beside them."""
    several = value.get("labels")
    if isinstance(several, list):
        return [*several, *([value["other"]] if value.get("other") else [])]
    return several or value.get("label") or value.get("other")


def _dicts(given: Any) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _open_table(opening: Opening) -> Sheet | None:
    if opening.table is None or not opening.head:
        return None
    names = named_once(opening.head[0])
    if names[0] not in {"#", "Response ID"} or _SUBMITTED not in names:
        return None
    rest = [at for at, name in enumerate(names) if at and name not in _BESIDE]
    runs = _runs(opening.table, opening.head[0], rest)
    choices = {at for run in runs for at in run}
    found = facts_in(names, [at for at in rest if at not in choices])
    facts = found | {"key": 0, "received_at": names.index(_SUBMITTED)}
    slots = [
        Slot(at=at, stem=names[at], key=names[at], text=names[at])
        for at in rest
        if at not in found.values() and at not in choices
    ]
    slots += [slot for run in runs for slot in _of_one_question(run, names)]
    later = (names.index(_STARTED),) if _STARTED in names else ()
    notes = tuple(_words_of_run(run, names) for run in runs)
    layout = Layout(
        head=1, facts=facts, days_else=later, slots=sorted(slots, key=lambda slot: slot.at), judge=_judge(names), notes=notes
    )  # fmt: skip
    return Sheet(opening.table, names, layout)


def _runs(table: Table, head: Sequence[str], places: Sequence[int]) -> list[list[int]]:
    """Neighbouring columns that hold nothing but their own heading, where anybody chose any: the choices of one question, of which
    several could be taken. A column “Other” behind them holds what was written instead."""
    own, is_filled = dict.fromkeys(places, True), dict.fromkeys(places, False)
    for record in islice(table.records(), 1, None):
        if isinstance(record, Problem):
            continue
        for at in places:
            if at < len(record[1]) and (text := record[1][at].strip()):
                own[at], is_filled[at] = own[at] and text == head[at].strip(), True
    runs: list[list[int]] = [[]]
    for at in places:
        if (runs[-1] and at != runs[-1][-1] + 1) or not own[at]:
            runs.append([])
        if own[at]:
            runs[-1].append(at)
    filled = ([at for at in run if is_filled[at]] for run in runs)
    return [list(range(run[0], run[-1] + 1)) for run in filled if len(run) > 1]


def _of_one_question(run: Sequence[int], names: Sequence[str]) -> list[Slot]:
    """The choices as one question. Its words are not in the file: it is called after its choices."""
    stem = _called(run, names)
    return [Slot(at=at, stem=stem, key=stem, text=names[at], label=names[at]) for at in run]


def _called(run: Sequence[int], names: Sequence[str]) -> str:
    return " / ".join(names[at] for at in run)[:80]


def _words_of_run(run: Sequence[int], names: Sequence[str]) -> str:
    shown = ", ".join(f"“{names[at]}”" for at in run)
    return f"The columns {shown} are read as choices of one question; the file does not hold its words."


def _judge(names: Sequence[str]) -> Any:
    submitted = names.index(_SUBMITTED)
    return lambda row: ("", not row[submitted].strip())


def _form_in(file_name: str) -> str:
    """Typeform names a file `responses-<form>-<token>.csv`."""
    parts = file_name.split(".")[0].split("-")
    return parts[1] if len(parts) > 2 and parts[0] == "responses" else ""


FORMATS = (
    Format(
        key="typeform-json", name="Typeform, JSON", order=20, open=_open_json,
        looks_like="what its webhook sends (form_response), one after the other or as a list, and what GET /forms/…/responses gives",
    ),
    Format(
        key="typeform-csv", name="Typeform, CSV", order=30, open=_open_table, survey_in=_form_in,
        looks_like="first column #, then the questions, Start Date (UTC) and Submit Date (UTC)",
    ),
)  # fmt: skip
