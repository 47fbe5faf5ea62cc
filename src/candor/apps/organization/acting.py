"""Which key acts in the place of a person while a call is answered, for the audit log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .models import ApiKey

_acting: ContextVar[ApiKey | None] = ContextVar("acting", default=None)


@contextmanager
def acting_with(key: ApiKey) -> Iterator[None]:
    """Write into the audit log that the key did what is done in this block."""
    token = _acting.set(key)
    try:
        yield
    finally:
        _acting.reset(token)


def acting_key() -> ApiKey | None:
    """The key that acts now."""
    return _acting.get()
