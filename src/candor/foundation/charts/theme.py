"""The look of every chart, light and dark: one JSON file that the browser's island reads too."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

Mode = Literal["light", "dark"]


@lru_cache(maxsize=2)
def theme(mode: Mode = "light") -> dict[str, Any]:
    """Vega-Lite's config for a mode; treat it as read-only."""
    themes: dict[str, dict[str, Any]] = json.loads(
        files(__package__).joinpath("theme.json").read_text(encoding="utf-8")
    )
    return themes[mode]
