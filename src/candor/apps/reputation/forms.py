"""Forms of reputation."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candor.apps.organization.models import Unit

from .choices import Reason, Site
from .connectors import CONNECTORS
from .models import Connection


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


class ConnectionForm(forms.Form):
    """What a connection to a site needs; secrets that are stored already may stay empty."""

    name = forms.CharField(
        max_length=120, label=_("Name"), help_text=_("What you call it, such as the name of the location.")
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        required=False,
        label=_("About"),
        empty_label=_("The organization"),
        help_text=_("Whom its reviews are about."),
    )

    def __init__(
        self,
        *args: Any,
        site: str,
        units: Sequence[Unit],
        connection: Connection | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        if connection is not None:
            self.initial = {"name": connection.name, "unit": connection.unit_id} | connection.settings
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])
        for one in CONNECTORS[site].settings:
            is_stored = one.is_secret and connection is not None
            self.fields[one.key] = forms.CharField(
                label=one.label,
                required=one.key != "address" and not is_stored,
                help_text=_("Stored; never shown. Leave empty to keep it.") if is_stored else one.help,
                widget=_widget(is_secret=one.is_secret, is_long=one.is_long),
            )

    @property
    def values(self) -> dict[str, str]:
        """What the site needs."""
        return {key: value for key, value in self.cleaned_data.items() if key not in {"name", "unit"}}


def _widget(*, is_secret: bool, is_long: bool) -> forms.Widget:
    quiet = {"autocomplete": "off", "spellcheck": "false"}
    if is_long:
        return forms.Textarea(attrs=quiet | {"rows": 4})
    return (
        forms.PasswordInput(attrs={"autocomplete": "new-password"})
        if is_secret
        else forms.TextInput(attrs=quiet)
    )


class TemplateForm(forms.Form):
    """Words to begin a reply with."""

    name = forms.CharField(max_length=80, label=_("Name"))
    text = forms.CharField(
        label=_("Words"), widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("{author}, {place}, {stars} and {company} are filled in; who replies may change every word."),
    )  # fmt: skip


class PlaceForm(forms.Form):
    """Where customers are asked to review us."""

    name = forms.CharField(
        max_length=120, label=_("Name"), help_text=_("As customers know it, such as “Google, Quay branch”.")
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), required=False, label=_("About"), empty_label=_("The organization")
    )
    url = forms.URLField(
        max_length=500,
        label=_("Address"),
        assume_scheme="https",
        help_text=_("The page at the site where a review is written. Everybody gets the same."),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])


CONNECTABLE = [(key, Site(key).label) for key in CONNECTORS]
