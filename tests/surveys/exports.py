"""Exports of other survey tools, written for these tests in the layout that each tool documents."""

import csv
import io
import json
from collections.abc import Sequence


def as_csv(rows: Sequence[Sequence[object]], *, delimiter: str = ",") -> str:
    """Rows as a tool would write them."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


QUALTRICS_COLUMNS: list[tuple[str, str, dict[str, str]]] = [
    ("StartDate", "Start Date", {"ImportId": "startDate", "timeZone": "America/Denver"}),
    ("EndDate", "End Date", {"ImportId": "endDate", "timeZone": "America/Denver"}),
    ("Status", "Response Type", {"ImportId": "status"}),
    ("IPAddress", "IP Address", {"ImportId": "ipAddress"}),
    ("Progress", "Progress", {"ImportId": "progress"}),
    ("Duration (in seconds)", "Duration (in seconds)", {"ImportId": "duration"}),
    ("Finished", "Finished", {"ImportId": "finished"}),
    ("RecordedDate", "Recorded Date", {"ImportId": "recordedDate", "timeZone": "America/Denver"}),
    ("ResponseId", "Response ID", {"ImportId": "_recordId"}),
    ("RecipientLastName", "Recipient Last Name", {"ImportId": "recipientLastName"}),
    ("RecipientFirstName", "Recipient First Name", {"ImportId": "recipientFirstName"}),
    ("RecipientEmail", "Recipient Email", {"ImportId": "recipientEmail"}),
    ("ExternalReference", "External Data Reference", {"ImportId": "externalDataReference"}),
    ("LocationLatitude", "Location Latitude", {"ImportId": "locationLatitude"}),
    ("LocationLongitude", "Location Longitude", {"ImportId": "locationLongitude"}),
    ("DistributionChannel", "Distribution Channel", {"ImportId": "distributionChannel"}),
    ("UserLanguage", "User Language", {"ImportId": "userLanguage"}),
    ("Q1_NPS_GROUP", "How likely are you to recommend us? - Group", {"ImportId": "QID1_NPS_GROUP"}),
    ("Q1", "How likely are you to recommend us?", {"ImportId": "QID1"}),
    ("Q2", "Why did you choose that number?", {"ImportId": "QID2_TEXT"}),
    ("Q3_1", "Which did you use? - Selected Choice - Branch, the one in town", {"ImportId": "QID3_1"}),
    ("Q3_2", "Which did you use? - Selected Choice - App", {"ImportId": "QID3_2"}),
    ("Q3_3", "Which did you use? - Selected Choice - Other", {"ImportId": "QID3_3"}),
    ("Q3_3_TEXT", "Which did you use? - Other - Text", {"ImportId": "QID3_3_TEXT"}),
    ("Q4_1", "How satisfied are you with … - The waiting time", {"ImportId": "QID4_1"}),
    ("Q4_2", "How satisfied are you with … - The advice", {"ImportId": "QID4_2"}),
    ("Q5_First Click", "Timing - First Click", {"ImportId": "QID5_FIRST_CLICK"}),
    ("Segment", "Segment", {"ImportId": "Segment"}),
]
BRANCH, APP = "Branch, the one in town", "App"


def qualtrics(rows: Sequence[dict[str, object]], *, delimiter: str = ",") -> str:
    """The three header rows, and rows given by column."""
    given = {
        "StartDate": "2026-05-02 09:58:00", "EndDate": "2026-05-02 10:01:30", "Status": "IP Address", "Progress": "100",
        "Finished": "True", "RecordedDate": "2026-05-02 10:01:31", "DistributionChannel": "anonymous", "UserLanguage": "EN",
    }  # fmt: skip
    names = [name for name, _words, _id in QUALTRICS_COLUMNS]
    head = [
        names,
        [words for _n, words, _id in QUALTRICS_COLUMNS],
        [json.dumps(i, separators=(",", ":")) for _n, _w, i in QUALTRICS_COLUMNS],
    ]
    return as_csv(
        [*head, *([{**given, **row}.get(name, "") for name in names] for row in rows)], delimiter=delimiter
    )


QUALTRICS_LABELS: list[dict[str, object]] = [
    {"ResponseId": "R_1", "RecipientEmail": "Ann@Example.com", "ExternalReference": "C-1", "RecipientFirstName": "Ann", "Q1": "10", "Q1_NPS_GROUP": "Promoter",
     "Q2": "Fast, friendly", "Q3_1": BRANCH, "Q3_2": APP, "Q4_1": "Very satisfied", "Q4_2": "Neither", "Segment": "Gold", "DistributionChannel": "email"},
    {"ResponseId": "R_2", "ExternalReference": "C-2", "Q1": "3", "Q3_3": "Other", "Q3_3_TEXT": "By post", "Q4_1": "Dissatisfied", "UserLanguage": "DE"},
    {"ResponseId": "R_3", "Q1": "8", "Finished": "False", "Progress": "40"},
    {"ResponseId": "R_4", "Q1": "9", "Status": "Survey Preview", "DistributionChannel": "preview"},
    {"ResponseId": "R_5", "Q1": "9", "Status": "Spam"},
    {"ResponseId": "R_6", "Finished": "False", "Progress": "3"},
    {"ResponseId": "R_7", "Q1": "11"},
]  # fmt: skip
