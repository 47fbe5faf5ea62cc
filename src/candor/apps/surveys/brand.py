"""A company's colour, made fit to read: WCAG 2.2 asks 4.5 to 1 for text, whatever colour the company has."""

import re
from dataclasses import dataclass
from functools import lru_cache

OWN_COLOR = "#0b5c57"
LEAST_CONTRAST = 4.6  # a little above what is asked, for what browsers round away
LIGHT, DARK = "#ffffff", "#151c1b"  # the surfaces of the pages, as in frontend/styles/answer.css


@dataclass(frozen=True, slots=True)
class Theme:
    """The colour for a light and for a dark page, readable as text on it, and the ink that is readable on either."""

    light: str
    light_ink: str
    dark: str
    dark_ink: str

    @property
    def style(self) -> str:
        """As custom properties for a style attribute."""
        return f"--brand-light:{self.light};--brand-light-ink:{self.light_ink};--brand-dark:{self.dark};--brand-dark-ink:{self.dark_ink}"


@lru_cache(maxsize=64)
def theme_of(color: str) -> Theme:
    """The theme from a company's colour; one that is none counts as Candor's own.

    >>> theme_of("#ffee00").light_ink
    '#ffffff'
    >>> contrast(theme_of("#ffee00").light, LIGHT) >= 4.5
    True
    """
    own = color.lower() if re.fullmatch(r"#[0-9a-fA-F]{6}", color) else OWN_COLOR
    light, dark = readable(own, on=LIGHT), readable(own, on=DARK)
    return Theme(light, ink_on(light), dark, ink_on(dark))


def readable(color: str, *, on: str) -> str:
    """The colour, mixed with black or white until it can be read on the surface."""
    toward = "#000000" if _luminance(on) > 0.18 else "#ffffff"
    for step in range(21):
        mixed = _mix(color, toward, step / 20)
        if contrast(mixed, on) >= LEAST_CONTRAST:
            return mixed
    return toward


def ink_on(color: str) -> str:
    """Black or white, whichever is easier to read on the colour; one of them always reaches 4.5."""
    return max("#ffffff", "#000000", key=lambda ink: contrast(ink, color))


def contrast(one: str, other: str) -> float:
    """The ratio as WCAG 2.2 defines it, 1 to 21.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _mix(color: str, other: str, share: float) -> str:
    pairs = zip(_parts(color), _parts(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)
