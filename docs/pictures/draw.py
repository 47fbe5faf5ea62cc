"""Draws the pictures of docs/methods: `python -m docs.pictures.draw [NAME]…`, all of them when none is named."""

import hashlib
import json
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
    """The picture of a page as SVG, which says of which data and words it was drawn."""
    spec = PICTURES[name]()
    return svg(spec).replace("<svg ", f'<svg data-drawn-from="{fingerprint(spec)}" ', 1)


def fingerprint(spec: object) -> str:
    """What a picture is drawn from, in twelve letters: the same on machines with other fonts, whose texts are as wide as they are."""
    told = json.dumps(_rounded(spec), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _rounded(part: object) -> object:
    """Numbers to three digits, so that the last bit of another processor makes no difference."""
    if isinstance(part, dict):
        return {key: _rounded(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_rounded(value) for value in part]
    return float(f"{part:.3g}") if isinstance(part, float) else part


def main(names: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in names or PICTURES:
        (FOLDER / f"{name}.svg").write_text(drawn(name), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
