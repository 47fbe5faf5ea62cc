"""Long files: one row an answer, the rows of one person bound by a submission id."""

from candor.apps.feedback.choices import AnswerKind
from candor.apps.imports.people import DONE_BY
from candor.intake import Field

_KINDS = {kind.value: kind.value for kind in AnswerKind} | {
    "rating": "rating", "categorical": "choice", "single_choice": "choice", "boolean": "yes_no", "open_text": "text",
    "net promoter score": "nps", "customer satisfaction": "csat", "customer effort": "ces",
}  # fmt: skip

FIELDS = (
    Field("key", "Submission", required=True, is_identifier=True, max_length=120, official=("submission_id",),
          synonyms=("response id", "ticket id", "answer id", "respondent id", "case id")),
    Field("received_at", "Answered", "instant", official=("collected_at",),
          synonyms=("answered at", "submitted at", "date", "timestamp", "created at")),
    Field("question", "Question", required=True, max_length=300, official=("field_id",),
          synonyms=("question", "question id", "field label", "label", "item")),
    Field("kind", "Kind of question", "choice", official=("field_type",), synonyms=("question type", "type"), values=_KINDS),
    Field("value", "Answer", required=True, may_be_empty=True, synonyms=("response", "score", "rating", "feedback", "answer value")),
    Field("weight", "Weight", "number", minimum=0.0),
    Field("customer", "Customer number", is_identifier=True, max_length=160,
          synonyms=("customer id", "user id", "email", "contact id")),
    Field("unit", "Unit", synonyms=("branch", "location", "store"), max_length=120),
    DONE_BY,
    Field("product", "Product", max_length=120),
    Field("channel", "Channel", max_length=40),
    Field("segment", "Segment", max_length=80),
    Field("language", "Language", official=("language",), synonyms=("lang", "locale"), max_length=12),
)  # fmt: skip
