"""Numbers that people read to each other over the phone."""

import secrets
from datetime import datetime

_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another over the phone


def new_reference(at: datetime) -> str:
    """The year and eight signs by chance, so that nobody learns how many there are."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
    return f"{at:%y}-{signs[:4]}-{signs[4:]}"
