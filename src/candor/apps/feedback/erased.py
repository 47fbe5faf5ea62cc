"""What of erased customers is remembered, so that it does not come back when it is sent again: digests of what others call the things they
said, and nothing of what these were or whose."""

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import transaction

from candor.foundation.parts import in_parts

from .errors import ErasedBefore
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


def without_erased(source: str, things: Iterable[Thing], key_of: Callable[[Thing], str]) -> list[Thing]:
    """The things that were not erased."""
    by_key = [(key_of(thing), thing) for thing in things]
    erased = erased_among(source, [key for key, _thing in by_key])
    return [thing for key, thing in by_key if key not in erased]


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
