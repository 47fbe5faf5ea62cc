"""Charts as pictures, for mail and PDF: the same specs, drawn in process, without a network."""

from typing import Any

from .figure import Spec
from .theme import Mode, theme

_VEGA_LITE = "6.4"


def render_svg(spec: Spec, *, width: int = 640, mode: Mode = "light") -> str:
    """The chart with its title as an SVG document."""
    import vl_convert

    return str(
        vl_convert.vegalite_to_svg(
            standalone(spec, width), vl_version=_VEGA_LITE, config=theme(mode), allowed_base_urls=[]
        )
    )


def render_png(spec: Spec, *, width: int = 640, mode: Mode = "light", scale: float = 2) -> bytes:
    """The chart with its title as a PNG picture on the paper's own colour."""
    import vl_convert

    config = theme(mode) | {"background": "#ffffff" if mode == "light" else "#151c1b"}
    picture = vl_convert.vegalite_to_png(
        standalone(spec, width), vl_version=_VEGA_LITE, config=config, scale=scale, allowed_base_urls=[]
    )
    return bytes(picture)


def standalone(spec: Spec, width: int) -> dict[str, Any]:
    """The spec with its title inside and a width of its own, for places without a container."""
    meta = spec.get("usermeta", {})
    title = {"text": meta.get("title", ""), "subtitle": meta.get("subtitle", "")}
    drawn = {key: value for key, value in spec.items() if key != "usermeta"} | {"title": title}
    if drawn.get("width") == "container":
        drawn |= {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    return drawn
