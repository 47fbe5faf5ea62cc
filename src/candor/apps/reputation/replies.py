"""Writes of replies: draft, approval by a second person, sending through the site, and what to do where that can't be.

What is public stays public: personal data that has a shape is looked for before a reply goes out, and whoever sends it all the same says so.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.customers.models import Customer
from candor.apps.feedback.models import Feedback
from candor.apps.organization.models import Person
from candor.apps.organization.queries import workspace
from candor.apps.organization.services import record_audit
from candor.apps.webhooks.services import tell
from candor.foundation.errors import CannotUnseal, Conflict, InvalidInput
from candor.foundation.masking import mask

from .choices import ReplyState
from .connectors import CONNECTORS
from .errors import NotYoursToApprove, SiteRefused, SiteUnwell, SlowDown
from .fetching import access_of
from .models import Policy, Reply, ReplyTemplate, Review
from .queries import policy

State = ReplyState
MOST_TRIES = 6
FIRST_WAIT = 60  # seconds; each further try waits four times as long
LONGEST_BY_HAND = 4_000
OPEN = {State.DRAFT, State.WAITING, State.FAILED, State.BY_HAND}


def personal_data_in(text: str, review: Review) -> list[str]:
    """What in a text looks like personal data, as words: shapes that masking knows, and the name of the customer behind the review."""
    kinds = dict.fromkeys(found.kind for found in mask(text).found)
    found = [str(_WORDS.get(kind, kind)) for kind in kinds]
    if review.feedback.customer_id is not None:
        name = (
            Customer.objects.filter(pk=review.feedback.customer_id).values_list("name", flat=True).first()
            or ""
        )
        folded = text.casefold()
        if any(
            part.casefold() in folded
            for part in name.split()
            if len(part) > 2 and part not in review.author.split()
        ):
            found.append(_("the customer’s name"))
    return found


_WORDS = {
    "e-mail": lazy("an e-mail address"), "phone": lazy("a telephone number"), "card": lazy("a card number"),
    "iban": lazy("a bank account"), "ip": lazy("an internet address"), "ssn": lazy("a social security number"),
    "number": lazy("a long number"),
}  # fmt: skip


def filled(template: ReplyTemplate, review: Review) -> str:
    """The words of a template with its fields filled in; a field without a value leaves no gap behind."""
    told = review.feedback
    values = {
        "author": review.author.split(" ")[0],
        "place": str(told.unit or workspace().name),
        "stars": str(review.stars or ""),
        "company": workspace().name,
    }
    text = template.text
    for name, value in values.items():
        if not value:
            text = text.replace(f" {{{name}}}", "")
        text = text.replace(f"{{{name}}}", value)
    return text.strip()


@transaction.atomic
def write(*, review: Review, text: str, by: Person | None) -> Reply:
    """Write or change the draft; whatever was approved before has to be approved anew. Nobody wrote what another system sent.

    Raises:
        InvalidInput: there is nothing in it, or more than the site takes.
        Conflict: the review counts no more, or the reply is on its way.
    """
    text, most = text.strip(), longest(review)
    if not text or len(text) > most:
        raise InvalidInput(
            _("A reply has 1 to %(most)s characters; this one has %(n)s.") % {"most": most, "n": len(text)}
        )
    if review.removed_at is not None:
        raise Conflict(_("The review is gone at its site; there is nothing to answer."))
    reply = Reply.objects.select_for_update().filter(review=review).first()
    if reply is not None and reply.state == State.SENDING:
        raise Conflict(_("This reply is on its way. Change it once it is sent."))
    fields = {
        "text": text, "state": State.DRAFT, "written_by": by, "written_at": timezone.now(), "approved_by": None, "approved_at": None,
        "error": "", "tries": 0, "returned_because": "",
    }  # fmt: skip
    reply, _made = Reply.objects.update_or_create(review=review, defaults=fields)
    record_audit(by=by, action="reply.written", target=Feedback(pk=review.pk), characters=len(text))
    return reply


def longest(review: Review) -> int:
    """The most characters that the review's site takes."""
    return CONNECTORS[review.connection.site].longest_reply if review.connection else LONGEST_BY_HAND


@transaction.atomic
def submit(*, reply: Reply, by: Person | None, is_looked_at: bool = False) -> Reply:
    """Hand a draft on: to a second person where the policy asks for one, else on its way. What another system wrote always waits for a
    person.

    Raises:
        InvalidInput: it holds what looks like personal data, and nobody has said that it was looked at.
    """
    row = _locked(reply, State.DRAFT)
    _expect_no_personal_data(row, by, is_looked_at)
    row.state = State.WAITING
    row.save(update_fields=["state"])
    record_audit(by=by, action="reply.submitted", target=Feedback(pk=row.review_id))
    if by is not None and not policy().needs_second_person:
        return _let_go(row, by)
    _tell("review.reply_waiting", row)
    return row


@transaction.atomic
def approve(*, reply: Reply, by: Person, is_looked_at: bool = False) -> Reply:
    """Say yes to a reply that waits; it goes on its way, or waits to be copied where its site can't be written to.

    Raises:
        NotYoursToApprove: whoever wrote it can't approve it.
        InvalidInput: as for `submit`.
    """
    row = _locked(reply, State.WAITING)
    if policy().needs_second_person and row.written_by_id == by.pk:
        raise NotYoursToApprove(
            _("Whoever wrote a reply does not approve it: ask a colleague to look at it.")
        )
    _expect_no_personal_data(row, by, is_looked_at)
    return _let_go(row, by)


def _expect_no_personal_data(row: Reply, by: Person | None, is_looked_at: bool) -> None:
    found = personal_data_in(row.text, row.review)
    if found and not is_looked_at:
        raise InvalidInput(
            _(
                "A reply is public, and this one holds what looks like %(found)s. Take it out, or say that it is nobody’s private data."
            )
            % {"found": ", ".join(found)}
        )
    if found:
        record_audit(by=by, action="reply.looked_at", target=Feedback(pk=row.review_id), found=found)


def _let_go(row: Reply, by: Person) -> Reply:
    from . import tasks

    row.approved_by, row.approved_at = by, timezone.now()
    row.state = State.SENDING if row.review.connection_id else State.BY_HAND
    row.save(update_fields=["approved_by", "approved_at", "state"])
    record_audit(by=by, action="reply.approved", target=Feedback(pk=row.review_id))
    if row.state == State.SENDING:
        tasks.send_reply.enqueue(row.pk)
    return row


@transaction.atomic
def give_back(*, reply: Reply, why: str, by: Person) -> Reply:
    """Send a reply that waits back to its writer."""
    row = _locked(reply, State.WAITING)
    row.state, row.returned_because = State.DRAFT, why.strip()[:300]
    row.save(update_fields=["state", "returned_because"])
    record_audit(
        by=by, action="reply.given_back", target=Feedback(pk=row.review_id), why=row.returned_because
    )
    return row


@transaction.atomic
def try_again(*, reply: Reply, by: Person) -> Reply:
    """Have a reply that failed sent once more."""
    row = _locked(reply, State.FAILED)
    row.tries, row.error = 0, ""
    row.save(update_fields=["tries", "error"])
    return _let_go(row, by)


@transaction.atomic
def mark_posted(*, reply: Reply, by: Person) -> Reply:
    """Note that somebody has put the reply at the site by hand."""
    row = _locked(reply, State.BY_HAND)
    _note_sent(row)
    record_audit(by=by, action="reply.posted_by_hand", target=Feedback(pk=row.review_id))
    return row


def send(*, reply: Reply) -> int | None:
    """Send an approved reply through its site; seconds after which to try again, None when there is nothing more to do.

    The site is asked outside of any transaction. If the worker dies right after, the reply is sent once more: Google and Apple replace
    the first by the same words, Trustpilot answers that there is one already.
    """
    connection = reply.review.connection
    if reply.state != State.SENDING or connection is None:
        return None
    try:
        CONNECTORS[connection.site].reply(access_of(connection), reply.review.feedback.key, reply.text)
    except SlowDown as error:
        return error.seconds  # not a failure: the site's wish
    except SiteUnwell as error:
        return _failed(reply, error, is_passing=True)
    except (SiteRefused, CannotUnseal) as error:
        return _failed(reply, error, is_passing=False)
    _sent(reply)
    return None


@transaction.atomic
def _failed(reply: Reply, error: Exception, *, is_passing: bool) -> int | None:
    row = Reply.objects.select_for_update().get(pk=reply.pk)
    row.tries, row.error = row.tries + 1, str(error)
    is_over = not is_passing or row.tries >= MOST_TRIES
    if is_over:
        row.state = State.FAILED
        record_audit(by=None, action="reply.failed", target=Feedback(pk=row.review_id), error=row.error[:300])
        _tell("review.reply_failed", row)
    row.save(update_fields=["tries", "error", "state"])
    return None if is_over else FIRST_WAIT * 4 ** (row.tries - 1)


@transaction.atomic
def _sent(reply: Reply) -> None:
    row = _locked(reply, State.SENDING)
    _note_sent(row)
    record_audit(by=row.approved_by, action="reply.sent", target=Feedback(pk=row.review_id))


def _note_sent(row: Reply) -> None:
    now, review = timezone.now(), row.review
    row.state, row.sent_at, row.error = State.SENT, now, ""
    row.save(update_fields=["state", "sent_at", "error"])
    review.reply_text, review.replied_at = row.text, now
    review.save(update_fields=["reply_text", "replied_at"])
    _tell("review.replied", row)


def _tell(event: str, row: Reply) -> None:
    review, told = row.review, row.review.feedback
    data = {"review": review.pk, "site": told.source, "stars": review.stars, "unit": told.unit_id}
    tell(event=event, data=data, customer_id=told.customer_id)


def _locked(reply: Reply, *expected: ReplyState) -> Reply:
    rows = Reply.objects.select_for_update(of=("self",)).select_related(
        "review__feedback", "review__connection"
    )
    row = rows.get(pk=reply.pk)
    if row.state not in expected:
        raise Conflict(_("Somebody has handled this reply meanwhile; look at it again."))
    return row


@transaction.atomic
def save_template(*, name: str, text: str, by: Person) -> ReplyTemplate:
    """Add words to begin with, or change those of that name."""
    made, _new = ReplyTemplate.objects.update_or_create(
        name=name.strip()[:80], defaults={"text": text.strip()}
    )
    record_audit(by=by, action="reply_template.saved", target=made, name=made.name)
    return made


@transaction.atomic
def drop_template(*, template: ReplyTemplate, by: Person) -> None:
    """Take words to begin with away."""
    record_audit(by=by, action="reply_template.dropped", name=template.name)
    template.delete()


@transaction.atomic
def change_policy(*, needs_second_person: bool, by: Person) -> Policy:
    """Say whether replies need a second person."""
    row, _new = Policy.objects.update_or_create(pk=1, defaults={"needs_second_person": needs_second_person})
    record_audit(by=by, action="reply.policy_changed", target=row, needs_second_person=needs_second_person)
    return row
