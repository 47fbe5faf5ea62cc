"""The layout of graphs: nothing lies on anything else, and the same graph gives the same picture."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from candor.foundation.charts.layered import Box, Layout, Link, lay_out

names = st.integers(0, 11)
graphs = st.lists(st.tuples(names, names, st.integers(1, 500)), max_size=40)


def _laid(edges: list[tuple[int, int, int]]) -> tuple[list[Box], Layout]:
    weights = {(one, other): n for one, other, n in edges}
    boxes = [Box(f"n{number}", 100, 40, number) for number in range(12)]
    links = [Link(f"n{one}", f"n{other}", n, 60, 16) for (one, other), n in weights.items()]
    return boxes, lay_out(boxes, links)


@settings(deadline=None, max_examples=40)
@given(graphs)
def test_no_two_boxes_and_no_two_labels_overlap(edges: list[tuple[int, int, int]]) -> None:
    boxes, found = _laid(edges)
    places = [(*found.centres[box.key], box.width, box.height) for box in boxes]
    places += [(*route.label_at, 60.0, 16.0) for route in found.routes]
    for (x, y, w, h), (x2, y2, w2, h2) in combinations(places, 2):
        assert abs(x - x2) >= (w + w2) / 2 - 0.2 or abs(y - y2) >= (h + h2) / 2 - 0.2


@settings(deadline=None, max_examples=40)
@given(graphs)
def test_every_edge_but_loops_has_one_route_from_its_source_to_its_target(
    edges: list[tuple[int, int, int]],
) -> None:
    _boxes, found = _laid(edges)
    asked = {(f"n{one}", f"n{other}") for one, other, _n in edges if one != other}
    assert {(route.link.source, route.link.target) for route in found.routes} == asked
    for route in found.routes:
        for end, point in ((route.link.source, route.points[0]), (route.link.target, route.points[-1])):
            x, y = found.centres[end]
            assert abs(point[0] - x) <= 50
            assert abs(abs(point[1] - y) - 20) < 0.2, "it ends at the border"


@settings(deadline=None, max_examples=20)
@given(graphs)
def test_the_order_in_which_a_graph_is_told_does_not_matter(edges: list[tuple[int, int, int]]) -> None:
    once = [(*ends, n) for ends, n in {(one, other): n for one, other, n in edges}.items()]
    assert _laid(once)[1] == _laid(list(reversed(once)))[1]


def test_a_chain_runs_downward() -> None:
    _boxes, found = _laid([(number, number + 1, 5) for number in range(11)])
    heights = [found.centres[f"n{number}"][1] for number in range(12)]
    assert heights == sorted(heights)
    assert len(set(heights)) == 12


def test_the_weight_decides_which_way_is_back() -> None:
    """Told in the wrong order, the heavy edge still runs downward and the light one back."""
    boxes = [Box("end", 100, 40, 0), Box("begin", 100, 40, 1)]
    found = lay_out(boxes, [Link("begin", "end", 90, 40, 16), Link("end", "begin", 3, 40, 16)])
    assert found.centres["begin"][1] < found.centres["end"][1]
    assert {route.link.source: route.is_back for route in found.routes} == {"begin": False, "end": True}


def test_nothing_is_laid_out_as_nothing() -> None:
    assert lay_out([], []).centres == {}
