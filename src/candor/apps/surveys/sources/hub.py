"""Formbricks Hub: feedback records, one for each answer, as its API and webhook give them or as CSV with a column for each type of value."""

from collections.abc import Iterator, Mapping
from typing import Any

from candor.apps.feedback.choices import AnswerKind
from candor.intake import JsonItems, Problem, Table

from ..formats import Format, Opening, Told
from ..objects import Objects, Person, Said, facts_of

_KINDS = {
    "text": AnswerKind.TEXT, "categorical": AnswerKind.CHOICE, "nps": AnswerKind.NPS, "csat": AnswerKind.CSAT, "ces": AnswerKind.CES,
    "rating": AnswerKind.RATING, "number": AnswerKind.NUMBER, "boolean": AnswerKind.YES_NO, "date": AnswerKind.CHOICE,
}  # fmt: skip
_VALUES = ("value_text", "value_number", "value_boolean", "value_date", "value")
_NEEDED = {"submission_id", "field_id", "field_type"}


def _open(opening: Opening) -> Objects | None:
    if opening.json is not None and _record_in(opening.item) is not None:
        return Objects(opening.json, _tell, is_long=True)
    if opening.table is not None and opening.head:
        columns = set(opening.table.columns)
        if columns >= _NEEDED and columns & set(_VALUES[:-1]):
            return Objects(_Rows(opening.table), _tell, is_long=True)
    return None


class _Rows(JsonItems):
    """The rows of a table as the objects that they stand for."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.bytes_total, self.bytes_read = table.bytes_total, 0

    def items(self) -> Iterator[Any]:
        for row in self._table.rows():
            yield None if isinstance(row, Problem) else row.values
            self.bytes_read = self._table.bytes_read


def _record_in(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    inner = item.get("data") if str(item.get("type", "")).startswith("feedback_record.") else item
    return inner if isinstance(inner, dict) and set(inner) >= _NEEDED else None


def _tell(item: Mapping[str, Any]) -> Person | None:
    record = _record_in(item)
    if record is None:
        return None
    facts = facts_of(record.get("metadata")) | facts_of(record)
    if user := str(record.get("user_id") or ""):
        facts["email" if "@" in user else "customer"] = user
    told = Told(key=str(record["submission_id"]), at=record.get("collected_at") or None, facts=facts)
    value = next((record[name] for name in _VALUES if record.get(name) not in (None, "")), None)
    said = Said(
        key=str(record["field_id"]), value=value, text=str(record.get("field_label") or ""), kind=_KINDS.get(str(record["field_type"]))
    )  # fmt: skip
    survey = str(record.get("source_id") or record.get("source_name") or "")
    return Person(told=told, said=[said], survey=survey, name=str(record.get("source_name") or ""))


FORMATS = (
    Format(
        key="formbricks-hub", name="Formbricks Hub, JSON or CSV", order=20, open=_open,
        looks_like="one record an answer: submission_id, field_id, field_type, value_text, value_number …",
    ),
)  # fmt: skip
