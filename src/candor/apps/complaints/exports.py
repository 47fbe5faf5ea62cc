"""Layouts of complaints as CSV, documented in docs/reference/complaints-export.md: the whole register, and the columns of the US CFPB."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db.models import QuerySet, Value

from candor.apps.organization.queries import workspace

from .choices import Entry, Outcome
from .models import Complaint

Cell = Callable[[Complaint], Any]


def _attribute(name: str) -> Cell:
    return lambda row: getattr(row, name)


def _yes_no(name: str) -> Cell:
    return lambda row: {True: "Yes", False: "No"}.get(getattr(row, name), "")


def _narrative(row: Complaint) -> str:
    return row.feedback.comment_masked


_SUBMITTED: Final = {"web": "Web", "phone": "Phone", "letter": "Postal mail", "email": "Email", "fax": "Fax"}
_RESPONSES: Final = frozenset(
    {
        "Closed with monetary relief", "Closed with non-monetary relief", "Closed with explanation", "Closed with relief",
        "Closed without relief", "Closed", "In progress", "Untimely response",
    }
)  # fmt: skip


def _response(row: Complaint) -> str:
    """The CFPB's word for how we answered; money is told from redress in money alone, not from words about it."""
    is_the_files = row.entry == Entry.IMPORT and row.response and not row.outcome and not row.is_open
    if row.response in _RESPONSES or is_the_files:
        return row.response
    if row.is_open:
        return "In progress"
    given = list(row.redresses.all())
    if any(one.amount is not None for one in given):
        return "Closed with monetary relief"
    if given:
        return "Closed with non-monetary relief"
    if row.redress:
        return "Closed with relief"
    return "Closed with explanation" if row.outcome in _EXPLAINED else "Closed"


_EXPLAINED: Final = frozenset({Outcome.UPHELD, Outcome.PARTLY, Outcome.REJECTED})


# https://cfpb.github.io/api/ccdb/fields.html
CFPB: Final[dict[str, Cell]] = {
    "Date received": _attribute("received_on"),
    "Product": _attribute("product"),
    "Sub-product": _attribute("sub_product"),
    "Issue": _attribute("issue"),
    "Sub-issue": _attribute("sub_issue"),
    "Consumer complaint narrative": _narrative,
    "Company public response": _attribute("public_response"),
    "Company": lambda row: row.company or row.our_name,  # type: ignore[attr-defined]  # by `lines`
    "State": _attribute("state_code"),
    "ZIP code": _attribute("postcode"),
    "Tags": _attribute("tags"),
    "Consumer consent provided?": lambda _row: "",
    "Submitted via": lambda row: _SUBMITTED.get(row.feedback.channel.casefold(), row.feedback.channel),
    "Date sent to company": _attribute("sent_on"),
    "Company response to consumer": _response,
    "Timely response?": _yes_no("is_timely"),
    "Consumer disputed?": _yes_no("is_disputed"),
    "Complaint ID": lambda row: row.feedback.key,
}

REGISTER: Final[dict[str, Cell]] = {
    "reference": lambda row: row.feedback.key,
    "source": lambda row: row.feedback.source,
    "entry": _attribute("entry"),
    "channel": lambda row: row.feedback.channel,
    "unit": lambda row: row.feedback.unit.code if row.feedback.unit else "",
    "company": _attribute("company"),
    "product": _attribute("product"),
    "sub_product": _attribute("sub_product"),
    "issue": _attribute("issue"),
    "sub_issue": _attribute("sub_issue"),
    "severity": _attribute("severity"),
    "jurisdiction": _attribute("jurisdiction"),
    "rules": lambda row: row.rules.rule_set.name if row.rules else "",
    "rules_version": lambda row: row.rules.number if row.rules else "",
    "received_on": _attribute("received_on"),
    "acknowledge_by": _attribute("acknowledge_by"),
    "acknowledged_on": _attribute("acknowledged_on"),
    "decide_by": _attribute("decide_by"),
    "decided_on": _attribute("decided_on"),
    "is_open": _yes_no("is_open"),
    "in_time": _yes_no("is_timely"),
    "outcome": _attribute("outcome"),
    "answer": _attribute("response"),
    "root_cause": _attribute("root_cause"),
    "redress": lambda row: "; ".join(map(str, row.redresses.all())) or row.redress,
    "redress_amount": lambda row: "; ".join(
        f"{one.amount} {one.currency}" for one in row.redresses.all() if one.amount is not None
    ),
    "repeats": lambda row: row.repeat_of.feedback.key if row.repeat_of else "",
    "repeats_because": _attribute("repeat_why"),
    "paused_days": lambda row: sum((one.ends_at - one.started_at).days for one in row.pauses.all()),
    "appealed_on": lambda row: _escalated(row, "appeal"),
    "ombudsman_on": lambda row: _escalated(row, "ombudsman"),
    "narrative": _narrative,
}
VULNERABILITY: Final[dict[str, Cell]] = {"vulnerability": _attribute("vulnerability")}
LAYOUTS: Final = {"register": REGISTER, "cfpb": CFPB}


def _escalated(row: Complaint, kind: str) -> Any:
    return next((one.opened_at.date() for one in row.escalations.all() if one.kind == kind), "")


def lines(rows: QuerySet[Complaint], layout: dict[str, Cell]) -> Iterator[list[object]]:
    """The rows of a layout; words are masked, and what a spreadsheet would run is made harmless by `csv_lines`."""
    wide = rows.annotate(our_name=Value(workspace().name)).select_related(
        "feedback__unit", "rules__rule_set", "repeat_of__feedback"
    )
    for row in wide.prefetch_related("redresses", "pauses", "escalations").iterator(chunk_size=500):
        yield ["" if (cell := read(row)) is None else cell for read in layout.values()]
