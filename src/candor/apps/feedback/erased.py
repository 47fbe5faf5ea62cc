"""What of erased customers is remembered, so that it does not come back when it is sent again: digests of what others call the things they
said, and nothing of what these were or whose."""

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import transaction

from candor.apps.customers.erased import Name
from candor.apps.customers.erased import erased_among as names_erased_among
from candor.apps.customers.errors import ErasedBefore
from candor.foundation.parts import in_parts

from .models import Erased

AT_ONCE = 500
Thing = TypeVar("Thing")


@transaction.atomic
def never_again(things: Iterable[tuple[str, str]]) -> None:
    """Remember things by source and key; call it in the transaction that erases them."""
    Erased.objects.bulk_create(
        (Erased(digest=_digest(*thing)) for thing in things), batch_size=AT_ONCE, ignore_conflicts=True
    )


def erased_among(source: str, keys: Iterable[str]) -> set[str]:
    """Which of the keys are of erased things."""
    digests = {_digest(source, key): key for key in keys}
    found: set[str] = set()
    for part in in_parts(list(digests), AT_ONCE):
        rows = Erased.objects.filter(digest__in=part)
        found |= {digests[digest] for digest in rows.values_list("digest", flat=True)}
    return found


def without_erased(
    source: str,
    things: Iterable[Thing],
    key_of: Callable[[Thing], str],
    names_of: Callable[[Thing], Iterable[Name]],
) -> list[Thing]:
    """The things that neither were erased nor bear a name of an erased customer."""
    given = [(key_of(thing), frozenset(names_of(thing)), thing) for thing in things]
    erased = erased_among(source, [key for key, _names, _thing in given])
    names = names_erased_among({name for _key, names, _thing in given for name in names if name[1]})
    return [thing for key, called, thing in given if key not in erased and not called & names]


def refuse_erased(source: str, key: str) -> None:
    """Turn away a thing that was erased.

    Raises:
        ErasedBefore: it was.
    """
    if erased_among(source, [key]):
        raise ErasedBefore(
            "It was here, and went when its customer was erased. It is not taken in again. Nothing was done."
        )


def _digest(source: str, key: str) -> str:
    return hashlib.sha256(f"{source}\0{key}".encode()).hexdigest()
