"""What the simulated lender does with its reviews: words to begin with, a reply that waits, an edit, an exclusion, a public page.

On three invented sites, so nothing is fetched or sent: approved replies are to be copied by hand.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import F

from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person, Unit
from candor.apps.reputation.choices import Reason
from candor.apps.reputation.models import ReplyTemplate, Review
from candor.apps.reputation.publishing import make_public_page, offer_place, switch_public_page
from candor.apps.reputation.replies import filled, save_template, submit, write
from candor.apps.reputation.services import NewReview, exclude, receive_reviews

WORDS: Final = {
    "Thank you": "Thank you, {author}. We have read your words to everybody at {place}; they made the day of more than one of us.",
    "Sorry": "{author}, this is not how it should be, and we are sorry. Please write to us at the address on your papers, so that the manager of "
    "{place} can look at it with you.",
}
"""Words to begin a reply with, by name."""


def tend_reviews() -> None:
    """Do all of it, once."""
    if ReplyTemplate.objects.exists():
        return
    lead = _first(Role.CX_LEAD)
    for name, text in WORDS.items():
        save_template(name=name, text=text, by=lead)
    _answer_some(lead)
    _follow_an_edit()
    _leave_one_out(lead)
    _show(lead, _first(Role.ADMINISTRATOR))


def _first(role: Role) -> Person:
    return Person.objects.filter(role_assignments__role=role, email__isnull=False).order_by(
        "pk"
    ).first() or Person.objects.earliest("pk")


def _answer_some(by: Person) -> None:
    """One reply waits for a second person, one is a draft."""
    open_ones = (
        Review.objects.waiting().select_related("feedback__unit", "connection").order_by("-written_at")
    )
    low, high = open_ones.filter(stars__lte=2).first(), open_ones.filter(stars__gte=4).first()
    for review, name in ((low, "Sorry"), (high, "Thank you")):
        if review is not None:
            reply = write(review=review, text=filled(ReplyTemplate.objects.get(name=name), review), by=by)
            if review is low:
                submit(reply=reply, by=by)


def _follow_an_edit() -> None:
    """An author changed their mind after our answer."""
    rows = Review.objects.exclude(replied_at=None).filter(stars__lte=2).exclude(feedback__comment="")
    review = rows.select_related("feedback").order_by("-written_at").first()
    if review is None:
        return
    told = review.feedback
    assert review.replied_at is not None
    edited = NewReview(
        key=told.key, site_name=told.channel, written_at=review.written_at, stars=3, author=review.author, language=told.language,
        comment=f"Update: somebody called me the next day. Before, I wrote: {told.comment}", reply_text=review.reply_text,
        replied_at=review.replied_at, changed_at=review.replied_at + timedelta(days=1),
    )  # fmt: skip
    receive_reviews(items=[edited], source=told.source)


def _leave_one_out(by: Person) -> None:
    """A review that tells a telephone number to everybody."""
    review = Review.objects.exclude(feedback__comment=F("feedback__comment_masked")).order_by("pk").first()
    if review is not None:
        exclude(
            review=review,
            reason=Reason.PERSONAL_DATA,
            note="It holds somebody’s telephone number or address.",
            by=by,
        )


def _show(lead: Person, administrator: Person) -> None:
    root = Unit.objects.get(parent=None)
    page = make_public_page(unit=root, by=administrator)
    switch_public_page(page=page, is_on=True, by=administrator)
    offer_place(name="MapStars, all of us", unit=root, url="https://mapstars.example/write/harbour", by=lead)
