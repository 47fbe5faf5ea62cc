"""Layout of a directed graph in layers, top to bottom, in which the label of every edge has a place of its own.

After Sugiyama, Tagawa & Toda (1981): layers by the longest chain of main edges, bends where an edge crosses a layer, order by
barycentres, and the horizontal place by least squares under that order (pooling adjacent violators). Edges against the given
order of the nodes are laid as if they were turned round. The same graph gives the same picture.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

MAIN = 0.15  # of what reaches a node: an edge with less does not push the node down
SWEEPS, SETTLING = 24, 80
NODE_GAP, BEND_GAP, LAYER_GAP = 28.0, 14.0, 16.0
STRAIGHT = 12.0  # how much more a bend is drawn to its edge than a node to its neighbours

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A node to place: its size, and its place in the common order of all nodes, where the order begins to settle."""

    key: str
    width: float
    height: float
    order: float


@dataclass(frozen=True, slots=True)
class Link:
    """An edge to lay, with the size of its label."""

    source: str
    target: str
    weight: float
    label_width: float
    label_height: float


@dataclass(frozen=True, slots=True)
class Route:
    """An edge that is laid: from the border of its source to that of its target, its label's centre, and whether it runs
    against the order of the nodes."""

    link: Link
    points: tuple[Point, ...]
    label_at: Point
    is_back: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of the nodes, routes of the edges, and the size of it all. Loops of a node on itself have no route."""

    centres: dict[str, Point]
    routes: tuple[Route, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Slot:
    """A node or a bend in its layer."""

    layer: int
    width: float
    height: float
    is_bend: bool
    x: float = 0.0
    y: float = 0.0
    above: list[tuple["_Slot", float]] = field(default_factory=list)
    below: list[tuple["_Slot", float]] = field(default_factory=list)


def lay_out(boxes: Sequence[Box], links: Sequence[Link]) -> Layout:
    """Place nodes and edges.

    >>> two = [Box("a", 100, 40, 0), Box("b", 100, 40, 1)]
    >>> lay_out(two, [Link("a", "b", 5, 40, 16)]).centres
    {'a': (50.0, 20.0), 'b': (50.0, 108.0)}
    """
    known = {box.key for box in boxes}
    told = sorted(links, key=lambda link: (link.source, link.target))
    kept = [link for link in told if link.source != link.target and {link.source, link.target} <= known]
    ordered = _settled(sorted(boxes, key=lambda box: (box.order, box.key)), kept)
    rank = {box.key: place for place, box in enumerate(ordered)}
    layers = _layers(ordered, kept, rank)
    slots = {box.key: _Slot(2 * layers[box.key], box.width, box.height, is_bend=False) for box in ordered}
    chains = [_chain(link, slots, rank) for link in kept]
    grid = _grid([*slots.values(), *(slot for chain in chains for slot in chain[1:-1])])
    _order(grid)
    _place(grid)
    return _drawn(slots, kept, chains, grid, rank)


def _settled(ordered: list[Box], links: Sequence[Link]) -> list[Box]:
    """The order with every node moved to where the least weight runs backward, until no move helps."""
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for link in links:
        weights[link.source, link.target] += link.weight
    for _turn in range(len(ordered)):
        has_moved = False
        for box in ordered.copy():
            place = ordered.index(box)
            rest = [other for other in ordered if other is not box]
            gains = [
                0.0
            ]  # of weight that runs backward, with the node before all others, then one place further down each
            for other in rest:
                gains.append(gains[-1] + weights[box.key, other.key] - weights[other.key, box.key])
            best = min(gains)
            if gains[place] > best + 1e-9:
                to = min(
                    (at for at, gain in enumerate(gains) if gain <= best + 1e-9),
                    key=lambda at: abs(at - place),
                )
                ordered = [*rest[:to], box, *rest[to:]]
                has_moved = True
        if not has_moved:
            break
    return _behind_who_leads_here(ordered, weights)


def _behind_who_leads_here(ordered: list[Box], weights: dict[tuple[str, str], float]) -> list[Box]:
    """Nodes that something leads to, but nothing from before them, go right behind what leads to them most."""
    for box in ordered.copy():
        place = ordered.index(box)
        into = [
            (weights[other.key, box.key], -at, other) for at, other in enumerate(ordered) if other is not box
        ]
        known = [one for one in into if one[0] > 0]
        if known and not any(-at < place for _weight, at, _other in known):
            most = max(known, key=lambda one: one[:2])[2]
            ordered.remove(box)
            ordered.insert(ordered.index(most) + 1, box)
    return ordered


def _layers(ordered: Sequence[Box], links: Sequence[Link], rank: dict[str, int]) -> dict[str, int]:
    """One below the lowest node that sends a main share of what comes."""
    reach: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if rank[link.source] < rank[link.target]:
            reach[link.target].append(link)
    layers: dict[str, int] = {}
    for box in ordered:
        into = reach[box.key]
        most = max((link.weight for link in into), default=0.0)
        main = [link for link in into if link.weight >= MAIN * most]
        layers[box.key] = max((layers[link.source] + 1 for link in main), default=0)
    return layers


def _chain(link: Link, slots: dict[str, _Slot], rank: dict[str, int]) -> list[_Slot]:
    """The slots that an edge runs through from the upper to the lower node; the middle one holds its label."""
    ends = sorted((link.source, link.target), key=lambda key: (slots[key].layer, rank[key]))
    upper, lower = slots[ends[0]], slots[ends[1]]
    between = list(range(upper.layer + 1, lower.layer)) or [upper.layer + 1]
    middle = min(
        (layer for layer in between if layer % 2),
        key=lambda layer: abs(layer - (upper.layer + lower.layer) / 2),
    )
    bends = [
        _Slot(
            layer,
            link.label_width if layer == middle else 4.0,
            link.label_height if layer == middle else 0.0,
            is_bend=True,
        )
        for layer in between
    ]
    chain = [upper, *bends, lower]
    for one, other in pairwise(chain):
        if other.layer >= one.layer:
            one.below.append((other, link.weight))
            other.above.append((one, link.weight))
        else:  # two nodes of one layer: the label hangs below both
            one.above.append((other, link.weight))
            other.below.append((one, link.weight))
    return chain


def _grid(slots: Sequence[_Slot]) -> list[list[_Slot]]:
    grid: list[list[_Slot]] = [[] for _ in range(max((slot.layer for slot in slots), default=-1) + 1)]
    for slot in slots:
        grid[slot.layer].append(slot)
    return grid


def _order(grid: list[list[_Slot]]) -> None:
    """Sort every layer by where its neighbours stand, down and up in turn, and keep the order with the fewest crossings."""
    best, fewest = [list(row) for row in grid], _crossings(grid)
    for sweep in range(SWEEPS):
        is_down = sweep % 2 == 0
        rows = range(1, len(grid)) if is_down else range(len(grid) - 2, -1, -1)
        for at in rows:
            beside = {id(slot): place for place, slot in enumerate(grid[at - 1 if is_down else at + 1])}
            here = {id(slot): float(place) for place, slot in enumerate(grid[at])}
            wanted = {
                id(slot): _barycentre(slot.above if is_down else slot.below, beside, here[id(slot)])
                for slot in grid[at]
            }
            grid[at].sort(key=lambda slot: (wanted[id(slot)], here[id(slot)]))
        found = _crossings(grid)
        if found < fewest:
            best, fewest = [list(row) for row in grid], found
    grid[:] = best


def _barycentre(near: list[tuple[_Slot, float]], places: dict[int, int], here: float) -> float:
    known = [(places[id(slot)], weight) for slot, weight in near if id(slot) in places]
    total = sum(weight for _, weight in known)
    return sum(place * weight for place, weight in known) / total if total else here


def _crossings(grid: list[list[_Slot]]) -> float:
    """Pairs of edges between neighbouring layers that cross, each by the smaller weight of the two (its square root)."""
    total = 0.0
    for upper, lower in pairwise(grid):
        places = {id(slot): place for place, slot in enumerate(lower)}
        ends = [
            (place, places[id(other)], weight)
            for place, slot in enumerate(upper)
            for other, weight in slot.below
            if id(other) in places
        ]
        if len(ends) > 1:
            starts, stops, weights = (np.asarray(column, dtype=float) for column in zip(*ends, strict=True))
            crossed = (starts[:, None] < starts) & (stops[:, None] > stops)
            total += float(np.sqrt(np.minimum(weights[:, None], weights))[crossed].sum())
    return total


def _place(grid: list[list[_Slot]]) -> None:
    """Horizontal and vertical places."""
    for row in grid:
        _spread(row, [0.0] * len(row))
    for sweep in range(SETTLING):
        rows = grid if sweep % 2 == 0 else list(reversed(grid))
        for row in rows:
            _spread(row, [_wanted(slot) for slot in row])
    top = 0.0
    for row in grid:
        height = max((slot.height for slot in row), default=0.0)
        for slot in row:
            slot.y = top + height / 2
        top += height + LAYER_GAP
    left = min((slot.x - slot.width / 2 for row in grid for slot in row), default=0.0)
    for row in grid:
        for slot in row:
            slot.x -= left


def _wanted(slot: _Slot) -> float:
    near = [*slot.above, *slot.below]
    total = sum(_pull(slot, other, weight) for other, weight in near)
    return sum(other.x * _pull(slot, other, weight) for other, weight in near) / total if total else slot.x


def _weight(slot: _Slot) -> float:
    return sum(_pull(slot, other, weight) for other, weight in (*slot.above, *slot.below)) or 1.0


def _pull(slot: _Slot, other: _Slot, weight: float) -> float:
    return float(weight**0.5) * (STRAIGHT if slot.is_bend and other.is_bend else 1.0)


def _spread(row: list[_Slot], wanted: Sequence[float]) -> None:
    """The places nearest to those wanted at which nothing overlaps and the order stays."""
    offsets, at = [], 0.0
    for before, slot in zip([None, *row], row, strict=False):
        if before is not None:
            gap = BEND_GAP if before.is_bend or slot.is_bend else NODE_GAP
            at += before.width / 2 + gap + slot.width / 2
        offsets.append(at)
    blocks: list[tuple[float, float, int]] = []  # mean, pull and size
    for want, slot, offset in zip(wanted, row, offsets, strict=True):
        blocks.append((want - offset, _weight(slot), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (last, pull, size), (mean, other, n) = blocks.pop(), blocks.pop()
            blocks.append(((last * pull + mean * other) / (pull + other), pull + other, size + n))
    shifted = [mean for mean, _pull_of_all, size in blocks for _ in range(size)]
    for slot, shift, offset in zip(row, shifted, offsets, strict=True):
        slot.x = shift + offset


def _drawn(
    slots: dict[str, _Slot],
    links: Sequence[Link],
    chains: list[list[_Slot]],
    grid: list[list[_Slot]],
    rank: dict[str, int],
) -> Layout:
    ports = _ports(chains)
    routes = []
    for number, (link, chain) in enumerate(zip(links, chains, strict=True)):
        is_upward = chain[0] is not slots[link.source]
        points = [
            (round(x, 1), round(y, 1))
            for x, y in (ports[number, 0], *((bend.x, bend.y) for bend in chain[1:-1]), ports[number, 1])
        ]
        label = next((bend for bend in chain[1:-1] if bend.height), chain[1])
        route = tuple(reversed(points)) if is_upward else tuple(points)
        routes.append(
            Route(link, route, (round(label.x, 1), round(label.y, 1)), rank[link.source] > rank[link.target])
        )
    right = max((slot.x + slot.width / 2 for row in grid for slot in row), default=0.0)
    bottom = max((slot.y + slot.height / 2 for row in grid for slot in row), default=0.0)
    centres = {key: (round(slot.x, 1), round(slot.y, 1)) for key, slot in slots.items()}
    return Layout(centres, tuple(routes), round(right, 1), round(bottom, 1))


def _ports(chains: list[list[_Slot]]) -> dict[tuple[int, int], Point]:
    """Where the edges touch their nodes: side by side, in the order in which they go off."""
    touching: dict[tuple[int, bool], list[tuple[float, int, int, _Slot]]] = defaultdict(list)
    for number, chain in enumerate(chains):
        for end, (node, next_to) in enumerate(((chain[0], chain[1]), (chain[-1], chain[-2]))):
            touching[id(node), next_to.layer > node.layer].append((next_to.x, number, end, node))
    found: dict[tuple[int, int], Point] = {}
    for (_, is_below), ends in touching.items():
        for place, (number, end, node) in _spaced(ends):
            found[number, end] = (place, node.y + (node.height / 2 if is_below else -node.height / 2))
    return found


def _spaced(ends: list[tuple[float, int, int, _Slot]]) -> Iterator[tuple[float, tuple[int, int, _Slot]]]:
    step = min(18.0, ends[0][3].width * 0.8 / max(len(ends), 1))
    for place, (_x, number, end, node) in enumerate(sorted(ends, key=lambda one: one[:3])):
        yield node.x + (place - (len(ends) - 1) / 2) * step, (number, end, node)
