"""What the page and the export of a pulse show: the results that were worked out when it closed, and never anything else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from candor.analytics import Estimate
from candor.apps.organization.access import Viewer
from candor.apps.organization.models import Unit
from candor.foundation.wording import number

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


def pulse_page(pulse: Pulse, viewer: Viewer, at: str) -> dict[str, Any]:
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


def rows_for_export(pulse: Pulse, viewer: Viewer) -> Iterator[list[str]]:
    """The same as the page shows; hidden units have the same words whatever the reason."""
    yield ["unit", "measure", "value", "low", "high", "n", "asked", "method"]
    if pulse.state != PulseState.CLOSED:
        return
    for line in unit_lines(pulse):
        for name, shown, words in (
            ("eNPS", line.enps, line.enps_words),
            ("engagement", line.engagement, line.engagement_words),
        ):
            unit = _plain(line.unit.name)
            if shown is None:
                yield [unit, name, _("Hidden to keep answers private"), "", "", "", "", ""]
                continue
            found = shown.estimate("enps" if name == "eNPS" else "engagement")
            factor = 100 if name == "eNPS" else 1
            low, high = (f"{(end or 0) * factor:.1f}" for end in (found.low, found.high))
            yield [unit, name, words, low, high, str(shown.n), str(shown.asked), found.method]


def _plain(text: str) -> str:
    """So that a spreadsheet takes it for no formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
