"""Whiskers and sparklines as SVG of percentages and attributes only, so that they scale and need no inline style."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .wording import Estimated, Scale


def whisker_svg(
    estimate: Estimated,
    scale: Scale,
    *,
    before: float | None = None,
    goal: float | None = None,
    label: str = "",
) -> SafeString:
    """Interval as a bar and value as a dot on the kind's whole scale; empty when the estimate may not be shown."""
    if (
        estimate.low is None
        or estimate.high is None
        or estimate.value is None
        or estimate.status in {"too_few", "suppressed"}
    ):
        return SafeString("")
    marks = [_line("scale", 0, 100, "50%", "50%")]
    if scale.zero is not None:
        marks.append(_line("zero", _place(scale.zero, scale), None, "15%", "85%"))
    low, high = _place(estimate.low, scale), _place(estimate.high, scale)
    marks.append(_line("interval", low, high, "50%", "50%"))
    if goal is not None:
        marks.append(_line("goal", _place(goal, scale), None, "15%", "85%"))
    if before is not None:
        marks.append(format_html('<circle class="before" cx="{}%" cy="50%" r="3"/>', _place(before, scale)))
    marks.append(
        format_html('<circle class="point" cx="{}%" cy="50%" r="5"/>', _place(estimate.value, scale))
    )
    return _svg("whisker", marks, label)


def sparkline_svg(
    points: Sequence[Estimated], *, label: str = "", width: int = 120, height: int = 28
) -> SafeString:
    """The run of estimates as a line in its band, scaled to what it shows; points without a number leave a gap."""
    known = [
        (at, point)
        for at, point in enumerate(points)
        if point.value is not None and point.status in {"ok", "wide"}
    ]
    if len(known) < 2:
        return SafeString("")
    lows = [point.value if point.low is None else point.low for _, point in known]
    highs = [point.value if point.high is None else point.high for _, point in known]
    bottom, top = min(lows), max(highs)  # type: ignore[type-var]
    across = max(len(points) - 1, 1)

    def at_x(place: int) -> float:
        return round(2 + (width - 6) * place / across, 1)

    def at_y(value: float | None) -> float:
        share = 0.5 if value is None or top == bottom else (value - bottom) / (top - bottom)  # type: ignore[operator]
        return round(height - 3 - (height - 6) * share, 1)

    upper = [f"{at_x(place)},{at_y(end)}" for (place, _), end in zip(known, highs, strict=True)]
    lower = [f"{at_x(place)},{at_y(end)}" for (place, _), end in zip(known, lows, strict=True)]
    line = [f"{at_x(place)},{at_y(point.value)}" for place, point in known]
    end_x, end_y = line[-1].split(",")
    drawing = format_html(
        '<polygon class="band" points="{}"/><polyline class="line" points="{}"/><circle class="end" cx="{}" cy="{}" r="2.5"/>',
        " ".join([*upper, *reversed(lower)]),
        " ".join(line),
        end_x,
        end_y,
    )
    return _svg("sparkline", [drawing], label, box=f"0 0 {width} {height}")


def _place(value: float, scale: Scale) -> float:
    share = (value - scale.lo) / (scale.hi - scale.lo)
    return round(100 * min(max(share, 0.0), 1.0), 2)


def _line(css: str, start: float, end: float | None, top: str, bottom: str) -> SafeString:
    return format_html(
        '<line class="{}" x1="{}%" x2="{}%" y1="{}" y2="{}"/>',
        css,
        start,
        start if end is None else end,
        top,
        bottom,
    )


def _svg(css: str, marks: Sequence[SafeString], label: str, box: str = "") -> SafeString:
    body = format_html_join("", "{}", ((mark,) for mark in marks))
    view = format_html(' viewBox="{}" preserveAspectRatio="none"', box) if box else ""
    if label:
        return format_html('<svg class="{}"{} role="img" aria-label="{}">{}</svg>', css, view, label, body)
    return format_html('<svg class="{}"{} aria-hidden="true">{}</svg>', css, view, body)
