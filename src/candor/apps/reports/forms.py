"""Forms of Share."""

from django import forms
from django.utils.translation import gettext_lazy as lazy

from .choices import Rhythm


class SubscriptionForm(forms.Form):
    """How often the digest comes."""

    rhythm = forms.ChoiceField(
        choices=Rhythm.choices,
        label=lazy("When"),
        help_text=lazy("Mondays look back four weeks, firsts of the month 90 days."),
    )
