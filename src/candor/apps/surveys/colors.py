"""Whether a brand colour can be read: contrast as WCAG 2.2 defines it."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from candor.foundation.errors import InvalidInput

LEAST_FOR_TEXT = 4.5  # WCAG 2.2, 1.4.3
LEAST_FOR_PARTS = 3.0  # WCAG 2.2, 1.4.11
_INK = "#13201e"


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb, from 0 for black to 1 for white.

    >>> luminance("#ffffff"), luminance("#000000")
    (1.0, 0.0)
    """
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21.

    >>> round(ratio("#ffffff", "#000000"), 1)
    21.0
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True, slots=True)
class Contrast:
    """How a colour reads: `ink` is what to write on it, `on_it` how well that reads, `on_white` how well it stands out on the page."""

    color: str
    ink: str
    on_it: float
    on_white: float

    @property
    def is_good(self) -> bool:
        return self.on_it >= LEAST_FOR_TEXT and self.on_white >= LEAST_FOR_PARTS

    @property
    def words(self) -> str:
        """The judgement in a sentence."""
        facts = {"on_it": f"{self.on_it:.1f}", "on_white": f"{self.on_white:.1f}"}
        if self.is_good:
            return (
                _(
                    "Reads well: writing on it has a contrast of %(on_it)s to 1, and it stands out from the page by %(on_white)s to 1."
                )
                % facts
            )
        return _(
            "Too pale for a button: it stands out from the page by %(on_white)s to 1, and at least 3 to 1 is needed. Take a darker shade."
        ) % facts  # fmt: skip


def contrast_of(color: str) -> Contrast:
    """How a brand colour reads on a white page, with black or white writing on it, whichever reads better.

    Raises:
        InvalidInput: it is not written as #rrggbb.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise InvalidInput(_("“%(color)s” is no colour; expected one as #0b5c57.") % {"color": color[:20]})
    ink = max(("#ffffff", _INK), key=lambda one: ratio(one, color))
    return Contrast(color, ink, ratio(ink, color), ratio("#ffffff", color))
