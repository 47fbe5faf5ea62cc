"""What a brand colour becomes on the pages at which people answer, told to whoever chooses it."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from candor.foundation.errors import InvalidInput

from .brand import LIGHT, Theme, contrast, theme_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """A brand colour with what is shown in its place where it can't be read."""

    color: str
    theme: Theme

    @property
    def is_kept(self) -> bool:
        """Whether it is shown as it is on a light page."""
        return self.theme.light == self.color

    @property
    def words(self) -> str:
        """The judgement in a sentence."""
        facts = {"contrast": f"{contrast(self.color, LIGHT):.1f}", "shown": self.theme.light}
        if self.is_kept:
            return (
                _(
                    "Reads well on white: its contrast is %(contrast)s to 1, and 4.5 to 1 is needed (WCAG 2.2)."
                )
                % facts
            )
        return (
            _(
                "Too pale to be read on white: its contrast is %(contrast)s to 1, and 4.5 to 1 is needed (WCAG 2.2). Customers get %(shown)s instead."
            )
            % facts
        )


def judge(color: str) -> Judgement:
    """What becomes of a brand colour.

    >>> judge("#0b5c57").is_kept, judge("#ffee00").is_kept
    (True, False)

    Raises:
        InvalidInput: it is not written as #rrggbb.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise InvalidInput(_("“%(color)s” is no colour; expected one as #0b5c57.") % {"color": color[:20]})
    return Judgement(color.lower(), theme_of(color))
