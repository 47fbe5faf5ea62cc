"""Letters to customers: templates with merge fields, a preview, and what was sent exactly as it was sent.

A template is text with names in braces. Nothing in it is run: a name is replaced by its value, and a value is never looked at again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.feedback.models import Feedback
from candor.apps.organization.models import Person
from candor.apps.organization.queries import workspace
from candor.apps.organization.services import record_audit
from candor.foundation.attachments import PDF
from candor.foundation.errors import Conflict, InvalidInput, NotFound

from .choices import LetterKind, Preference, StepKind
from .faces import refer_due
from .models import Complainant, Complaint, Letter, LetterTemplate, LetterTemplateVersion
from .post import letter_as_pdf
from .services import acknowledge_complaint
from .steps import held, note_step
from .tasks import deliver_letter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIELDS: Final[dict[str, "StrOrPromise"]] = {
    "reference": lazy("The number of the complaint"),
    "name": lazy("The customer’s name, as they gave it"),
    "company": lazy("The name of the company"),
    "product": lazy("Product"),
    "issue": lazy("Issue"),
    "received": lazy("The day it was received"),
    "acknowledge_by": lazy("The last day to acknowledge it"),
    "decide_by": lazy("The last day to decide it"),
    "decided": lazy("The day it was decided"),
    "outcome": lazy("Upheld, partly upheld, not upheld"),
    "answer": lazy("What was decided, in words"),
    "redress": lazy("What the customer gets to put it right"),
    "ombudsman": lazy("The ombudsman of its rules"),
    "refer_by": lazy("The last day to go to the ombudsman"),
    "owner": lazy("Who works on it"),
    "today": lazy("The day the letter is made"),
}
_FIELD: Final = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it would be sent: its words, the address it goes to ("" for the post), and fields that are empty."""

    version: LetterTemplateVersion | None
    kind: LetterKind
    language: str
    subject: str
    body: str
    to: str
    empty: tuple[str, ...] = ()


@transaction.atomic
def define_template(
    *, name: str, kind: LetterKind, language: str, subject: str, body: str, by: Person | None, at: datetime | None = None
) -> LetterTemplate:  # fmt: skip
    """Add a template with its first version.

    Raises:
        Conflict: there is one of this name in this language.
        InvalidInput: it names a field that does not exist.
    """
    if LetterTemplate.objects.filter(name=name, language=language).exists():
        raise Conflict(_("There is a template of this name in this language already."))
    made = LetterTemplate.objects.create(name=name, kind=kind, language=language)
    _add_version(made, subject, body, by, at)
    record_audit(by=by, action="complaint_letter.template_defined", target=made, name=name, language=language)
    return made


@transaction.atomic
def change_template(
    *, template: LetterTemplate, subject: str, body: str, by: Person | None, at: datetime | None = None
) -> LetterTemplateVersion:
    """Add a version; letters that were sent keep their words.

    Raises:
        Conflict: it says what the newest says.
        InvalidInput: it names a field that does not exist.
    """
    LetterTemplate.objects.select_for_update().get(pk=template.pk)
    newest = template.versions.order_by("-number").first()
    if newest is not None and (newest.subject, newest.body) == (subject, body):
        raise Conflict(_("Nothing in it was changed."))
    version = _add_version(template, subject, body, by, at)
    record_audit(
        by=by, action="complaint_letter.template_changed", target=template, name=template.name, version=version.number
    )  # fmt: skip
    return version


@transaction.atomic
def set_template_active(*, template: LetterTemplate, is_active: bool, by: Person | None) -> LetterTemplate:
    """Offer it, or no longer."""
    template.is_active = is_active
    template.save(update_fields=["is_active"])
    verb = "template_started" if is_active else "template_stopped"
    record_audit(by=by, action=f"complaint_letter.{verb}", target=template, name=template.name)
    return template


def _add_version(
    template: LetterTemplate, subject: str, body: str, by: Person | None, at: datetime | None
) -> LetterTemplateVersion:
    unknown = unknown_fields(f"{subject} {body}")
    if unknown:
        raise InvalidInput(
            _("There is no field %(names)s. Known are: %(known)s.")
            % {"names": ", ".join(f"{{{one}}}" for one in unknown), "known": ", ".join(FIELDS)}
        )
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    return LetterTemplateVersion.objects.create(
        template=template, number=last + 1, subject=" ".join(subject.split()), body=body, made_at=at or timezone.now(), made_by=by
    )  # fmt: skip


def unknown_fields(text: str) -> list[str]:
    """Names in braces that are no merge field, in order."""
    return sorted(set(_FIELD.findall(text)) - FIELDS.keys())


def merged(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled; braces around anything else stay as they are."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def values_for(complaint: Complaint, *, language: str, today: datetime) -> dict[str, str]:
    """What the merge fields of a letter about this complaint become, days in the words of its language."""
    who: Complainant | None = getattr(complaint, "complainant", None)
    terms = complaint.rules.terms if complaint.rules else None
    refer = refer_due(complaint)
    with translation.override(language):
        day = {
            name: date_format(value, "DATE_FORMAT") if value else ""
            for name, value in {
                "received": complaint.received_on, "acknowledge_by": complaint.acknowledge_by, "decide_by": complaint.decide_by,
                "decided": complaint.decided_on, "refer_by": terms.last_day(refer) if terms and refer else None, "today": timezone.localtime(today).date(),
            }.items()
        }  # fmt: skip
        outcome = str(complaint.get_outcome_display()) if complaint.outcome else ""
    return day | {
        "reference": complaint.reference,
        "name": who.name if who else "",
        "company": workspace().name,
        "product": complaint.product,
        "issue": complaint.issue,
        "outcome": outcome,
        "answer": complaint.response,
        "redress": "; ".join(map(str, complaint.redresses.all())) or complaint.redress,
        "ombudsman": terms.ombudsman_name if terms else "",
        "owner": str(complaint.owner or ""),
    }


def template_for(complaint: Complaint, kind: LetterKind) -> LetterTemplateVersion | None:
    """The newest version of a template of the kind, in the customer's language where there is one, else in English, else any."""
    active = LetterTemplate.objects.filter(kind=kind, is_active=True)
    rows = list(active.order_by("pk"))
    for wanted in (language_of(complaint), "en", ""):
        for row in rows:
            if wanted in {"", row.language}:
                return row.versions.order_by("-number").first()
    return None


def next_kind(complaint: Complaint) -> LetterKind:
    """The letter that comes next: that it arrived, that it takes longer, or what was decided."""
    if not complaint.is_open:
        return LetterKind.DECISION
    return LetterKind.HOLDING if complaint.acknowledged_on else LetterKind.ACKNOWLEDGEMENT


def language_of(complaint: Complaint) -> str:
    """The language a customer is written to in: as they said, else the one they wrote in."""
    who = getattr(complaint, "complainant", None)
    return ((who.language if who else "") or complaint.feedback.language or "en").split("-")[0]


def draft(complaint: Complaint, version: LetterTemplateVersion, *, today: datetime | None = None) -> Draft:
    """The letter that a template gives for this complaint."""
    language = version.template.language
    values = values_for(complaint, language=language, today=today or timezone.now())
    used = dict.fromkeys(_FIELD.findall(f"{version.subject} {version.body}"))
    who = getattr(complaint, "complainant", None)
    by_mail = who is not None and who.email and who.preference != Preference.LETTER
    return Draft(
        version=version, kind=LetterKind(version.template.kind), language=language, subject=merged(version.subject, values)[:200],
        body=merged(version.body, values), to=who.email if who is not None and by_mail else "",
        empty=tuple(name for name in used if not values.get(name)),
    )  # fmt: skip


@transaction.atomic
def send_letter(*, complaint: Complaint, letter: Draft, by: Person, at: datetime | None = None) -> Letter:
    """Send a letter by mail, or print it where there is no address; it is kept as it leaves.

    An acknowledgement that is mailed stops its clock once it has left; one that is printed once it is posted.

    Raises:
        InvalidInput: it says nothing, or a field in braces is left.
    """
    at = at or timezone.now()
    complaint = held(complaint)
    if not letter.subject.strip() or not letter.body.strip():
        raise InvalidInput(_("A letter needs a subject and words."))
    left = [name for name in _FIELD.findall(f"{letter.subject} {letter.body}") if name in FIELDS]
    if left:
        raise InvalidInput(_("A field is not filled: %(names)s.") % {"names": ", ".join(left)})
    kept = Letter.objects.create(
        complaint=complaint, version=letter.version, kind=letter.kind, language=letter.language, subject=" ".join(letter.subject.split()),
        body=letter.body, to=letter.to, made_at=at, made_by=by,
        state=Letter.State.WAITING if letter.to else Letter.State.PRINTED,
    )  # fmt: skip
    if letter.to:
        deliver_letter.enqueue(kept.pk)
    else:
        kept.message = letter_as_pdf(kept, address=_address(complaint), sender=workspace().name)
        kept.save(update_fields=["message"])
    how = _("mailed to %(to)s") % {"to": letter.to} if letter.to else _("to be posted")
    note_step(complaint, StepKind.LETTER, f"{letter.kind.label}, {how}: {kept.subject}", by=by, at=at)
    record_audit(
        by=by, action="complaint.letter_made", target=Feedback(pk=complaint.pk), kind=letter.kind, mailed=bool(letter.to)
    )  # fmt: skip
    return kept


@transaction.atomic
def note_sent(*, letter: Letter, by: Person | None, at: datetime) -> Letter:
    """Note that a letter has left; an acknowledgement stops its clock."""
    letter.state, letter.sent_at, letter.problem = Letter.State.SENT, at, ""
    letter.save(update_fields=["state", "sent_at", "problem"])
    if letter.kind == LetterKind.ACKNOWLEDGEMENT and letter.complaint.acknowledged_on is None:
        on = timezone.localtime(at).date()
        acknowledge_complaint(complaint=letter.complaint, on=on, by=by or letter.made_by, at=at)
    return letter


@transaction.atomic
def note_posted(*, letter: Letter, by: Person, at: datetime | None = None) -> Letter:
    """Note that a printed letter was posted.

    Raises:
        Conflict: it was noted already, or it is no letter for the post.
    """
    if Letter.objects.select_for_update().get(pk=letter.pk).state != Letter.State.PRINTED:
        raise Conflict(_("This letter does not wait for the post."))
    record_audit(by=by, action="complaint.letter_posted", target=Feedback(pk=letter.complaint_id))
    return note_sent(letter=letter, by=by, at=at or timezone.now())


@transaction.atomic
def send_again(*, letter: Letter, by: Person) -> Letter:
    """Try a letter once more that could not be mailed.

    Raises:
        Conflict: it has left, or is on its way.
    """
    if Letter.objects.select_for_update().get(pk=letter.pk).state != Letter.State.FAILED:
        raise Conflict(_("This letter has left, or is on its way."))
    letter.state = Letter.State.WAITING
    letter.save(update_fields=["state"])
    deliver_letter.enqueue(letter.pk)
    record_audit(by=by, action="complaint.letter_sent_again", target=Feedback(pk=letter.complaint_id))
    return letter


def file_of(letter: Letter) -> tuple[str, str, bytes]:
    """Name, sort and content of the mail as it left, or of the PDF to print.

    Raises:
        NotFound: it has not left yet.
    """
    if letter.message is None:
        raise NotFound(_("This letter has not left yet."))
    kind, ending = ("message/rfc822", "eml") if letter.to else (PDF, "pdf")
    return f"{letter.complaint.reference}-{letter.kind}.{ending}", kind, bytes(letter.message)


def _address(complaint: Complaint) -> str:
    who = getattr(complaint, "complainant", None)
    return "\n".join(filter(None, (who.name, who.address, who.postcode))) if who else ""
