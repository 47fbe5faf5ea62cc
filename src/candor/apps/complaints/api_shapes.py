"""What the JSON API takes and tells of complaints."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from candor.apps.customers.api import Name
from candor.apps.feedback.api_shapes import shown_unit
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.attachments import MOST_BYTES
from candor.foundation.masking import mask
from candor.foundation.shapes import Cursor, Day, Given, Instant, Limit, Number, Staff, Told

from .choices import StepKind
from .files import MOST_FILES
from .models import Complaint, Escalation, Letter, Pause, Redress, Step

LetterSort = Literal["acknowledgement", "holding", "decision"]
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_MASKED = "Masked without `personal:read`"
_UNTOLD = "Null without `personal:read`"


class FileGiven(Given):
    """A file that comes with a complaint: a PDF, a picture (PNG, JPEG) or plain text, as its first bytes say."""

    name: str = Field(min_length=1, max_length=200)
    content: str = Field(
        min_length=1,
        max_length=MOST_BYTES * 4 // 3 + 4,
        description="In base64; a whole request has at most 1 MB",
    )


class WhoGiven(Given):
    """Who complains, as they said; letters are addressed so."""

    name: str = Field("", max_length=160)
    email: str = Field("", max_length=254, pattern=rf"^$|{_EMAIL}")
    phone: str = Field("", max_length=40)
    address: str = Field("", max_length=400)
    postcode: str = Field("", max_length=20)
    language: str = Field("", max_length=12, description="Such as de or pt-BR")
    preference: Literal["email", "letter", "phone"] = "email"


class ComplaintGiven(Given):
    """A complaint that another system was told."""

    key: str = Field(
        min_length=1, max_length=100, description="Your id of it: sent again, it is taken in once"
    )
    comment: str = Field(min_length=1, max_length=50_000)
    received_at: Instant | None = Field(
        None, description="When it was made; now if left out. Clocks run from it"
    )
    product: str = Field("", max_length=120)
    issue: str = Field("", max_length=160)
    severity: Literal[1, 2, 3] | None = Field(None, description="1 low, 2 medium, 3 high")
    channel: str = Field("", max_length=40)
    jurisdiction: str = Field("", max_length=40)
    customer: Name | None = Field(
        None, description="Without one they are found by the e-mail or phone of `complainant`, else new"
    )
    complainant: WhoGiven | None = None
    unit: str | None = Field(None, max_length=60, description="The code of the unit it is about")
    touchpoint: str | None = Field(None, max_length=80)
    episode: str = Field("", max_length=120)
    files: list[FileGiven] = Field(default=[], max_length=MOST_FILES)


class ComplaintTaken(Told):
    """A complaint that was taken in, now or before; `id` is that of its feedback."""

    id: int
    key: str
    is_new: bool


class ComplaintShape(Told):
    """A complaint with its clocks. The comment is masked without the scope `personal:read`; vulnerability never leaves."""

    id: int
    key: str
    source: str
    customer: int | None
    unit: str | None
    product: str
    issue: str
    severity: int | None
    comment: str
    received_on: date
    is_open: bool
    acknowledge_due_at: datetime | None
    acknowledged_on: date | None
    decide_due_at: datetime | None
    decide_by: date | None
    decided_on: date | None
    is_paused: bool
    paused_until: datetime | None = Field(description="The decision clock runs again then at the latest")
    is_timely: bool | None
    outcome: str
    response: str
    root_cause: str
    redress: str
    repeats: int | None = Field(description="The complaint that this one repeats")


class StepShape(Told):
    """Something that happened to it."""

    at: datetime
    kind: str
    words: str = Field(description=_MASKED)
    by: str | None = Field(description=_UNTOLD)


class PauseShape(Told):
    """A stretch in which the decision clock stands still."""

    reason: str
    words: str = Field(description=_MASKED)
    started_at: datetime
    ends_at: datetime = Field(description="When it was ended, or ends at the latest")
    is_ended: bool


class RedressShape(Told):
    """Something the customer gets to put it right."""

    id: int
    kind: str
    amount: str | None = Field(description="Money, such as 40.00")
    currency: str
    words: str = Field(description=_MASKED)
    given_on: date


class EscalationShape(Told):
    """An appeal to us, or the ombudsman, with its own clock."""

    id: int
    complaint: int
    kind: str
    body: str
    reference: str
    words: str = Field(description=_MASKED)
    opened_at: datetime
    due_at: datetime
    ended_on: date | None
    outcome: str


class LetterShape(Told):
    """A letter as it was sent. Its words and address are null without `personal:read`."""

    id: int
    complaint: int
    kind: str
    language: str
    to: str | None = Field(description="The address it is mailed to; empty: printed for the post")
    subject: str | None
    body: str | None
    state: str = Field(description="waiting, sent, failed, or printed: to be posted")
    problem: str
    made_at: datetime
    sent_at: datetime | None


class FileNamed(Told):
    """A file that came with it."""

    id: int
    name: str | None = Field(description=_UNTOLD)
    content_type: str
    size: int


class FileTold(Told):
    """A file with its content."""

    name: str
    content_type: str
    size: int
    content: str = Field(description="In base64")


class WholeComplaint(ComplaintShape):
    """A complaint with what has happened to it, the oldest first."""

    complainant: WhoGiven | None = Field(description=_UNTOLD)
    owner: str | None = Field(description=_UNTOLD)
    steps: list[StepShape]
    pauses: list[PauseShape]
    redresses: list[RedressShape]
    escalations: list[EscalationShape]
    letters: list[LetterShape]
    files: list[FileNamed]


class TemplateShape(Told):
    """A template of letters, in its newest words, with fields in braces."""

    id: int
    name: str
    kind: str
    language: str
    version: int
    subject: str
    body: str


class DraftShape(Told):
    """A letter as its template gives it, to be read and sent; `empty` names the fields that nothing is known for."""

    template: int | None
    kind: str
    language: str
    to: str = Field(description="Empty: printed for the post")
    subject: str
    body: str
    empty: list[str]


class DoneBy(Given):
    """Who does it."""

    person: Staff


class NoteGiven(DoneBy):
    """A note on a complaint."""

    text: str = Field(min_length=1, max_length=4_000)


class HandedOver(DoneBy):
    """Whose it is from now on, and what they need to know."""

    to: str | None = Field(max_length=254, description="The e-mail address of who has it now; null: nobody")
    words: str = Field("", max_length=1_000)


class DetailsGiven(DoneBy):
    """What it is filed under, all of it said anew."""

    product: str = Field(max_length=120)
    issue: str = Field(max_length=160)
    severity: Literal[1, 2, 3] | None = Field(description="1 low, 2 medium, 3 high")


class PauseGiven(DoneBy):
    """Why the decision clock stands still, and until when."""

    reason: Literal["information", "consent", "wish"] = Field(
        description="We wait for information from the customer, for their consent, or they asked us to wait"
    )
    until: Day | None = Field(
        None, description="The last day; without one, and at most, as long as the rules allow in all"
    )
    words: str = Field("", max_length=300, description="What we wait for")


class ResumeGiven(DoneBy):
    """Why it runs again."""

    words: str = Field("", max_length=300)


class DecisionGiven(DoneBy):
    """A decision, with its root cause."""

    outcome: Literal["upheld", "partly", "rejected", "withdrawn"]
    response: str = Field(
        min_length=1, max_length=120, description="What the customer is told, in a few words"
    )
    root_cause: str = Field(min_length=1, max_length=160)
    redress: str = Field("", max_length=160)


class ReopenGiven(DoneBy):
    """Why a decision is taken back."""

    why: str = Field(min_length=1, max_length=1_000)


class RedressGiven(DoneBy):
    """What the customer gets: money with its currency, or words."""

    kind: Literal["money", "refund", "goodwill", "interest", "correction", "apology", "other"]
    amount: str | None = Field(None, pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$", description="Such as 40.00")
    currency: str = Field("", pattern=r"^$|^[A-Z]{3}$", description="Such as GBP")
    words: str = Field("", max_length=200)
    given_on: Day | None = Field(None, description="Today if left out")


class EscalationGiven(DoneBy):
    """How the customer goes further."""

    kind: Literal["appeal", "ombudsman"]
    body: str = Field("", max_length=120, description="Which ombudsman; that of its rules if left out")
    reference: str = Field("", max_length=60, description="The number there")
    words: str = Field("", max_length=2_000, description="What they say")


class EscalationEnded(DoneBy):
    """How it ended; where the decision was changed, `new_outcome` is what stands now."""

    outcome: Literal["stands", "changed", "withdrawn"]
    new_outcome: Literal["upheld", "partly", "rejected", "withdrawn"] | None = None
    words: str = Field("", max_length=2_000)


class LetterGiven(DoneBy):
    """A letter as it goes."""

    kind: LetterSort
    to: str | None = Field(
        max_length=254, pattern=_EMAIL, description="The address it is mailed to; null: a PDF for the post"
    )
    subject: str = Field(min_length=1, max_length=200)
    body: str = Field(min_length=1, max_length=20_000)
    language: str = Field("", max_length=12, description="The customer's if left out")
    template: Number | None = Field(None, description="The `template` of the draft it was made from")


class ComplaintSpan(Given):
    """What a list of complaints is narrowed to."""

    model_config = {"extra": "forbid", "strict": False}

    is_open: bool | None = None
    product: str | None = Field(None, max_length=120)
    issue: str | None = Field(None, max_length=160)
    cursor: Cursor = ""
    limit: Limit = 50


class TemplateSpan(Given):
    """A page of the templates."""

    model_config = {"extra": "forbid", "strict": False}

    cursor: Cursor = ""
    limit: Limit = 50


class DraftSpan(Given):
    """Which letter: that of a template, or of a kind; what comes next if neither is named."""

    model_config = {"extra": "forbid", "strict": False}

    kind: LetterSort | None = None
    template: Number | None = Field(None, description="The id of a template")


_PLAIN = (
    "product", "issue", "severity", "received_on", "is_open", "acknowledge_due_at", "acknowledged_on", "decide_due_at", "decide_by",
    "decided_on", "paused_until", "is_timely", "outcome", "response", "root_cause", "redress",
)  # fmt: skip
_WHO = ("name", "email", "phone", "address", "postcode", "language", "preference")


def complaint_shape(row: Complaint, viewer: Viewer) -> ComplaintShape:
    """A complaint as a list tells it."""
    return ComplaintShape(**_told(row, viewer))


def whole_complaint(row: Complaint, viewer: Viewer) -> WholeComplaint:
    """A complaint with everything that hangs on it."""
    is_open = _is_open(row, viewer)
    who = getattr(row, "complainant", None) if is_open else None
    files = row.attachments.defer("content")
    return WholeComplaint(
        **_told(row, viewer),
        complainant=WhoGiven(**{name: getattr(who, name) for name in _WHO}) if who else None,
        owner=str(row.owner) if is_open and row.owner else None,
        steps=[_step(one, is_open) for one in row.steps.exclude(kind=StepKind.VULNERABILITY).select_related("by")],
        pauses=[_pause(one, is_open) for one in row.pauses.all()],
        redresses=[redress_shape(one, viewer) for one in row.redresses.all()],
        escalations=[escalation_shape(one, viewer) for one in row.escalations.all()],
        letters=[letter_shape(one, viewer) for one in row.letters.defer("message")],
        files=[
            FileNamed(id=one.pk, name=one.name if is_open else None, content_type=one.content_type, size=one.size) for one in files
        ],
    )  # fmt: skip


def redress_shape(row: Redress, viewer: Viewer) -> RedressShape:
    """What a customer gets."""
    amount = None if row.amount is None else f"{row.amount:.2f}"
    words = _words(row.words, _is_open(row.complaint, viewer))
    return RedressShape(
        id=row.pk, kind=row.kind, amount=amount, currency=row.currency, words=words, given_on=row.given_on
    )


def escalation_shape(row: Escalation, viewer: Viewer) -> EscalationShape:
    """An appeal, or the ombudsman's step."""
    names = ("kind", "body", "reference", "opened_at", "due_at", "ended_on", "outcome")
    words = _words(row.words, _is_open(row.complaint, viewer))
    plain = {name: getattr(row, name) for name in names}
    return EscalationShape(id=row.pk, complaint=row.complaint_id, words=words, **plain)


def letter_shape(row: Letter, viewer: Viewer) -> LetterShape:
    """A letter; what it says is the customer's."""
    is_open = _is_open(row.complaint, viewer)
    plain = {
        name: getattr(row, name) for name in ("kind", "language", "state", "problem", "made_at", "sent_at")
    }
    said: dict[str, Any] = {
        name: getattr(row, name) if is_open else None for name in ("to", "subject", "body")
    }
    return LetterShape(id=row.pk, complaint=row.complaint_id, **plain, **said)


def _told(row: Complaint, viewer: Viewer) -> dict[str, Any]:
    said = row.feedback
    return {
        "id": row.pk,
        "key": said.key,
        "source": said.source,
        "customer": said.customer_id,
        "unit": shown_unit(said.unit, viewer),
        "comment": said.comment if _is_open(row, viewer) else said.comment_masked,
        "is_paused": row.paused_until is not None,
        "repeats": row.repeat_of_id,
        **{name: getattr(row, name) for name in _PLAIN},
    }


def _step(row: Step, is_open: bool) -> StepShape:
    by = str(row.by) if is_open and row.by else None
    return StepShape(at=row.at, kind=row.kind, words=_words(row.words, is_open), by=by)


def _pause(row: Pause, is_open: bool) -> PauseShape:
    plain = {name: getattr(row, name) for name in ("reason", "started_at", "ends_at", "is_ended")}
    return PauseShape(words=_words(row.words, is_open), **plain)


def _words(text: str, is_open: bool) -> str:
    return text if is_open else mask(text).text


def _is_open(row: Complaint, viewer: Viewer) -> bool:
    return viewer.holds(Permission.READ_PERSONAL_DATA, row.feedback.unit)
