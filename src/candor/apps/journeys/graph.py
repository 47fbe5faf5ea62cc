"""The real paths as a graph: which steps are kept, and how each stands to the design."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from candor.apps.organization.queries import workspace
from candor.warehouse.queries import Activity, CaseSummary, Edge

from .counting import Counts
from .models import Touchpoint

Standing = Literal["designed", "added", "skipped", "repeated", ""]
MOST_NODES = 60
RARE = 0.01  # of all episodes: an activity that fewer came to is left out until everything is asked for


@dataclass(frozen=True, slots=True)
class Node:
    """An activity with the touchpoint it is, if it is one."""

    activity: Activity
    name: str
    place: float
    is_designed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """An edge of the graph: how often, how long, and how it stands to the design ("" where there is none).

    `is_slow` marks the longest tenth of the steps that enough episodes took.
    """

    edge: Edge
    standing: Standing
    is_slow: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """What is drawn: of all steps the commonest, so many that they make up `kept` per cent, and every activity stays joined."""

    nodes: tuple[Node, ...]
    steps: tuple[Step, ...]
    kept: int
    share: float
    all_steps: int
    transitions: int
    left_out: tuple[str, ...]
    has_design: bool


def graph_of(counts: Counts, touchpoints: Sequence[Touchpoint], *, kept: int) -> Graph:
    """The graph of a journey's real paths beside its design."""
    paths = counts.paths
    names = {point.activity: point.name for point in touchpoints if point.activity}
    order = _order(paths)
    few = RARE * paths.cases if kept < 100 else 0
    seen = [one for one in paths.activities[:MOST_NODES] if one.cases >= few or one.name in names]
    nodes = [
        Node(one, names.get(one.name, one.name), order.get(one.name, 0), one.name in names) for one in seen
    ]
    steps = _steps(paths, _designed_steps(touchpoints, {one.name for one in seen}))
    chosen = _chosen(steps, {one.name for one in seen}, kept)
    total = sum(step.edge.n for step in steps)
    shown = sum(step.edge.n for step in chosen)
    drawn = {one.name for one in seen}
    return Graph(
        tuple(nodes),
        tuple(chosen),
        kept,
        shown / total if total else 0.0,
        len(steps),
        total,
        tuple(one.name for one in paths.activities if one.name not in drawn),
        bool(names),
    )


def _order(paths: CaseSummary) -> dict[str, float]:
    """About how many steps lie before each activity: one more than before those that lead to it, on average."""
    into: dict[str, list[tuple[str, int]]] = {one.name: [] for one in paths.activities}
    for edge in paths.edges:
        if edge.before != edge.after:
            into[edge.after].append((edge.before, edge.n))
    starts = {one.name: one.starts for one in paths.activities}
    steps = dict.fromkeys(into, 0.0)
    for _turn in range(len(into)):
        steps = {
            name: sum((1 + steps[before]) * n for before, n in edges)
            / max(starts[name] + sum(n for _b, n in edges), 1)
            for name, edges in into.items()
        }
    return steps


def standing_words() -> dict[str, str]:
    """How a step stands to the design, in words."""
    from django.utils.translation import gettext as _

    return {
        "designed": _("as designed"),
        "added": _("not in the design"),
        "skipped": _("designed, skips a touchpoint"),
        "repeated": _("goes back"),
        "": "",
    }


def _designed_steps(touchpoints: Sequence[Touchpoint], seen: set[str]) -> list[str]:
    """The designed activities that the log knows, in their order."""
    return [point.activity for point in touchpoints if point.activity in seen]


def _steps(paths: CaseSummary, designed: Sequence[str]) -> list[Step]:
    place = {name: at for at, name in enumerate(designed)}
    least = float(max(workspace().least_n_score, paths.cases // 100))
    slow = _slow_from(paths, least)
    return [
        Step(edge, _standing(edge, place), slow is not None and edge.n >= least and edge.median_wait >= slow)
        for edge in paths.edges
    ]


def _standing(edge: Edge, place: dict[str, int]) -> Standing:
    if not place:
        return ""
    if edge.before not in place or edge.after not in place:
        return "added"
    jump = place[edge.after] - place[edge.before]
    return "designed" if jump == 1 else "skipped" if jump > 1 else "repeated"


def _slow_from(paths: CaseSummary, least: float) -> float | None:
    """The wait from which on a step is among the longest tenth."""
    waits = sorted(edge.median_wait for edge in paths.edges if edge.n >= least and edge.median_wait > 0)
    return waits[-max(1, len(waits) // 10)] if waits else None


def _chosen(steps: Sequence[Step], seen: set[str], kept: int) -> list[Step]:
    """The commonest steps up to the share, and for each activity its commonest way in and out."""
    within = [step for step in steps if {step.edge.before, step.edge.after} <= seen]
    ordered = sorted(within, key=lambda step: (-step.edge.n, step.edge.before, step.edge.after))
    wanted, so_far = kept / 100 * sum(step.edge.n for step in ordered), 0
    entered: set[str] = set()
    left: set[str] = set()
    chosen = []
    for step in ordered:
        before, after = step.edge.before, step.edge.after
        is_joining = before != after and (after not in entered or before not in left)
        if so_far < wanted or is_joining:
            chosen.append(step)
        if before != after:
            entered.add(after)
            left.add(before)
        so_far += step.edge.n
    return chosen
