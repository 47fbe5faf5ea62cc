"""Writes of what is for everybody: public pages, and places where customers are asked for reviews."""

import secrets
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candor.apps.organization.choices import UnitKind
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict, NotAllowed

from .errors import GatingRefused
from .models import PublicPage, ReviewPlace

WHY_NO_GATING = gettext_lazy(
    "Reviews are asked of every eligible customer, or of a share drawn by chance. To ask only those who are happy, or to send the unhappy elsewhere, "
    "is review gating: it makes a star say what is not true, the FTC’s rule on reviews (16 CFR 465) and the policy of Google forbid it, and Candor has no way to do it."
)


@transaction.atomic
def make_public_page(*, unit: Unit | None = None, person: Person | None = None, by: Person) -> PublicPage:
    """Make a page for a unit, or for a person; it is off until somebody switches it on, and a person's until they agree."""
    if unit is not None and unit.kind == UnitKind.PERSON:
        unit, person = None, Person.objects.get(place=unit)
    known = PublicPage.objects.filter(unit=unit, person=person).first()
    if known is not None:
        return known
    made = PublicPage.objects.create(unit=unit, person=person, token=secrets.token_urlsafe(12))
    record_audit(by=by, action="public_page.made", target=made, about=str(made))
    return made


@transaction.atomic
def switch_public_page(*, page: PublicPage, is_on: bool, by: Person) -> PublicPage:
    """Show a page to everybody, or no longer.

    Raises:
        NotAllowed: it is about a person who has not agreed.
    """
    row = PublicPage.objects.select_for_update().get(pk=page.pk)
    if is_on and row.person_id is not None and row.agreed_at is None:
        raise NotAllowed(_("A page about a person is shown only once that person has agreed, by themselves."))
    row.is_on = is_on
    row.save(update_fields=["is_on"])
    record_audit(by=by, action="public_page.switched", target=row, about=str(row), on=is_on)
    return row


@transaction.atomic
def agree(*, person: Person, does_agree: bool) -> PublicPage:
    """Say yes to a public page about oneself, or take it back, which switches the page off at once. Nobody else can."""
    page = make_public_page(person=person, by=person)
    row = PublicPage.objects.select_for_update().get(pk=page.pk)
    row.agreed_at = timezone.now() if does_agree else None
    row.is_on = row.is_on and does_agree
    row.save(update_fields=["agreed_at", "is_on"])
    record_audit(by=person, action="public_page.agreed" if does_agree else "public_page.withdrew", target=row)
    return row


@transaction.atomic
def offer_place(
    *, name: str, unit: Unit | None, url: str, by: Person, only: Mapping[str, str] | None = None
) -> ReviewPlace:
    """Let plans of asking ask for reviews there; whom they ask is theirs, and never goes by how happy anybody is.

    Raises:
        GatingRefused: customers were to be picked; `only` is there to be refused with the reason.
    """
    if only:
        raise GatingRefused(str(WHY_NO_GATING))
    made = ReviewPlace.objects.create(name=name, unit=unit, url=url)
    record_audit(by=by, action="review_place.offered", target=made, name=name, url=url)
    return made


@transaction.atomic
def close_place(*, place: ReviewPlace, by: Person) -> None:
    """Ask for reviews there no longer."""
    if not place.is_open:
        raise Conflict(_("It is closed already."))
    place.is_open = False
    place.save(update_fields=["is_open"])
    record_audit(by=by, action="review_place.closed", target=place, name=place.name)
