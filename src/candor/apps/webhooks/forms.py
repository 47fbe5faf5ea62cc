"""Forms of the pages of webhooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from candor.foundation.errors import AddressRefused
from candor.foundation.outgoing import check_address

from .events import events


class EndpointForm(forms.Form):
    """Where to send, and what."""

    name = forms.CharField(max_length=120, help_text=lazy("Which system listens there."))
    url = forms.CharField(
        max_length=500,
        label=lazy("Address"),
        help_text=lazy("An https address that takes POST."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, label=lazy("What it wants to hear of")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["events"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(event.name, f"{event.name}: {event.sentence}") for event in events()]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check_address(url)
        except AddressRefused as error:
            raise forms.ValidationError(str(error)) from error
        return url
