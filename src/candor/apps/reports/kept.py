"""What the home page tells, kept until the numbers behind it change."""

from collections.abc import Callable
from typing import Any

from candor.apps.organization.kept import Kept, keep, look_up
from candor.apps.organization.scope import Scope
from candor.foundation.storage import warehouse


def found(part: str, scope: Scope, make: Callable[[Scope], Any], *, may_be_old: bool) -> Kept:
    """What `make` finds for the scope: kept where the numbers are the same, else made anew. With `may_be_old` what is kept is given
    although numbers have changed since; its `state` is then not the present one."""
    state = present_state()
    known = look_up(f"reports:{part}", scope, is_current=lambda one: one.state == state)
    if known is None or (known.state != state and not may_be_old):
        return keep(f"reports:{part}", scope, make(scope), state=state)
    return known


def present_state() -> tuple[str, int]:
    """Changes whenever the warehouse's answers do."""
    answers = warehouse().answers
    return str(answers.folder), answers.snapshot().version
