"""Lanes of a journey's map: one row of numbers over all touchpoints, the same for page, picture and file.

Apps above register theirs from AppConfig.ready: the map never learns their names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from candor.analytics import Comparison
from candor.foundation.wording import Estimated, Kind

from .counting import Counts
from .models import Touchpoint
from .picks import Pick


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a lane says of one touchpoint.

    Attributes:
        estimate: The number with its interval; None where `words` stand for it.
        words: In place of a number, or beneath it.
        counted: Of what n is: "1,240 passes"; empty stands for answers.
        share: For a lane of sizes, 0 to 1 of the largest.
        of: For a lane of sizes, of what the estimate is a share.
    """

    estimate: Estimated | None = None
    words: str = ""
    counted: str = ""
    share: float | None = None
    of: str = ""


NOTHING = Cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A lane filled in: its cells by the touchpoint's id, and how they are to be read."""

    name: str
    kind: Kind
    about: str
    cells: Mapping[int, Cell] = field(default_factory=dict)
    unit: str = ""
    low: float | None = None
    high: float | None = None
    is_line: bool = False
    choices: tuple[tuple[str, str], ...] = ()  # of `measure`, keys and names
    chosen: str = ""

    def cell(self, touchpoint: Touchpoint) -> Cell:
        return self.cells.get(touchpoint.pk, NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a lane is asked: the episodes, the touchpoints in their order, and the counts of the event log."""

    pick: Pick
    touchpoints: Sequence[Touchpoint]
    counts: Counts
    measure: str = ""  # of scores, where the viewer chose one


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A registered lane: `fill` gives its row, or None where it has nothing to say of this journey.

    `compare` holds two fillings of it against each other, by touchpoint; without it intervals are held against each other.
    """

    key: str
    order: int
    fill: Callable[[Asked], Row | None]
    compare: Callable[[Asked, Asked], Mapping[int, Comparison]] | None = None


_lanes: dict[str, Lane] = {}


def register_lane(lane: Lane) -> None:
    """Add a lane; called from AppConfig.ready, twice is once."""
    _lanes[lane.key] = lane


def lanes() -> list[Lane]:
    """All lanes in their order."""
    return sorted(_lanes.values(), key=lambda lane: (lane.order, lane.key))


def rows_of(asked: Asked) -> list[Row]:
    """The rows of a map."""
    return [row for lane in lanes() if (row := lane.fill(asked)) is not None]
