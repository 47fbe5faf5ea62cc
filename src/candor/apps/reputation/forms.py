"""Forms of reputation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .choices import Reason


class ExclusionForm(forms.Form):
    """Why a review is left out."""

    reason = forms.ChoiceField(
        choices=Reason.choices,
        label=_("Reason"),
        help_text=_("The published list. That a review is bad is no reason."),
    )
    note = forms.CharField(
        max_length=500,
        label=_("What shows it"),
        help_text=_("So that whoever looks at the log can check it."),
    )
