"""What the page and the export of a pulse show: the results that were worked out when it closed, and never anything else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from candor.analytics import Estimate
from candor.apps.organization.models import Unit
from candor.foundation.wording import number
from candor.intake import csv_lines

from .choices import PulseState
from .models import Pulse
from .results import SCALES, Shown, comments_of, read


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit with its two scores, both None where they stay hidden."""

    unit: Unit
    enps: Shown | None
    engagement: Shown | None

    @property
    def enps_estimate(self) -> Estimate | None:
        """With its interval."""
        return self.enps.estimate("enps") if self.enps else None

    @property
    def engagement_estimate(self) -> Estimate | None:
        """With its interval."""
        return self.engagement.estimate("engagement") if self.engagement else None

    @property
    def enps_words(self) -> str:
        """The score, or the limit that is shown in its place."""
        return words_of(self.enps, 100, 0) if self.enps else ""

    @property
    def engagement_words(self) -> str:
        """The score, or the limit that is shown in its place."""
        return words_of(self.engagement, 1, 1) if self.engagement else ""


def words_of(shown: Shown, factor: float, digits: int) -> str:
    """A mean as it may be displayed: "+12", "4.3", "90 or more"."""
    if not shown.end:
        return number(round(shown.mean * factor, digits), digits)
    limit = shown.mean - shown.rounding if shown.end == "or more" else shown.mean + shown.rounding
    words = _("%s or more") if shown.end == "or more" else _("%s or less")
    return words % number(round(limit * factor, digits), digits)


def pulse_page(pulse: Pulse, at: str) -> dict[str, Any]:
    """The lines of all units, and the comments of the one that is looked at."""
    asked, answered = pulse.seats.count(), 0
    if pulse.state != PulseState.CLOSED:
        answered = pulse.seats.filter(is_answered=True).count()
        return {"asked": asked, "answered": answered, "is_enough": answered >= pulse.least_scores}
    lines = unit_lines(pulse)
    chosen = next((line.unit for line in lines if str(line.unit.pk) == at), lines[0].unit if lines else None)
    return {
        "asked": pulse.results.get("asked", asked), "answered": pulse.results.get("answered", 0), "lines": lines,
        "chosen": chosen, "comments": comments_of(pulse, chosen.pk) if chosen else None,
        "hidden": sum(1 for line in lines if line.enps is None),
    }  # fmt: skip


def unit_lines(pulse: Pulse) -> list[UnitLine]:
    """Every unit that somebody was asked in, in the order of the tree; a place of one person is not a unit here."""
    scores = {name: read(pulse, name) for name in SCALES}
    asked = set(pulse.seats.values_list("unit__path", flat=True))
    units = Unit.objects.filter(person=None).order_by("path")
    return [
        UnitLine(unit, scores["enps"].get(unit.pk), scores["engagement"].get(unit.pk))
        for unit in units
        if any(path.startswith(unit.path) for path in asked)
    ]


def as_csv(pulse: Pulse) -> Iterator[str]:
    """The same as the page shows; hidden units have the same words whatever the reason."""
    header = ["unit", "measure", "value", "low", "high", "n", "asked", "method"]
    return csv_lines(_rows(pulse), header=header)


def _rows(pulse: Pulse) -> Iterator[list[object]]:
    for line in unit_lines(pulse) if pulse.state == PulseState.CLOSED else ():
        yield _row(line.unit, "eNPS", line.enps, line.enps_words, line.enps_estimate, 100)
        yield _row(
            line.unit, "engagement", line.engagement, line.engagement_words, line.engagement_estimate, 1
        )


def _row(
    unit: Unit, measure: str, shown: Shown | None, words: str, found: Estimate | None, factor: int
) -> list[object]:
    if shown is None or found is None:
        return [unit.name, measure, _("Hidden to keep answers private"), *[""] * 5]
    low, high = (round((end or 0) * factor, 1) for end in (found.low, found.high))
    return [unit.name, measure, words, low, high, shown.n, shown.asked, found.method]
