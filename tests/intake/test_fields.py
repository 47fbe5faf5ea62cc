"""Which column fills which field."""

import itertools
import json

import pytest

from candor.intake import Field, Mapping, recognise

REFERENCE = Field("reference", "Complaint ID", required=True, synonyms=("case no",))
RECEIVED = Field(
    "received_on", "Received", "date", required=True, official=("Date received",), synonyms=("date", "opened")
)
CLOSED = Field("closed_on", "Closed", "date", synonyms=("date", "ended"))


@pytest.mark.parametrize(
    "name", ["Complaint ID", "complaint_id ", " COMPLAINT-ID", "complaintId", "Case No.", "reference"]
)
def test_case_spaces_and_punctuation_do_not_count(name: str) -> None:
    assert recognise([name], [REFERENCE]).columns == {"reference": name}


def test_the_official_name_goes_before_any_other() -> None:
    found = recognise(["received", "opened", "Date received"], [RECEIVED])
    assert found.columns == {"received_on": "Date received"}
    assert found.unused == ("received", "opened")


def test_official_names_are_tried_in_their_order() -> None:
    field = Field("at", "Time", "instant", official=("time:timestamp", "start_time"))
    assert recognise(["start_time", "time:timestamp"], [field]).columns == {"at": "time:timestamp"}


def test_two_synonyms_of_one_field_are_left_to_a_person_with_the_reason() -> None:
    found = recognise(["opened", "date"], [RECEIVED])
    assert found.columns == {}
    assert found.unclear == {"received_on": "“date” and “opened” could both be Received."}
    assert found.missing == ("received_on",)
    assert found.unused == ("opened", "date")


def test_a_column_that_two_fields_claim_goes_to_neither() -> None:
    found = recognise(["date"], [RECEIVED, CLOSED])
    assert found.columns == {}
    assert set(found.unclear) == {"received_on", "closed_on"}
    assert "Received or Closed" in found.unclear["received_on"]


def test_the_order_of_fields_and_columns_changes_nothing() -> None:
    columns, fields = ["date", "Complaint ID", "Date received", "ended"], [REFERENCE, RECEIVED, CLOSED]
    results = [
        recognise(c, f).columns
        for c in itertools.permutations(columns)
        for f in itertools.permutations(fields)
    ]
    # Received is taken by its official name, so "date" and "ended" are both left to Closed, and neither is chosen.
    assert all(found == {"reference": "Complaint ID", "received_on": "Date received"} for found in results)


def test_names_without_letters_are_still_told_apart() -> None:
    assert recognise(["?", "!"], [REFERENCE]).unused == ("?", "!")
    assert recognise(["日付"], [Field("on", "日付", "date")]).columns == {"on": "日付"}


def test_a_person_may_choose_another_column_or_none() -> None:
    found = recognise(["opened", "date", "Complaint ID"], [REFERENCE, RECEIVED]).choose(
        "received_on", "opened"
    )
    assert found.columns == {"reference": "Complaint ID", "received_on": "opened"}
    assert (found.unclear, found.missing, found.unused) == ({}, (), ("date",))
    without = found.choose("reference", None)
    assert without.missing == ("reference",)
    assert set(without.unused) == {"date", "Complaint ID"}


def test_a_choice_needs_its_values() -> None:
    with pytest.raises(ValueError, match="needs values"):
        Field("status", "Status", "choice")


def test_a_mapping_survives_being_stored() -> None:
    found = recognise(["opened", "Complaint ID"], [REFERENCE, RECEIVED])
    assert Mapping.from_stored(json.loads(json.dumps(found.to_stored()))) == found


def test_a_mapping_kept_from_another_file_tells_what_is_missing_here() -> None:
    kept = recognise(["opened", "Complaint ID"], [REFERENCE, RECEIVED]).within(["opened", "other"])
    assert (kept.columns, kept.missing, kept.unused) == (
        {"received_on": "opened"},
        ("reference",),
        ("other",),
    )
