"""Forms of the editor."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from candor.apps.organization.models import Person

LONGEST_PROMISE = 24 * 365 * 5


class TouchpointForm(forms.Form):
    """What is said of a touchpoint."""

    name = forms.CharField(max_length=120, label=lazy("Name"))
    activity = forms.CharField(
        max_length=160,
        required=False,
        label=lazy("In the event log"),
        help_text=lazy("What the event log calls it."),
    )
    owner = forms.ModelChoiceField(
        Person.objects.none(), required=False, empty_label=lazy("Nobody"), label=lazy("Owner")
    )
    promise = forms.CharField(
        max_length=200, required=False, label=lazy("Promise"), help_text=lazy("In the customer’s words.")
    )
    promised_hours = forms.IntegerField(
        min_value=1, max_value=LONGEST_PROMISE, required=False, label=lazy("Longest wait in hours")
    )
    promised_from = forms.CharField(
        max_length=160, required=False, label=lazy("The clock starts at"),
        help_text=lazy("An activity; left empty, the touchpoint before."),
    )  # fmt: skip
    is_direct = forms.BooleanField(required=False, label=lazy("Between the customer and us directly"))
    is_critical = forms.BooleanField(required=False, label=lazy("A critical moment"))

    def __init__(self, *args: Any, activities_id: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Person.objects.filter(is_active=True).order_by("name")  # type: ignore[attr-defined]
        for name in ("activity", "promised_from"):
            self.fields[name].widget.attrs["list"] = activities_id

    def facts(self) -> dict[str, Any]:
        """The fields as the model has them."""
        cleaned = dict(self.cleaned_data)
        owner = cleaned.pop("owner")
        return cleaned | {"owner_id": owner.pk if owner else None}
