"""What erased customers were called, so that no file and no system brings them back: digests under the workspace's own key, from which nobody
reads a name. Who turns to us themselves is known again from then on."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.crypto import salted_hmac

from candor.foundation.parts import in_parts

from .errors import ErasedBefore
from .models import ErasedName

AT_ONCE = 500
Name = tuple[str, str]  # the system, and what it calls them


@transaction.atomic
def remember_erased(names: Iterable[Name]) -> None:
    """Remember names; call it in the transaction that erases who bore them."""
    rows = (ErasedName(digest=_digest(name)) for name in names)
    ErasedName.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)


def erased_among(names: Iterable[Name]) -> set[Name]:
    """Which of the names were those of erased customers."""
    digests = {_digest(name): name for name in names}
    found: set[Name] = set()
    for part in in_parts(list(digests), AT_ONCE):
        rows = ErasedName.objects.filter(digest__in=part)
        found |= {digests[digest] for digest in rows.values_list("digest", flat=True)}
    return found


def refuse_erased(names: Iterable[Name]) -> None:
    """Turn away a system that speaks of somebody who was erased.

    Raises:
        ErasedBefore: one of the names was theirs.
    """
    if erased_among(names):
        raise ErasedBefore(
            "This customer was erased, and no system brings them back. Nothing was done. Take them out of what you send."
        )


@transaction.atomic
def let_back(names: Iterable[Name]) -> int:
    """Forget that the names were erased, since who bears them turned to us again, or somebody says so; returns how many were."""
    digests = [_digest(name) for name in names]
    return sum(ErasedName.objects.filter(digest__in=part).delete()[0] for part in in_parts(digests, AT_ONCE))


def _digest(name: Name) -> str:
    return salted_hmac("candor.customers.erased", "\0".join(name), algorithm="sha256").hexdigest()
