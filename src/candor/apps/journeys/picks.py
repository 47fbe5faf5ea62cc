"""What a journey's page is narrowed to: unit and period as everywhere, and the journey's own segment and channel."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from candor.apps.customers.models import Segment
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope, scope_of
from candor.foundation.addresses import record_id
from candor.foundation.errors import InvalidInput, NotFound
from candor.foundation.periods import parse_period

from .models import Journey, Touchpoint

KEPT, LEAST_KEPT = 80, 40  # per cent of all steps that the graph of real paths shows at first, and at least
LONGEST = 80  # letters of a channel's name


@dataclass(frozen=True, slots=True)
class Pick:
    """The episodes that a page shows."""

    journey: Journey
    scope: Scope
    channel: str = ""
    segment: Segment | None = None
    is_beside_design: bool = False  # counts every activity, touchpoint or not

    @property
    def words(self) -> str:
        """The pick as a short label: "Quay, segment Families, last 90 days"."""
        parts = [
            self.scope.unit.name if self.scope.unit else "",
            str(self.segment or ""),
            self.channel,
            _(self.scope.period.label),
        ]
        return ", ".join(part for part in parts if part)

    @property
    def query(self) -> str:
        """The URL query that shows the same pick on another page of the journey."""
        further = {"channel": self.channel, "segment": self.segment.pk if self.segment else ""}
        return "&".join(filter(None, [self.scope.query, urlencode({k: v for k, v in further.items() if v})]))

    @property
    def is_all_time(self) -> bool:
        """Whether every episode there is counts; the period called "all" is only as long as there is feedback."""
        return self.scope.period.key == "all"

    def is_withheld(self, permission: Permission = Permission.READ_SCORES) -> bool:
        """Whether the numbers would be about the work of one person; those who may read its feedback still read that."""
        return permission == Permission.READ_SCORES and self.scope.is_about_one_person(permission)

    def for_all_time(self) -> "Pick":
        """The same without a period."""
        scope, first = self.scope, workspace().first_feedback_on
        return replace(self, scope=replace(scope, period=parse_period("all", as_of=scope.as_of, first=first)))

    def without_design(self) -> "Pick":
        """The same for every activity of the log, whatever the design makes of it."""
        return replace(self, is_beside_design=True)

    def question(self, permission: Permission = Permission.READ_SCORES) -> dict[str, Any]:
        """What is asked of the event log, as JSON: the same question has the same answer until the log changes."""
        period = self.scope.period
        units = [] if self.is_withheld(permission) else self.scope.unit_ids(permission)
        points = Touchpoint.objects.filter(stage__journey=self.journey).order_by(
            "stage__position", "position", "pk"
        )
        promised = {
            point.activity: [point.promised_from, point.promised_hours]
            for point in points
            if point.activity and point.promised_hours and not self.is_beside_design
        }
        return {
            "journey": self.journey.key,
            "since": None if self.is_all_time else period.since.isoformat(),
            "until": None if self.is_all_time else (period.until + timedelta(days=1)).isoformat(),
            "units": None if units is None else sorted(units),
            "channel": self.channel,
            "segment": self.segment.pk if self.segment else None,
            "touchpoints": [] if self.is_beside_design else _in_order(points),
            "promised": dict(sorted(promised.items())),
        }


def _in_order(points: Iterable[Touchpoint]) -> list[str]:
    """The activities of touchpoints, each once."""
    return list(dict.fromkeys(point.activity for point in points if point.activity))


def pick_of(request: HttpRequest, viewer: Viewer, journey: Journey, *, side: str = "") -> Pick:
    """The pick that a URL asks for; `side` "b" reads the keys of the second of two picks: b_unit, b_period, …

    Raises:
        NotFound: the unit or the segment does not exist, or is not the viewer's to see.
        InvalidInput: the period is not one.
    """
    prefix = f"{side}_" if side else ""
    asked = {
        key: request.GET.get(prefix + key, "").strip() for key in ("unit", "period", "channel", "segment")
    }
    if side and not asked["period"]:
        asked["period"] = request.GET.get("period", "")
    other = HttpRequest()
    other.GET = QueryDict(urlencode({key: value for key, value in asked.items() if value}))
    segment = _segment(asked["segment"]) if asked["segment"] else None
    return Pick(journey, scope_of(other, viewer), asked["channel"][:LONGEST], segment)


def _segment(text: str) -> Segment:
    found = Segment.objects.filter(pk=record_id(text) or 0).first()
    if found is None:
        raise NotFound(_("That segment does not exist."))
    return found


def kept_of(request: HttpRequest) -> int:
    """The share of steps that the graph keeps, in per cent."""
    text = request.GET.get("kept", str(KEPT))
    if not (text.isdecimal() and LEAST_KEPT <= int(text) <= 100):
        raise InvalidInput(f"“{text[:20]}” is no share of the steps; expected {LEAST_KEPT} to 100.")
    return int(text)
