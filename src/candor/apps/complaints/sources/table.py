"""Complaints from a table: the columns of the US consumer finance database by name, others by their usual words.

Layout of the official file: https://cfpb.github.io/api/ccdb/fields.html
"""

from collections.abc import Mapping
from typing import Any

from candor.apps.imports.people import DONE_BY
from candor.intake import Field

OPEN_WORDS = {
    "in progress", "open", "pending", "new", "waiting", "in review", "hold", "on-hold", "on hold", "waiting on customer",
    "waiting on third party",
}  # fmt: skip
OFFICIAL_RESPONSE = "Company response to consumer"

FIELDS = (
    Field(
        "reference",
        "Complaint number",
        required=True,
        is_identifier=True,
        official=("Complaint ID",),
        max_length=120,
        synonyms=(
            "id",
            "case id",
            "case number",
            "reference",
            "reference number",
            "ticket id",
            "complaint number",
            "complaint no",
            "no",
            "number",
        ),
        help="Its id in the file; importing the same number again adds nothing.",
    ),
    Field(
        "received_on",
        "Received",
        "date",
        required=True,
        official=("Date received",),
        synonyms=(
            "received",
            "date",
            "created",
            "created at",
            "created time",
            "opened",
            "complaint date",
            "received on",
        ),
        help="The day the customer complained.",
    ),
    Field("product", "Product", official=("Product",), synonyms=("product name", "service"), max_length=120),
    Field(
        "sub_product",
        "Sub-product",
        official=("Sub-product",),
        synonyms=("subproduct", "product type"),
        max_length=120,
    ),
    Field(
        "issue",
        "Issue",
        official=("Issue",),
        synonyms=("category", "reason", "complaint reason", "topic"),
        max_length=160,
    ),
    Field(
        "sub_issue",
        "Sub-issue",
        official=("Sub-issue",),
        synonyms=("subissue", "subcategory"),
        max_length=200,
    ),
    Field(
        "comment",
        "What the customer wrote",
        official=("Consumer complaint narrative",),
        synonyms=("narrative", "comment", "description", "complaint", "text", "details", "what happened"),
    ),
    Field(
        "company",
        "Company",
        official=("Company",),
        synonyms=("firm", "organisation", "organization"),
        max_length=160,
        help="Only for files about many companies.",
    ),
    Field(
        "unit",
        "Unit",
        synonyms=("branch", "location", "store", "office", "unit code"),
        max_length=120,
        help="Code or name of a unit; unknown ones are reported.",
    ),
    DONE_BY,
    Field(
        "customer",
        "Customer number",
        synonyms=("customer id", "client id", "account id", "customer", "requester id", "contact id"),
        is_identifier=True,
        max_length=160,
    ),
    Field("state_code", "State", official=("State",), synonyms=("province", "region"), max_length=40),
    Field("postcode", "Postcode", official=("ZIP code",), synonyms=("zip", "postal code"), max_length=20),
    Field("tags", "Tags", official=("Tags",), synonyms=("vulnerability",), max_length=200),
    Field(
        "channel",
        "Channel",
        official=("Submitted via",),
        synonyms=("submitted by", "source channel", "medium", "via", "source"),
        max_length=40,
    ),
    Field(
        "sent_on", "Sent to the company", "date", official=("Date sent to company",), synonyms=("sent on",)
    ),
    Field(
        "decided_on",
        "Decided",
        "date",
        official=("Resolved time", "Solved at"),
        synonyms=("closed", "resolved", "closed at", "resolved at", "decision date", "date closed"),
    ),
    Field(
        "response",
        "How it was closed",
        official=("Company response to consumer",),
        synonyms=("response", "outcome", "resolution", "status"),
        max_length=120,
    ),
    Field("public_response", "Public response", official=("Company public response",)),
    Field(
        "is_timely",
        "Answered in time",
        "boolean",
        official=("Timely response?",),
        synonyms=("timely", "in time"),
    ),
    Field(
        "is_disputed",
        "Disputed by the customer",
        "boolean",
        official=("Consumer disputed?",),
        synonyms=("disputed",),
    ),
    Field(
        "severity",
        "Severity",
        "choice",
        synonyms=("priority",),
        values={
            "low": "1",
            "1": "1",
            "medium": "2",
            "normal": "2",
            "2": "2",
            "high": "3",
            "urgent": "3",
            "critical": "3",
            "3": "3",
        },
    ),
    Field(
        "subject", "Subject", synonyms=("ticket subject", "summary", "title"), help="The title of a ticket."
    ),
    Field(
        "kind",
        "Sort of ticket",
        synonyms=("type", "ticket type"),
        max_length=120,
        help="Only for files of all tickets: those of the sort “complaint” can be told apart.",
    ),
    Field(
        "name",
        "Customer’s name",
        synonyms=("customer name", "requester", "full name", "contact name"),
        max_length=160,
    ),
    Field(
        "email",
        "Customer’s e-mail",
        "email",
        synonyms=("e-mail", "email address", "requester email"),
        max_length=254,
    ),
    Field(
        "phone",
        "Customer’s phone",
        official=("Work phone",),
        synonyms=("telephone", "phone number"),
        is_identifier=True,
        max_length=40,
    ),
    Field("address", "Customer’s address", synonyms=("street", "postal address"), max_length=400),
    Field("root_cause", "Root cause", max_length=160),
    Field("redress", "Redress", synonyms=("compensation", "remedy"), max_length=160),
)


def is_open(values: dict[str, Any], cells: Mapping[str, str]) -> bool:
    """Whether the complaint still waits for its decision.

    A response that says so counts; else a decision date or any response closes it, and nothing of both leaves it open. In the
    official layout an empty response means "not published", so there only "In progress" is open.
    """
    response = (values.get("response") or "").strip().casefold()
    if response in OPEN_WORDS:
        return True
    return OFFICIAL_RESPONSE not in cells and not response and values.get("decided_on") is None


def severity_of(values: dict[str, Any]) -> int | None:
    """The stated severity, else high for customers the file marks as vulnerable, else unknown."""
    stated = values.get("severity")
    if stated:
        return int(stated)
    return 3 if "older american" in (values.get("tags") or "").casefold() else None
