"""Complaints that come in one at a time: by the public form, typed in for a customer, from feedback, from another system."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.customers.models import Customer
from candor.apps.customers.queries import records_known_as
from candor.apps.customers.services import NewCustomer, add_customers, customer_of_address
from candor.apps.events import own
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import announce_changed
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.attachments import NewFile
from candor.foundation.errors import Conflict
from candor.foundation.references import new_reference

from .choices import Entry, StepKind
from .clocks import STANDARD
from .files import keep_files
from .households import Who, complainant_of, mark_repeats
from .models import Complaint
from .news import tell_opened
from .rule_sets import RuleBook
from .services import NewComplaint, deadlines, receive_complaints
from .signals import complaint_raised
from .steps import note_step
from .topics import current_words

SOURCE = "register"


@transaction.atomic
def open_complaint(
    *, what: NewComplaint, by: Person | None, files: Sequence[NewFile] = (), at: datetime | None = None
) -> Complaint:
    """Take a complaint in, with its clocks by the rule set that fits, and give it a number unless it has a key.

    `what.who` becomes a customer unless one is named: found by e-mail, else by phone, else new. What is known of a customer stays as it
    is, since whoever writes to us may say any name.

    Raises:
        Conflict: its key is known.
    """
    at = at or timezone.now()
    key = what.key or new_reference(at)
    customer = what.customer_id or _customer_of(what.who, key, unit_id=what.unit_id)
    who = what.who or (_who_of(customer) if customer else None)
    item = replace(
        what, key=key, customer_id=customer, who=who, received_at=what.received_at or (at if _is_today(what, at) else None)
    )  # fmt: skip
    received = receive_complaints(items=[item], source=SOURCE, rules=RuleBook())
    if key not in received.new_ids:
        raise Conflict(_("There is a complaint of this number already."))
    complaint = Complaint.objects.select_related("feedback__unit").get(pk=received.new_ids[key])
    keep_files(complaint, files, by=by, at=at)
    _begin(complaint, by=by, at=at)
    return complaint


@transaction.atomic
def mark_as_complaint(
    *, feedback: Feedback, what: NewComplaint, by: Person, at: datetime | None = None
) -> Complaint:
    """Treat a piece of feedback as the complaint it is; its clocks run from when the customer said it.

    Raises:
        Conflict: it is one already.
    """
    at = at or timezone.now()
    Feedback.objects.select_for_update().get(pk=feedback.pk)
    if Complaint.objects.filter(pk=feedback.pk).exists():
        raise Conflict(_("This is a complaint already."))
    (item,) = current_words(
        [replace(what, received_at=feedback.received_at if feedback.knows_time else None)]
    )
    row = Complaint(
        feedback=feedback, product=item.product, issue=item.issue, severity=item.severity, jurisdiction=item.jurisdiction,
        received_on=item.received_on, entry=Entry.FEEDBACK, owner_id=item.owner_id,
        **deadlines(item=item, clock=STANDARD, rules=RuleBook()),
    )  # fmt: skip
    row.save(force_insert=True)
    if feedback.customer_id:
        complainant_of(_who_of(feedback.customer_id), complaint_id=row.pk).save(force_insert=True)
    mark_repeats(complaint_ids=[row.pk])
    announce_changed([row.pk])
    own.tell("complaint", [row.pk])
    row.refresh_from_db()
    _begin(row, by=by, at=at)
    complaint_raised.send(sender=Complaint, complaint_ids=[row.pk])
    return row


def _begin(complaint: Complaint, *, by: Person | None, at: datetime) -> None:
    words = [str(complaint.get_entry_display())]
    if complaint.rules is not None:
        words.append(_("runs by %(rules)s") % {"rules": complaint.rules})
    if complaint.repeat_of is not None:
        words.append(
            _("repeats %(reference)s: %(why)s")
            % {"reference": complaint.repeat_of.reference, "why": complaint.repeat_why}
        )
    note_step(complaint, StepKind.OPENED, "; ".join(words), by=by, at=at)
    tell_opened(complaint)
    record_audit(
        by=by, action="complaint.opened", target=Feedback(pk=complaint.pk), entry=complaint.entry, rules=str(complaint.rules or "")
    )  # fmt: skip


def _is_today(what: NewComplaint, at: datetime) -> bool:
    return what.received_on == timezone.localtime(at).date()


def _customer_of(who: Who | None, key: str, *, unit_id: int | None) -> int | None:
    if who is None or not who.is_anybody:
        return None
    if who.email:
        return customer_of_address(
            address=who.email, name=who.name, phone=who.phone, language=who.language, unit_id=unit_id
        )
    system, value = ("phone", who.phone) if who.phone else (SOURCE, key)
    known = records_known_as(system, [value])
    if value in known:
        return known[value]
    new = NewCustomer(
        identifiers=((system, value),), name=who.name, phone=who.phone, language=who.language, unit_id=unit_id
    )
    return add_customers(items=[new])[value]


def _who_of(customer_id: int) -> Who:
    customer = Customer.objects.get(pk=customer_id)
    return Who(name=customer.name, email=customer.email, phone=customer.phone, language=customer.language)
