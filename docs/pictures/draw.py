"""Draws the pictures of docs/methods: `python -m docs.pictures.draw [NAME]…`, all of them when none is named."""

import sys
from collections.abc import Callable
from pathlib import Path

from candor.foundation.charts.figure import Spec

from . import changes, journeys, operations, samples, scores, units, watching, worth
from .paper import svg

FOLDER = Path(__file__).parents[1] / "methods" / "pictures"
PICTURES: dict[str, Callable[[], Spec]] = {
    **scores.PICTURES,
    **changes.PICTURES,
    **samples.PICTURES,
    **units.PICTURES,
    **watching.PICTURES,
    **worth.PICTURES,
    **journeys.PICTURES,
    **operations.PICTURES,
}


def drawn(name: str) -> str:
    """The picture of a page as SVG."""
    return svg(PICTURES[name]())


def main(names: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in names or PICTURES:
        (FOLDER / f"{name}.svg").write_text(drawn(name), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
