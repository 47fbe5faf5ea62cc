"""What people type about themes."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Theme


class RenameForm(forms.Form):
    """A name for a theme."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("Leave it empty to go back to the proposed name."),
    )


class MergeForm(forms.Form):
    """Which theme another one is part of."""

    into = forms.TypedChoiceField(label=_("Count it as"), coerce=int)

    def __init__(self, *args: Any, others: Sequence[Theme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [(theme.pk, theme.name) for theme in others]  # type: ignore[attr-defined]
