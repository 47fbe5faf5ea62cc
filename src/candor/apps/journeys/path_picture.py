"""The graph of real paths drawn as SVG, the same for page, picture and paper; only the style sheet differs."""

from collections.abc import Callable, Sequence
from textwrap import wrap

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from candor.foundation.charts.layered import Box, Layout, Link, Point, Route, lay_out
from candor.foundation.wording import number

from .graph import Graph, Node, Step, standing_words

WIDTH, LINE = 176.0, 15.0
LETTERS = 22  # of a name on one line
MARGIN, LOOP = 28.0, 54.0
LABEL = 6.1  # pixels of a letter of a label
THINNEST, THICKEST = 1.1, 7.0
ASIDE = 0.6  # of the thickness, for steps that the design does not know
WORTH_A_MARK = 0.01  # of all episodes: fewer begin or end there than is worth a mark

Address = Callable[[str, str | None], str]


def nowhere(activity: str, after: str | None) -> str:
    """No addresses, for pictures."""
    return ""


def draw(
    graph: Graph, *, episodes: int, title: str, address: Address = nowhere, style: str = ""
) -> SafeString:
    """The picture; `address` says where a node or a step leads, `style` is a sheet for pictures that stand alone."""
    loops = {step.edge.before: step for step in graph.steps if step.edge.before == step.edge.after}
    boxes = [
        Box(
            node.activity.name,
            WIDTH + _loop_width(loops.get(node.activity.name)),
            _height(node),
            node.place,
        )
        for node in graph.nodes
    ]
    drawn = {
        (step.edge.before, step.edge.after): step
        for step in graph.steps
        if step.edge.before != step.edge.after
    }
    links = [Link(*ends, step.edge.n, _label_width(step), 16.0) for ends, step in drawn.items()]
    layout = lay_out(boxes, links)
    centres = {name: (x - _loop_width(loops.get(name)) / 2, y) for name, (x, y) in layout.centres.items()}
    most = max((step.edge.n for step in graph.steps), default=1)
    parts = [
        _route(route, drawn[route.link.source, route.link.target], most, address) for route in layout.routes
    ]
    parts += [
        _loop(loops[node.activity.name], centres[node.activity.name], most, address)
        for node in graph.nodes
        if node.activity.name in loops
    ]
    parts += [
        _node(node, centres[node.activity.name], episodes, _node_class(node, graph), address)
        for node in graph.nodes
    ]
    return _sheet(parts, layout, title, style)


def _sheet(parts: Sequence[SafeString], layout: Layout, title: str, style: str) -> SafeString:
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    sheet = format_html("<style>{}</style>", SafeString(style)) if style else SafeString("")
    paper = SafeString('<rect class="paper" width="100%" height="100%"/>') if style else SafeString("")
    role = "img" if style else "group"  # with links inside it is no single image
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="paths" width="{}" height="{}" viewBox="0 0 {} {}" role="{}" aria-label="{}">'
        '{}{}<defs>{}</defs><g transform="translate({} {})">{}</g></svg>',
        f"{width:.0f}", f"{height:.0f}", f"{width:.0f}", f"{height:.0f}", role, title, sheet, paper, _tips(), MARGIN, MARGIN,
        format_html_join("", "{}", ((part,) for part in parts)),
    )  # fmt: skip


def _tips() -> SafeString:
    return format_html_join(
        "",
        '<marker id="tip-{}" class="tip-{}" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.8 L9.5 5 L0 9.2 z"/></marker>',
        ((name, name) for name in ("plain", "designed", "slow")),
    )


def _node(node: Node, at: Point, episodes: int, css: str, address: Address) -> SafeString:
    lines = _name(node)
    height, left, top = _height(node), at[0] - WIDTH / 2, at[1] - _height(node) / 2
    text = format_html_join(
        "",
        '<text class="name" x="{}" y="{}">{}</text>',
        ((f"{left + 12:.1f}", f"{top + 17 + LINE * place:.1f}", line) for place, line in enumerate(lines)),
    )
    passed = number(node.activity.cases)
    body = format_html(
        '<rect class="box" x="{}" y="{}" width="{}" height="{}" rx="7"/>{}<text class="count" x="{}" y="{}">{}</text>{}',
        f"{left:.1f}", f"{top:.1f}", WIDTH, height, text, f"{left + 12:.1f}", f"{top + height - 8:.1f}", passed,
        _marks(node, left, top, height, episodes),
    )  # fmt: skip
    label = _("%(name)s: %(n)s episodes, %(starts)s begin and %(ends)s end here") % {
        "name": node.name, "n": passed, "starts": number(node.activity.starts), "ends": number(node.activity.ends),
    }  # fmt: skip
    return _linked(body, css, address(node.activity.name, None), label)


def _node_class(node: Node, graph: Graph) -> str:
    return "node" if not graph.has_design else "node of-design" if node.is_designed else "node beside-design"


def _marks(node: Node, left: float, top: float, height: float, episodes: int) -> SafeString:
    """A triangle where episodes begin and a square where they end, each with how many."""
    marks, right, y = [], left + WIDTH - 10, top + height - 8
    signs = (("end", node.activity.ends, "h7v7h-7z"), ("start", node.activity.starts, "l7.5 3.5l-7.5 3.5z"))
    for css, n, sign in signs:
        if n > WORTH_A_MARK * episodes:
            words = number(n)
            room = 6.2 * len(words)
            marks.append(
                format_html(
                    '<g class="{}"><path d="M{} {}{}"/><text x="{}" y="{}" text-anchor="end">{}</text></g>',
                    css,
                    f"{right - room - 12:.1f}",
                    f"{y - 7.5:.1f}",
                    sign,
                    f"{right:.1f}",
                    f"{y:.1f}",
                    words,
                )
            )
            right -= room + 20
    return format_html_join("", "{}", ((mark,) for mark in marks))


def _route(route: Route, step: Step, most: int, address: Address) -> SafeString:
    tip = "slow" if step.is_slow else "designed" if step.standing == "designed" else "plain"
    x, y = route.label_at
    body = format_html(
        '<path class="line" d="{}" stroke-width="{}" marker-end="url(#tip-{})"/>{}',
        _curve(route.points), _thickness(step, most), tip, _label(step, x, y),
    )  # fmt: skip
    return _linked(body, _classes(step), _step_address(step, address), _step_words(step))


def _loop(step: Step, at: Point, most: int, address: Address) -> SafeString:
    x, y = at[0] + WIDTH / 2, at[1]
    path = f"M{x:.1f} {y - 9:.1f} c30 -6 30 24 1.5 18"
    body = format_html(
        '<path class="line" d="{}" stroke-width="{}" marker-end="url(#tip-plain)"/><text class="label" x="{}" y="{}" text-anchor="start">{}</text>',
        path, _thickness(step, most), f"{x + 4:.1f}", f"{y - 14:.1f}", _label_text(step),
    )  # fmt: skip
    return _linked(body, _classes(step), _step_address(step, address), _step_words(step))


def _loop_width(step: Step | None) -> float:
    """What a step back to the same activity, and its label, take to the right of the box."""
    return max(LOOP, _label_width(step)) if step else 0.0


def _step_address(step: Step, address: Address) -> str:
    return address(step.edge.after, step.edge.before)


def _classes(step: Step) -> str:
    return f"step {step.standing or 'plain'}{' slow' if step.is_slow else ''}"


def _linked(body: SafeString, css: str, address: str, label: str) -> SafeString:
    inner = format_html("<title>{}</title>{}", label, body)
    if not address:
        return format_html('<g class="{}">{}</g>', css, inner)
    return format_html('<a class="{}" href="{}">{}</a>', css, address, inner)


def _label(step: Step, x: float, y: float) -> SafeString:
    width = _label_width(step)
    return format_html(
        '<rect class="label-back" x="{}" y="{}" width="{}" height="16" rx="4"/><text class="label" x="{}" y="{}" text-anchor="middle">{}</text>',
        f"{x - width / 2:.1f}", f"{y - 8:.1f}", f"{width:.1f}", f"{x:.1f}", f"{y + 4:.1f}", _label_text(step),
    )  # fmt: skip


def _label_text(step: Step) -> str:
    wait = short_wait(step.edge.median_wait)
    return number(step.edge.n) + (f" · {wait}" if wait else "")


def short_wait(seconds: float) -> str:
    """A wait in as few letters as a label has room for: "3.5 d", "18 h", "12 min"; nothing under a minute."""
    if seconds < 60:
        return ""
    if seconds < 5_400:
        return _("%(n)s min") % {"n": number(seconds / 60)}
    if seconds < 172_800:
        return _("%(n)s h") % {"n": number(seconds / 3_600)}
    return _("%(n)s d") % {"n": number(seconds / 86_400, 1 if seconds < 864_000 else 0)}


def _step_words(step: Step) -> str:
    edge, standing = step.edge, standing_words()[step.standing]
    words = _("%(before)s to %(after)s: %(n)s times, median wait %(wait)s") % {
        "before": edge.before, "after": edge.after, "n": number(edge.n), "wait": short_wait(edge.median_wait) or _("under a minute"),
    }  # fmt: skip
    return f"{words}; {standing}" if standing else words


def _label_width(step: Step) -> float:
    return LABEL * len(_label_text(step)) + 10


def _thickness(step: Step, most: int) -> str:
    aside = ASIDE if step.standing in {"added", "skipped", "repeated"} else 1.0
    return f"{THINNEST + aside * (THICKEST - THINNEST) * (step.edge.n / most) ** 0.5:.1f}"


def _name(node: Node) -> list[str]:
    lines = wrap(node.name, LETTERS, break_long_words=True)[:2] or [node.name]
    return [
        *lines[:-1],
        lines[-1] if len(" ".join(lines)) >= len(node.name) - 1 else f"{lines[-1][: LETTERS - 1]}…",
    ]


def _height(node: Node) -> float:
    return 32.0 + LINE * len(_name(node))


def _curve(points: Sequence[Point]) -> str:
    """A smooth line through the points that leaves and arrives upright."""
    (x, y), *rest = points
    parts = [f"M{x:.1f} {y:.1f}"]
    for to_x, to_y in rest:
        middle = (y + to_y) / 2
        parts.append(f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}")
        x, y = to_x, to_y
    return "".join(parts)


PAPER = """
.paths { font-family: Inter, Helvetica, Arial, sans-serif; }
.paper { fill: #ffffff; }
.box { fill: #ffffff; stroke: #87938f; stroke-width: 1.2; }
.beside-design .box { stroke-dasharray: 4 3; }
.of-design .box { fill: #e2f0ee; stroke: #0b5c57; stroke-width: 1.4; }
.name { fill: #13201e; font-size: 12.5px; font-weight: 600; }
.count { fill: #445350; font-size: 11.5px; }
.start { fill: #0b5c57; font-size: 11px; }
.end { fill: #7a3e05; font-size: 11px; }
.line { fill: none; stroke: #9aa7a4; }
.designed .line { stroke: #0b5c57; }
.added .line, .skipped .line { stroke-dasharray: 6 4; }
.repeated .line { stroke-dasharray: 2 3; }
.slow .line { stroke: #b45309; }
.label { fill: #445350; font-size: 10.5px; }
.slow .label { fill: #8a3d02; font-weight: 700; }
.label-back { fill: #ffffff; fill-opacity: 0.88; }
.tip-plain path { fill: #87938f; }
.tip-designed path { fill: #0b5c57; }
.tip-slow path { fill: #b45309; }
"""
