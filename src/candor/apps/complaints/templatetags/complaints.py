"""What templates say of clocks."""

from django import template
from django.utils.translation import gettext as _

from ..clocks import Face
from ..due import CLOCKS
from ..faces import words_of
from ..settings_forms import UNITS
from ..working_time import Term

register = template.Library()


@register.filter
def clock_words(shown: Face) -> str:
    """What a clock says: "3 days left", "late by 2 days", "in time"."""
    return words_of(shown)


@register.filter
def clock_name(shown: Face) -> str:
    """What a clock is for."""
    if shown.key == "refer":
        return _("The customer may go to the ombudsman")
    return str(CLOCKS[shown.key])


@register.filter
def term_words(term: Term | None) -> str:
    """A term in words: "15 working days"."""
    return f"{term.amount} {dict(UNITS)[term.unit]}" if term else _("none")
