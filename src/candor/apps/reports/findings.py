"""A finding: a sentence with its number, interval and n, and the way to its evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from django.urls import reverse

from candor.analytics import Comparison, Estimate
from candor.apps.organization.scope import Scope

Kind = Literal["changed", "attention", "next"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to say to one viewer.

    `claim` says what is so and `detail` how sure that is; both are in the viewer's language. The more `importance`,
    the earlier in its list; it orders and nothing else.
    """

    kind: Kind
    claim: str
    detail: str
    url: str
    evidence_label: str
    importance: float
    icon: str
    estimate: Estimate | None = None
    comparison: Comparison | None = None
    subject: str = ""  # what it is about, in a word or two: the measure, the theme, the issue
    measure_key: str = ""
    unit_id: int | None = None  # when it is about one unit of the scope
    unit_name: str = ""
    n_units: int = 0  # units that were compared on the same measure, told or not
    is_good: bool = False
    question: str = ""  # that a team can answer about it

    @property
    def sentence(self) -> str:
        """The whole of it."""
        return f"{self.claim} {self.detail}".strip()


def in_order(findings: Iterable[Finding], *, most: int) -> tuple[Finding, ...]:
    """The most important ones; ties by the alphabet."""
    return tuple(sorted(findings, key=lambda found: (-found.importance, found.claim, found.url))[:most])


def address(scope: Scope, name: str, *args: object, **query: object) -> str:
    """A page with the scope of the finding and further keys in its query."""
    held = {"unit": scope.unit.pk} if scope.unit else {}
    asked = held | {"period": scope.period.key} | query
    return f"{reverse(name, args=args)}?{urlencode({key: value for key, value in asked.items() if value is not None})}"
