"""Who complained, and whether the same person or the same household has complained about the same thing before."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from candor.apps.customers.models import Customer
from candor.apps.organization.access import Viewer

from .choices import Preference
from .models import Complainant, Complaint

WINDOW = timedelta(days=365)  # a complaint about the same thing longer ago is another one
AT_ONCE = 500
LEAST_DIGITS, COMPARED_DIGITS = (
    8,
    9,
)  # of a phone number: the end is the same with and without a country's code


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody who complains, as they say."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    language: str = ""
    preference: Preference = Preference.EMAIL

    @property
    def is_anybody(self) -> bool:
        """Whether they said anything of themselves."""
        return bool(self.name or self.email or self.phone or self.address)


@dataclass(frozen=True, slots=True)
class Again:
    """An earlier complaint about the same thing, and why it counts as the same person or household."""

    complaint: Complaint
    why: str
    is_by_household: bool = False


def complainant_of(who: Who, *, complaint_id: int) -> Complainant:
    """The row of somebody who complains, not yet stored."""
    return Complainant(
        complaint_id=complaint_id, name=who.name, email=who.email, phone=who.phone, address=who.address,
        postcode=who.postcode, language=who.language, preference=who.preference, **keys_of(who),
    )  # fmt: skip


def keys_of(who: Who) -> dict[str, str]:
    """What a household is known by; "" where too little was said to tell.

    A phone number by its last nine digits, an address with its postcode and a surname with its postcode by digests.
    """
    digits = re.sub(r"\D", "", who.phone)
    address, postcode = _plain(who.address), _plain(who.postcode)
    surname = _plain(
        who.name.split(",")[0] if "," in who.name else who.name.split()[-1] if who.name.split() else ""
    )
    return {
        "phone_key": digits[-COMPARED_DIGITS:] if len(digits) >= LEAST_DIGITS else "",
        "address_key": _digest(address, postcode) if address and postcode else "",
        "name_key": _digest(surname, postcode) if surname and postcode else "",
    }


def mark_repeats(*, complaint_ids: Sequence[int]) -> None:
    """Note for new complaints which earlier one they repeat; those without a person and a household repeat nothing."""
    for start in range(0, len(complaint_ids), AT_ONCE):
        _mark(complaint_ids[start : start + AT_ONCE])


def _mark(complaint_ids: Sequence[int]) -> None:
    rows = Complaint.objects.filter(pk__in=complaint_ids).exclude(issue="")
    known = Q(feedback__customer__isnull=False) | Q(complainant__isnull=False)
    fresh = list(rows.filter(known).select_related("feedback", "complainant"))
    changed = []
    for row, found in _earlier(fresh):
        row.repeat_of, row.repeat_why = found[0].complaint, found[0].why
        changed.append(row)
    Complaint.objects.bulk_update(changed, ["repeat_of", "repeat_why"], batch_size=500)


def repeats_of(complaint: Complaint, *, most: int = 20) -> list[Again]:
    """Earlier complaints of the same person or household about the same thing within a year, the latest first."""
    return next((found[:most] for _row, found in _earlier([complaint])), [])


def strangers_of(complaint: Complaint, viewer: Viewer) -> list[Complaint]:
    """Complaints that somebody said are of another household, as far as the viewer may read them."""
    rows = Complaint.objects.visible_to(viewer).filter(pk__in=complaint.strangers)
    return list(rows.select_related("feedback").order_by("-received_on", "-pk"))


def _earlier(rows: Sequence[Complaint]) -> Iterable[tuple[Complaint, list[Again]]]:
    """For each complaint that repeats one, those before it, the latest first."""
    people = _records_of_people({row.feedback.customer_id for row in rows if row.feedback.customer_id})
    keys = {name: {_key(row, name) for row in rows} - {""} for name in _KEYS}
    same = Q(feedback__customer_id__in=list(people))
    for name, values in keys.items():
        if values:
            same |= Q(**{f"complainant__{name}__in": values})
    if not people and not any(keys.values()):
        return
    issues = {row.issue for row in rows}
    others = Complaint.objects.filter(same, issue__in=issues).select_related("feedback", "complainant")
    found = list(others.order_by("-received_on", "-pk"))
    for row in rows:
        again = [
            Again(
                one,
                why,
                _person_of(one, people) is None or _person_of(one, people) != _person_of(row, people),
            )
            for one in found
            if _is_before(one, row) and (why := _why(one, row, people))
        ]
        if again:
            yield row, again


_KEYS = ("phone_key", "address_key", "name_key")


def _records_of_people(customer_ids: set[int]) -> dict[int, int]:
    """Every record of these people, merged ones included, with the one that is kept."""
    if not customer_ids:
        return {}
    kept = set(Customer.objects.filter(pk__in=customer_ids).values_list("merged_into_id", flat=True)) - {None}
    wanted = Q(pk__in=customer_ids | kept) | Q(merged_into_id__in=customer_ids | kept)
    rows = Customer.objects.filter(wanted).values_list("pk", "merged_into_id")
    return {pk: merged or pk for pk, merged in rows}


def _is_before(one: Complaint, row: Complaint) -> bool:
    if one.pk == row.pk or (one.product, one.issue) != (row.product, row.issue):
        return False
    is_earlier = (one.received_on, one.pk) < (row.received_on, row.pk)
    return is_earlier and row.received_on - one.received_on <= WINDOW


def _why(one: Complaint, row: Complaint, people: dict[int, int]) -> str:
    """Why the two are of one person or household; "" if nothing says so."""
    mine, theirs = (_person_of(c, people) for c in (row, one))
    words = {
        "phone_key": _("same phone number"),
        "address_key": _("same address"),
        "name_key": _("same surname and postcode"),
    }
    if mine is not None and mine == theirs:
        return _("same customer")
    if one.pk in row.strangers:
        return ""
    return next((words[name] for name in _KEYS if _key(row, name) and _key(row, name) == _key(one, name)), "")


def _person_of(row: Complaint, people: dict[int, int]) -> int | None:
    return people.get(row.feedback.customer_id or 0)


def _key(row: Complaint, name: str) -> str:
    who = getattr(row, "complainant", None)
    return getattr(who, name) if who else ""


def _plain(text: str) -> str:
    """Letters and digits only, without case and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in bare if sign.isalnum())


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
