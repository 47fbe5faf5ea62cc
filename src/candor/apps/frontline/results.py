"""What of a pulse may be shown: worked out once, when it closes, over all units together, and read by every page and export.

A unit stands for everybody at it or below it. Both scores of a unit are shown or neither; what is hidden is hidden everywhere, and
nothing else is ever made from the answers.
"""

import secrets
import uuid
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from candor.analytics import (
    Estimate,
    Protection,
    ViewScore,
    may_compare_waves,
    protect_scores,
    protect_views,
    shown_mean,
)
from candor.apps.organization.models import Unit

from .choices import PulseState
from .models import Pulse, PulseAnswer, PulseComment, PulseSeat

SCALES = {"enps": (-1.0, 1.0), "engagement": (1.0, 5.0)}
ROUNDING = {"enps": 0.005, "engagement": 0.05}  # whole points of a hundred; one decimal


@dataclass(frozen=True, slots=True)
class Shown:
    """One score of one unit as it may be displayed.

    Attributes:
        mean, rounding, end: As in `ViewScore`.
        n: Answers.
        asked: People who were asked there.
        before: The mean of the pulse before, where the two may stand side by side.
    """

    mean: float
    rounding: float
    end: str
    n: int
    asked: int
    before: float | None = None

    def view(self) -> ViewScore:
        """The same for `candor.analytics`; who is in it is not kept."""
        return ViewScore(
            people=frozenset(range(self.n)),
            mean=self.mean,
            rounding=self.rounding,
            end=self.end,  # type: ignore[arg-type]
        )

    def estimate(self, measure: str) -> Estimate:
        """With the interval that mean and n allow."""
        low, high = SCALES[measure]
        return shown_mean(self.view(), lowest=low, highest=high)


def work_out(pulse: Pulse) -> dict[str, Any]:
    """The results of a pulse as its row keeps them: by measure and unit what is shown; units whose comments are shown."""
    lines = _lines()
    scores = {name: _protected(pulse, name, lines) for name in SCALES}
    both = set.intersection(*(set(found.scores) for found in scores.values()))
    asked = _counted(pulse.seats.values_list("unit", flat=True), lines)
    before = _before(pulse, lines)
    return {
        "scores": {
            name: {
                unit: asdict(_shown(found.scores[unit], asked.get(unit, 0), before.get((name, unit))))
                for unit in sorted(both, key=int)
            }
            for name, found in scores.items()
        },
        "comments": sorted(_with_comments(pulse, lines) & both, key=int),
        "asked": pulse.seats.count(),
        "answered": pulse.seats.filter(is_answered=True).count(),
    }  # fmt: skip


def read(pulse: Pulse, measure: str) -> dict[int, Shown]:
    """What is shown of a measure, by unit."""
    return {
        int(unit): Shown(**facts) for unit, facts in pulse.results.get("scores", {}).get(measure, {}).items()
    }


def comments_of(pulse: Pulse, unit_id: int) -> list[str] | None:
    """The comments of a unit in the order of the alphabet, None where they stay hidden."""
    if str(unit_id) not in pulse.results.get("comments", []):
        return None
    below = Unit.objects.filter(path__startswith=Unit.objects.values_list("path", flat=True).get(pk=unit_id))
    return sorted(pulse.comments.filter(unit__in=below).values_list("text", flat=True))


def forget_how_they_came(pulse: Pulse) -> None:
    """Store the answers of a closed pulse anew, and the comments: in random order, and where few of a unit gave one under the unit above.

    Until then a database knows in which order rows came and which were written together with which seat, and the one answer of a unit
    is that of the one person there who has answered. What was worked out stays as it is: units that few answered in are never shown.
    """
    lines = _lines()
    for model in (PulseAnswer, PulseComment):
        rows: list[Any] = list(model.objects.filter(pulse=pulse))
        n = Counter(above for row in rows for above in lines[row.unit_id])
        secrets.SystemRandom().shuffle(rows)
        model.objects.filter(pulse=pulse).delete()
        for row in rows:
            wide = (unit for unit in reversed(lines[row.unit_id]) if n[unit] >= pulse.least_scores)
            row.pk, row.unit_id = uuid.uuid4(), int(next(wide, lines[row.unit_id][0]))
        model.objects.bulk_create(rows, batch_size=500)


def _lines() -> dict[int, list[str]]:
    """Each unit with itself and all above it."""
    return {unit.pk: unit.path.strip("/").split("/") for unit in Unit.objects.all()}


def _views(rows: Iterable[tuple[Any, int]], lines: Mapping[int, list[str]]) -> dict[str, set[str]]:
    views: dict[str, set[str]] = defaultdict(set)
    for key, unit in rows:
        for above in lines[unit]:
            views[above].add(str(key))
    return views


def _counted(units: Iterable[int], lines: Mapping[int, list[str]]) -> dict[str, int]:
    return {unit: len(keys) for unit, keys in _views(enumerate(units), lines).items()}


def _protected(pulse: Pulse, measure: str, lines: Mapping[int, list[str]]) -> Protection:
    field = "recommend" if measure == "enps" else "engagement"
    rows = list(pulse.answers.exclude(**{field: None}).values_list("pk", "unit", field))
    values: dict[Hashable, float] = {
        str(key): _coded(value) if measure == "enps" else float(value) for key, _unit, value in rows
    }
    views = _views(((key, unit) for key, unit, _value in rows), lines)
    low, high = SCALES[measure]
    roots = [unit for unit in views if len(views[unit]) == len(rows)]
    return protect_scores(
        views, values, lowest=low, highest=high, least=pulse.least_scores, rounding=ROUNDING[measure], step=1.0, first=sorted(roots, key=int)
    )  # fmt: skip


def _coded(recommend: int) -> float:
    return 1.0 if recommend >= 9 else -1.0 if recommend <= 6 else 0.0


def _with_comments(pulse: Pulse, lines: Mapping[int, list[str]]) -> set[str]:
    views = _views(pulse.comments.values_list("pk", "unit"), lines)
    return set(protect_views(views, least=pulse.least_comments).shown)


def _shown(score: ViewScore, asked: int, before: float | None) -> Shown:
    return Shown(score.mean, score.rounding, score.end, len(score.people), asked, before)


def _before(pulse: Pulse, lines: Mapping[int, list[str]]) -> dict[tuple[str, str], float]:
    """The means of the pulse before, of units where nobody, or enough people, came or went in between."""
    last = Pulse.objects.filter(state=PulseState.CLOSED, pk__lt=pulse.pk).order_by("-pk").first()
    if last is None:
        return {}
    now, then = (_who_answered(one, lines) for one in (pulse, last))
    return {
        (measure, str(unit)): shown.mean
        for measure in SCALES
        for unit, shown in read(last, measure).items()
        if not shown.end
        and may_compare_waves(then.get(str(unit), set()), now.get(str(unit), set()), least=pulse.least_scores)
    }


def _who_answered(pulse: Pulse, lines: Mapping[int, list[str]]) -> dict[str, set[str]]:
    seats = PulseSeat.objects.filter(pulse=pulse, is_answered=True)
    return _views(seats.values_list("person", "unit"), lines)
