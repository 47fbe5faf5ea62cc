"""Charts, defined once: Vega-Lite specs that browser, mail and PDF draw the same.

Every chart takes a sentence as its title and shows the interval of each value; colours live in theme.json.
"""

from .data import Event, Point, Row
from .figure import Spec
from .of_things import bars_with_intervals, interval_dots, stages
from .over_time import counts, small_multiples, trend
from .render import render_png, render_svg

__all__ = [
    "Event",
    "Point",
    "Row",
    "Spec",
    "bars_with_intervals",
    "counts",
    "interval_dots",
    "render_png",
    "render_svg",
    "small_multiples",
    "stages",
    "trend",
]
