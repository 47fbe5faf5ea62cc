"""The report as one HTML file that needs nothing else: no network, no script; charts are SVG drawn here."""

from collections.abc import Mapping, Sequence
from html import escape

from candor.analytics import Histogram

from .measures import Measure
from .results import Result

_STYLE = """
:root { --ink: #1c2726; --soft: #5b6a68; --line: #d5dddc; --ground: #ffffff; --accent: #0f6b66; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eceb; --soft: #9db0ad; --line: #33413f; --ground: #151c1b; --accent: #5cc2ba; } }
body { font: 16px/1.5 Inter, system-ui, sans-serif; color: var(--ink); background: var(--ground);
  max-width: 760px; margin: 40px auto; padding: 0 16px; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; } h2 { font-size: 1.1rem; margin: 32px 0 8px; }
p, li { max-width: 66ch; } .soft { color: var(--soft); } svg { width: 100%; min-width: 34rem; height: auto; display: block; }
.wide { overflow-x: auto; } .wide table { min-width: 30rem; }
svg text { font-size: 13px; fill: var(--ink); } svg .soft { fill: var(--soft); } svg .axis { stroke: var(--line); }
svg .whisker { stroke: var(--accent); stroke-width: 3; stroke-linecap: round; }
svg .dot { fill: var(--accent); stroke: var(--ground); stroke-width: 2; } svg .bar { fill: var(--accent); }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--soft); }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; padding-right: 0; }
@media (max-width: 600px) {
  svg.fits { min-width: 0; } svg.fits text { font-size: 22px; } svg.fits .whisker { stroke-width: 6; } svg.fits .dot { r: 8px; }
  .wide table { min-width: 0; font-size: 0.8125rem; } th, td { padding-right: 8px; } }
"""

_WIDTH, _LEFT, _RIGHT, _ROW = 728, 190, 30, 26
_SHORT = 12
"""Names of at most so many letters leave room for charts that fit a phone; with longer ones charts are scrolled there."""
_MANY_CELLS = 30


def page(
    *,
    measure: Measure,
    source: str,
    column: str,
    by: str,
    results: Sequence[Result],
    whole: Result,
    everyone: Histogram,
    tiers: Mapping[str, int],
    notes: Sequence[str],
) -> str:
    """The whole document."""
    parts = [
        f"<h1>{escape(_headline(measure, whole))}</h1>",
        f"<p class=soft>{escape(column)} in {escape(source)}. {escape(_basis(whole))}</p>",
    ]
    if results:
        parts += [
            f"<h2>{escape(_tier_sentence(by, tiers))}</h2>",
            _tiered_charts(measure, results, tiers, whole),
            "<p class=soft>Each line is the interval, the dot the score. Inside a tier no two can be told apart; the "
            "order there is the alphabet.</p>",
        ]
    if 0 < len(everyone.cells) <= _MANY_CELLS:
        parts += ["<h2>How the answers are spread</h2>", _spread_chart(everyone)]
        if everyone.is_weighted:
            parts += ["<p class=soft>Shares are weighted; in brackets the answers as they came.</p>"]
    parts += [_table(measure, by, [*results, whole])]
    parts += [f"<p class=soft>{escape(' '.join(note.strip() for note in notes))}</p>"] if notes else []
    parts += [f"<p class=soft>{escape(_attribution(measure))}</p>"] if measure.name == "nps" else []
    title = escape(f"{measure.label}: {source}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>\n"
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )


def _headline(measure: Measure, whole: Result) -> str:
    value, interval = measure.cells(whole.estimate)
    return f"{measure.label} {value}, could be {interval}" if interval else value


def _basis(whole: Result) -> str:
    found = whole.estimate
    words = f"{found.n:,} answers; {found.level:.0%} interval: {found.method}."
    if found.design_effect and found.n_effective:
        words += (
            f" Weighted: design effect {found.design_effect:.2f}, "
            f"as sure as {found.n_effective:,.0f} answers of equal weight."
        )
    return words


def _tier_sentence(by: str, tiers: Mapping[str, int]) -> str:
    count = max(tiers.values(), default=0)
    if count == 0:
        return f"By {by}: too few answers to compare"
    if count == 1:
        return f"By {by}: none can be told apart from the others"
    return f"By {by}: {count} tiers"


def _tiered_charts(
    measure: Measure, results: Sequence[Result], tiers: Mapping[str, int], whole: Result
) -> str:
    charts = []
    fits = all(len(group) <= _SHORT for group in tiers)
    for tier in sorted(set(tiers.values())):
        inside = [result for result in results if tiers.get(result.group) == tier]
        heading = f"<h3>Tier {tier}</h3>" if max(tiers.values()) > 1 else ""
        charts.append(heading + _interval_chart(measure, inside, whole, fits=fits))
    rest = [result for result in results if result.group not in tiers]
    if rest:
        names = "".join(f"<li>{escape(result.group)} ({result.estimate.n:,})</li>" for result in rest)
        charts.append(f"<h3>Too few answers to tell</h3><ul>{names}</ul>")
    return "\n".join(charts)


def _interval_chart(measure: Measure, results: Sequence[Result], whole: Result, *, fits: bool) -> str:
    height = _ROW * len(results) + 34
    lowest, highest = measure.ends

    def x(value: float) -> float:
        share = (value - lowest) / (highest - lowest) if highest > lowest else 0.5
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    marks = []
    for step in range(5):
        value = lowest + step * (highest - lowest) / 4
        marks.append(
            f'<line class=axis x1="{x(value):.1f}" x2="{x(value):.1f}" y1="6" y2="{height - 24}"/>'
            f'<text class=soft x="{x(value):.1f}" y="{height - 6}" text-anchor="middle">'
            f"{escape(measure.text(value))}</text>"
        )
    if whole.estimate.value is not None and whole.estimate.status != "too_few":
        centre = x(whole.estimate.value)
        marks.append(
            f'<line class=axis stroke-dasharray="4 3" x1="{centre:.1f}" x2="{centre:.1f}" y1="6" '
            f'y2="{height - 24}" style="stroke:var(--soft)"><title>All together</title></line>'
        )
    for place, result in enumerate(results):
        y = 20 + place * _ROW
        found, name = result.estimate, escape(_short(result.group))
        marks.append(f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{name}</text>')
        if found.status == "too_few" or found.value is None or found.low is None or found.high is None:
            marks.append(f'<text class=soft x="{_LEFT}" y="{y + 4}">{escape(found.words)}</text>')
            continue
        written, interval = measure.cells(found)
        marks.append(
            f"<g><title>{name}: {escape(written)}, could be {escape(interval)} ({found.n:,} answers)</title>"
            f'<line class=whisker x1="{x(found.low):.1f}" x2="{x(found.high):.1f}" y1="{y}" y2="{y}"/>'
            f'<circle class=dot cx="{x(found.value):.1f}" cy="{y}" r="5"/></g>'
        )
    return _svg(height, f"{measure.label} of {len(results)} groups with intervals", marks, fits=fits)


def _spread_chart(everyone: Histogram) -> str:
    height = _ROW * len(everyone.cells) + 12
    total = everyone.total_weight or 1.0
    largest = max(cell.weight for cell in everyone.cells) / total or 1.0
    marks = []
    for place, cell in enumerate(reversed(everyone.cells)):
        y, share = 6 + place * _ROW, cell.weight / total
        width = share / largest * (_WIDTH - _LEFT - 190)
        marks.append(
            f'<text x="{_LEFT - 12}" y="{y + 16}" text-anchor="end">{cell.value:g}</text>'
            f'<rect class=bar x="{_LEFT}" y="{y + 3}" width="{width:.1f}" height="18" rx="2"/>'
            f'<text class=soft x="{_LEFT + width + 8:.1f}" y="{y + 16}">{share:.0%} ({cell.n:,})</text>'
        )
    return _svg(height, "Share of answers by value", marks, fits=True)


def _svg(height: int, label: str, marks: Sequence[str], *, fits: bool) -> str:
    return f'<div class="wide" tabindex="0"><svg{" class=fits" if fits else ""} viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(label)}">{"".join(marks)}</svg></div>'


def _table(measure: Measure, by: str, results: Sequence[Result]) -> str:
    rows = []
    for result in results:
        value, interval = measure.cells(result.estimate)
        rows.append(
            f"<tr><th scope=row>{escape(result.group)}</th><td>{escape(value)}</td><td>{escape(interval)}</td>"
            f"<td>{escape(result.estimate.method)}</td><td class=n>{result.estimate.n:,}</td></tr>"
        )
    return (
        '<h2>All numbers</h2><div class="wide" tabindex="0"><table><thead><tr>'
        f"<th scope=col>{escape(by) or 'Group'}</th><th scope=col>{escape(measure.label)}</th>"
        "<th scope=col>Could be</th><th scope=col>Method</th><th scope=col class=n>Answers</th></tr></thead><tbody>"
        + "".join(rows)
        + "</tbody></table></div>"
    )


def _attribution(measure: Measure) -> str:
    return (
        f"{measure.label}, Net Promoter and Net Promoter Score are registered trade marks of Bain & Company, "
        "NICE Systems and Fred Reichheld."
    )


def _short(name: str) -> str:
    return name if len(name) <= 26 else name[:25] + "…"
