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

SURVEYMONKEY_HEAD = [
    ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name", "Last Name", "Custom Data 1",
     "How likely is it that you would recommend us?", "Which channels did you use?", "", "", "Please rate:", "", "Why?"],
    ["", "", "", "", "", "", "", "", "", "Response", "Branch", "App, on the phone", "Other (please specify)", "Waiting time", "Advice", "Open-Ended Response"],
]  # fmt: skip
SURVEYMONKEY_EXPANDED = as_csv(
    [
        *SURVEYMONKEY_HEAD,
        ["1001", "77", "05/13/2026 10:20:00 AM", "05/13/2026 10:22:33 AM", "1.2.3.4", "ann@example.com", "Ann", "Ash", "C-1", "Extremely likely - 10",
         "Branch", "App, on the phone", "", "4", "5", "Good advice"],
        ["1002", "77", "05/14/2026 01:00:00 PM", "05/14/2026 01:02:00 PM", "1.2.3.4", "", "", "", "", "6", "", "App, on the phone", "By post", "2", "", ""],
        ["1003", "77", "05/14/2026 02:00:00 PM", "05/14/2026 02:02:00 PM", "1.2.3.4", "", "", "", "", "", "", "", "", "", "", ""],
    ]
)  # fmt: skip
SURVEYMONKEY_CONDENSED = as_csv(
    [
        [
            "Respondent ID",
            "Collector ID",
            "Start Date",
            "End Date",
            "How satisfied are you?",
            "How likely to recommend?",
            "Anything else?",
        ],
        ["", "", "", "", "Response", "Response", "Open-Ended Response"],
        ["1", "9", "13/05/2026 10:00", "13/05/2026 10:01", "Very satisfied", "9", "No"],
        ["2", "9", "01/05/2026 10:00", "01/05/2026 10:01", "Dissatisfied", "2", ""],
    ]
)
DELIGHTED_JSON = json.dumps(
    [
        {"id": "1", "person": {"id": "42", "name": "Ann", "email": "ann@example.com"}, "survey_type": "nps", "score": 9, "comment": "Quick, thanks",
         "permalink": "https://example.com/r/1", "created_at": 1778668200, "updated_at": None, "person_properties": {"Segment": "Gold", "Locale": "en"},
         "notes": [], "tags": [], "additional_answers": [
            {"id": "4", "value": {"free_response": None, "scale": None, "select_one": None, "select_many": [{"id": "a", "text": "Speed, above all"}, {"id": "b", "text": "Staff"}]},
             "question": {"id": "enum_1", "type": "select_many", "text": "What did you like?"}},
            {"id": "5", "value": {"free_response": "More branches", "scale": None, "select_one": None, "select_many": None},
             "question": {"id": "text_1", "type": "free_response", "text": "What is missing?"}}]},
        {"id": "2", "person": "43", "survey_type": "nps", "score": 0, "comment": None, "created_at": 1778668300, "person_properties": None},
    ]
)  # fmt: skip
DELIGHTED_CSV = as_csv(
    [
        [
            "Response ID",
            "Survey type",
            "Score",
            "Comment",
            "Person ID",
            "Person Name",
            "Person Email",
            "Permalink",
            "Created at (UTC)",
            "Tags",
            "Segment",
        ],
        [
            "1",
            "ces",
            "5",
            "Easy",
            "42",
            "Ann",
            "ann@example.com",
            "https://example.com/r/1",
            "2026-05-13 10:00:00",
            "",
            "Gold",
        ],
        ["2", "ces", "6", "", "43", "", "", "https://example.com/r/2", "2026-05-13 11:00:00", "", ""],
    ]
)


def formbricks(**more: object) -> dict[str, object]:
    """One response, as the API lists it."""
    return {
        "id": "resp1", "surveyId": "survey1", "createdAt": "2026-05-13T10:00:00.000Z", "updatedAt": "2026-05-13T10:00:09.000Z", "finished": True,
        "language": "de", "contact": {"id": "c1", "userId": "C-1"}, "contactAttributes": {"email": "ann@example.com", "segment": "Gold"},
        "data": {"q_score": 9, "q_why": "Schnell, und der Berater nahm sich Zeit, bis alles geklärt war", "q_used": ["App", "Branch"]}, "variables": {}, "ttc": {"q_score": 1200}, "tags": [],
        "meta": {"url": "https://example.com"}, **more,
    }  # fmt: skip


FORMBRICKS_API = json.dumps(
    {
        "data": [
            formbricks(),
            formbricks(id="resp2", finished=False, contact=None, contactAttributes=None, data={"q_score": 3}),
        ]
    }
)
FORMBRICKS_WEBHOOK = "\n".join(
    json.dumps({"event": event, "webhookId": "w1", "data": formbricks(finished=event == "responseFinished", survey={"title": "After a visit", "type": "link"}, data=data)})
    for event, data in [("responseCreated", {"q_score": 9}), ("responseFinished", {"q_score": 9, "q_why": "Fast"})]
)  # fmt: skip
HUB_COLUMNS = ["id", "collected_at", "source_type", "source_id", "source_name", "field_id", "field_label", "field_type", "value_text", "value_number",
               "value_boolean", "value_date", "submission_id", "user_id", "tenant_id", "language"]  # fmt: skip
HUB_RECORDS: list[dict[str, object]] = [
    {"submission_id": "s1", "field_id": "nps", "field_type": "nps", "field_label": "Would you recommend us?", "value_number": 9},
    {"submission_id": "s2", "field_id": "nps", "field_type": "nps", "field_label": "Would you recommend us?", "value_number": 2},
    {"submission_id": "s1", "field_id": "why", "field_type": "text", "field_label": "Why?", "value_text": "Great support"},
    {"submission_id": "s1", "field_id": "again", "field_type": "boolean", "field_label": "Would you come again?", "value_boolean": True},
]  # fmt: skip
_HUB_SHARED = {
    "collected_at": "2026-05-13T10:00:00Z",
    "source_type": "survey",
    "source_id": "visit",
    "user_id": "ann@example.com",
    "tenant_id": "t",
    "language": "en",
}
HUB_JSON = json.dumps({"data": [_HUB_SHARED | record for record in HUB_RECORDS]})
HUB_CSV = as_csv(
    [HUB_COLUMNS, *([(_HUB_SHARED | record).get(name, "") for name in HUB_COLUMNS] for record in HUB_RECORDS)]
)
LIMESURVEY_CODES = as_csv(
    [
        ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr", "NPS", "USED[SQ001]", "USED[SQ002]", "USED[other]",
         "RATE[SQ001]", "RATE[SQ002]", "WHY"],
        ["1", "2026-05-13 10:02:00", "3", "de", "1", "2026-05-13 10:00:00", "2026-05-13 10:02:00", "1.2.3.4", "9", "Y", "", "", "4", "5", "Der Berater nahm sich Zeit"],
        ["2", "", "1", "en", "1", "2026-05-13 11:00:00", "2026-05-13 11:00:30", "1.2.3.4", "4", "", "Y", "By post", "", "", ""],
    ]
)  # fmt: skip
LIMESURVEY_FULL = as_csv(
    [
        ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "How likely are you to recommend us?", "What did you use? [Branch]", "What did you use? [App]",
         "How satisfied are you? [The wait]", "How satisfied are you? [The advice]"],
        ["1", "2026-05-13 10:02:00", "3", "en", "1", "9", "Yes", "No", "Very satisfied", "Satisfied"],
        ["2", "2026-05-13 11:02:00", "3", "en", "1", "5", "No", "Yes", "Dissatisfied", "N/A"],
    ],
    delimiter=";",
)  # fmt: skip
TYPEFORM_FIELDS = [
    {"id": "F1", "ref": "score", "type": "nps", "title": "How likely are you to recommend us?"},
    {
        "id": "F2",
        "ref": "used",
        "type": "multiple_choice",
        "title": "What did you use?",
        "allow_multiple_selections": True,
    },
    {"id": "F3", "ref": "why", "type": "long_text", "title": "Why?"},
    {"id": "F4", "ref": "mail", "type": "email", "title": "Your e-mail?"},
    {"id": "F5", "ref": "ease", "type": "opinion_scale", "title": "How easy was it?"},
]
TYPEFORM_ANSWERS: list[dict[str, object]] = [
    {"type": "number", "number": 9, "field": {"id": "F1", "ref": "score", "type": "nps"}},
    {
        "type": "choices",
        "choices": {"labels": ["App", "Branch, in town"]},
        "field": {"id": "F2", "ref": "used", "type": "multiple_choice"},
    },
    {"type": "text", "text": "Fast", "field": {"id": "F3", "ref": "why", "type": "long_text"}},
    {"type": "email", "email": "ann@example.com", "field": {"id": "F4", "ref": "mail", "type": "email"}},
    {"type": "number", "number": 7, "field": {"id": "F5", "ref": "ease", "type": "opinion_scale"}},
]
TYPEFORM_WEBHOOK = json.dumps(
    {"event_id": "e1", "event_type": "form_response", "form_response": {
        "form_id": "lT4Z3j", "token": "tok1", "landed_at": "2026-05-13T10:00:00Z", "submitted_at": "2026-05-13T10:02:00Z", "hidden": {"segment": "Gold"},
        "definition": {"id": "lT4Z3j", "title": "After a visit", "fields": TYPEFORM_FIELDS}, "answers": TYPEFORM_ANSWERS}}
)  # fmt: skip
TYPEFORM_API = json.dumps(
    {"total_items": 2, "page_count": 1, "items": [
        {"landing_id": "l1", "token": "tok1", "response_id": "tok1", "landed_at": "2026-05-13T10:00:00Z", "submitted_at": "2026-05-13T10:02:00Z",
         "metadata": {"platform": "other"}, "hidden": {"segment": "Gold"}, "answers": TYPEFORM_ANSWERS},
        {"landing_id": "l2", "token": "tok2", "landed_at": "2026-05-13T11:00:00Z", "submitted_at": "0001-01-01T00:00:00Z", "response_type": "partial",
         "answers": TYPEFORM_ANSWERS[:1]}]}
)  # fmt: skip
TYPEFORM_CSV = as_csv(
    [
        ["#", "How likely are you to recommend us?", "What did you use?", "Why?", "Segment", "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags"],
        ["tok1", "9", "App", "Fast, and friendly, and I was seen at once by somebody who knew", "Gold", "completed", "2026-05-13 10:00:00", "", "2026-05-13 10:02:00", "n1", ""],
        ["tok2", "3", "Branch", "", "", "partial", "2026-05-13 11:00:00", "", "", "n2", ""],
        ["tok3", "8", "App", "", "", "completed", "2026-05-13 12:00:00", "", "2026-05-13 12:01:00", "n2", ""],
    ]
)  # fmt: skip
SURVEYJS_ALONE = json.dumps(
    [
        {"id": "a", "completedAt": "2026-05-13T10:00:00Z", "nps": 9, "used": ["app", "branch"], "rate": {"wait": 4, "advice": 5}, "used-Comment": "By post", "locale": "de"},
        {"id": "b", "completedAt": "2026-05-13T11:00:00Z", "nps": 2, "again": True, "completed": False},
    ]
)  # fmt: skip
SURVEYJS_DEFINED = json.dumps(
    {
        "definition": {"title": "After a visit", "pages": [{"name": "p", "elements": [
            {"type": "rating", "name": "q1", "title": "How likely are you to recommend us?", "rateMin": 0, "rateMax": 10, "measure": "nps"},
            {"type": "rating", "name": "q2", "title": "How was the wait?", "rateMin": 0, "rateMax": 10},
            {"type": "checkbox", "name": "q3", "title": "What did you use?", "choices": [{"value": "a", "text": "The app"}, {"value": "b", "text": "A branch"}]},
            {"type": "comment", "name": "q4", "title": "Why?"}]}]},
        "results": [
            {"responseId": "a", "createdAt": "2026-05-13T10:00:00Z", "data": {"q1": 9, "q2": 10, "q3": ["a", "b"], "q4": "Fast"}},
            {"responseId": "b", "createdAt": "2026-05-13T11:00:00Z", "data": {"q1": 12}},
        ],
    }
)  # fmt: skip


HUB_LONG_CSV = """submission_id,collected_at,field_id,field_label,field_type,value,email,language
sub-001,2026-01-15T10:00:00Z,nps_score,Would you recommend us?,nps,9,Alice@Example.com,en
sub-001,2026-01-15T10:00:00Z,nps_comment,Why?,text,Great support,Alice@Example.com,en
"""
CHATWOOT_CSAT = (
    "Agent Name,Rating,Feedback Comment,Contact Name,Contact Email Address,Contact Phone Number,Link to the conversation,Recorded date\n\n"
    'Theo (theo@harbour.example),5,"Quick, and kind",Ann,ann@example.com,+4420,https://chat.example.com/app/accounts/1/conversations/7,2026-05-02 10:15:00 UTC\n\n'
    "Theo (theo@harbour.example),2,,Ann,ann@example.com,+4420,https://chat.example.com/app/accounts/1/conversations/7,2026-05-03 09:00:00 UTC\n\n"
    ",9,,,,,https://chat.example.com/app/accounts/1/conversations/8,2026-05-03 09:00:00 UTC\n\n"
    "Reporting period 2026-05-01T00:00:00+00:00 to 2026-05-31T23:59:59+00:00\n"
)  # as its download.csv.erb writes it: lines between the rows, and a last line of one cell
ZENDESK_RATING = {
    "url": "https://x.zendesk.com/api/v2/satisfaction_ratings/62.json", "id": 62, "assignee_id": 135, "group_id": 44, "requester_id": 7881,
    "ticket_id": 208, "score": "good", "updated_at": "2026-05-02T10:15:00Z", "created_at": "2026-05-01T09:00:00Z",
    "comment": "Awesome support!", "reason": "No reason provided", "reason_id": 0, "reason_code": 0,
}  # fmt: skip
ZENDESK_RATINGS = json.dumps(
    {
        "satisfaction_ratings": [
            ZENDESK_RATING,
            ZENDESK_RATING | {"id": 63, "score": "bad", "comment": None, "reason": "The issue took too long to resolve", "requester_id": 7882},
            ZENDESK_RATING | {"id": 64, "score": "offered", "comment": None},
        ],
        "next_page": None, "previous_page": None, "count": 3,
    }
)  # fmt: skip  # as the API's documentation shows them
