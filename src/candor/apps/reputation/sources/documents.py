"""JSON files of reviews: which shape they are of, and their items."""

import json
from pathlib import Path
from typing import Any

from candor.intake.errors import BrokenJson, EmptyFile
from candor.intake.sources import MIB, Limits, Source

from . import app_store, google, google_play, trustpilot
from .item import Shape

SHAPES = (google.SHAPE, google_play.SHAPE, trustpilot.SHAPE, app_store.SHAPE, app_store.FEED)
MOST = 256 * MIB  # a document is read as a whole; a year of reviews of a large company is a few megabytes


def read(path: Path) -> tuple[Shape, list[Any]]:
    """The shape of a document and its reviews.

    Raises:
        BrokenJson: it is no JSON, or of no shape that is known.
        EmptyFile, TooLarge: as they say.
    """
    with Source(path, Limits(total_bytes=MOST)) as source:
        data = b"".join(source.chunks())
    if not data.strip():
        raise EmptyFile
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BrokenJson(f"it is no JSON ({error})") from error
    for shape in SHAPES:
        found = shape.items(document)
        if found is not None:
            return shape, found
    known = ", ".join(shape.name for shape in SHAPES)
    raise BrokenJson(f"it holds no reviews in a shape that is known: {known}")
