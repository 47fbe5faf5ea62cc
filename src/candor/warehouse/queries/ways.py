"""Asking: which events of a journey are walked along, how their cases are grouped, and who walks."""

from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeVar

from candor.warehouse.engine import Engine, Reader
from candor.warehouse.errors import UnknownColumn
from candor.warehouse.queries.events import ALL_EVENTS, EventFilter, chosen_events
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.slices import MOST_NAMES, SlicedWalker, SliceReader
from candor.warehouse.queries.walk import (
    IN_CASE,
    Found,
    Group,
    Progress,
    Question,
    Sample,
    Tally,
    Walker,
    Way,
    WholeWalker,
    unheard,
)

Answer = TypeVar("Answer")


class Log(Protocol):
    """Whatever holds events and an engine that reads them: a warehouse, or a loose log."""

    @property
    def engine(self) -> Engine: ...


COLUMNS = 'case_id, activity, epoch_us("at") AS micros, ordinal, event_id'
MARKS: Final = {
    "month": 'CAST(year("at") * 100 + month("at") AS BIGINT)',
    "unit": "unit",
    "channel": "channel",
    "source": "source",
    "block": "bucket",  # as good as chance: a case lies in a bucket by the hash of its name
}
CASE_GROUPS: Final = tuple(MARKS)
EVERYBODY: Final = 0
_GROUPS = Tally(
    select="SELECT grp, count(*) AS n FROM cases GROUP BY grp", keys=("grp",), sums=("n",), uses=("cases",)
)


def way_of(journey: str, where: EventFilter = ALL_EVENTS, by: str | None = None) -> Way:
    """The events of a journey.

    Args:
        journey: Its key.
        where: Which of its events, or cases, count.
        by: One of `CASE_GROUPS`: what the first event of a case says; None takes all cases together, as the group `EVERYBODY`.

    Raises:
        UnknownColumn: `by` is no such group.
    """
    if by is not None and by not in MARKS:
        raise UnknownColumn(by, CASE_GROUPS)
    mark = MARKS[by] if by else str(EVERYBODY)
    names = _distinct("activity", journey)
    chosen = chosen_events(journey, where, f"{COLUMNS}, {mark} AS mark")
    if by is None:
        return Way(chosen, names)
    return Way(chosen, names, f"first_value(mark) OVER {IN_CASE}", _distinct(mark, journey))


def way_of_two(journey: str, first: EventFilter, second: EventFilter) -> Way:
    """The events of two groups of cases, 1 and 2; a case that belongs to both is in both, as two cases."""
    halves = [
        chosen_events(
            journey,
            where,
            f"""concat(case_id, chr(31), '{number}') AS case_id, {COLUMNS.removeprefix("case_id, ")}, {number} AS mark""",
        )
        for number, where in ((1, first), (2, second))
    ]
    chosen = Statement(
        " UNION ALL ".join(half.query for half in halves),
        tuple(value for half in halves for value in half.parameters),
    )
    return Way(chosen, _distinct("activity", journey))


def _distinct(column: str, journey: str) -> Statement:
    return Statement(f"SELECT DISTINCT {column} AS name FROM events WHERE journey = ?", (journey,))


def ask(
    warehouse: Log, way: Way, questions: Sequence[Question[Any]], *, progress: Progress = unheard
) -> list[dict[Group, Any]]:
    """Answer any number of questions on one walk over one state of the log.

    Args:
        warehouse: Where to look.
        way: Which events, and which groups of cases.
        questions: What to find out.
        progress: Hears the share done, 0 to 1; what it raises stops the walk.

    Returns:
        For each question its answer by group, groups in order, "not known" (None) first.
    """
    return warehouse.engine.read(lambda reader: answers(walker_of(reader, way), questions, progress))


def ask_one(
    warehouse: Log, way: Way, question: Question[Answer], *, progress: Progress = unheard
) -> dict[Group, Answer]:
    """The answer to one question by group."""
    return ask(warehouse, way, [question], progress=progress)[0]


def walker_of(reader: Reader, way: Way) -> Walker:
    """Whoever can walk where the reader reads."""
    if isinstance(reader, SliceReader):
        names = [row[0] for row in reader.rows(way.names.query, way.names.parameters)]
        if len(names) <= MOST_NAMES:
            return SlicedWalker(reader, way, names)
    return WholeWalker(reader, way)


def answers(walker: Walker, questions: Sequence[Question[Any]], progress: Progress) -> list[dict[Group, Any]]:
    """Let the walker count for all questions, and each question answer from its own counts."""
    asked: dict[str, Tally | Sample] = {"groups": _GROUPS}
    for number, question in enumerate(questions):
        asked |= {f"{number}_{name}": one for name, one in question.asks(walker.names).items()}
    found = walker.walk(asked, progress)
    groups = sorted(
        (row[0] for row in found.tallies["groups"][0]), key=lambda group: (group is not None, group)
    )
    return [
        {group: question.answer(_own(found, number), group) for group in groups or [EVERYBODY]}
        for number, question in enumerate(questions)
    ]


def _own(found: Found, number: int) -> Found:
    """What was found for one question, under the names it gave."""
    start = f"{number}_"
    tallies = {
        name.removeprefix(start): rows for name, rows in found.tallies.items() if name.startswith(start)
    }
    samples = {name.removeprefix(start): at for name, at in found.samples.items() if name.startswith(start)}
    return Found(found.names, tallies, samples)
