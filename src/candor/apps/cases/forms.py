"""Forms of cases."""

from typing import Any

from django import forms

from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person, Unit

from .choices import RootCause, Trigger


class CloseForm(forms.Form):
    """Why it happened and what was done."""

    root_cause = forms.ChoiceField(choices=[("", "Choose"), *RootCause.choices], label="Root cause")
    resolution = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}), label="What was done", max_length=2_000
    )


class NoteForm(forms.Form):
    """A note."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), label="Note", max_length=2_000)


class AssignForm(forms.Form):
    """Who owns it."""

    owner = forms.ModelChoiceField(Person.objects.none(), required=False, empty_label="Nobody")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """When feedback opens a case."""

    name = forms.CharField(max_length=120)
    trigger = forms.ChoiceField(choices=Trigger.choices, label="When")
    threshold = forms.FloatField(required=False, label="Score", help_text="For scores: this value or lower.")
    unit = forms.ModelChoiceField(Unit.objects.order_by("path"), required=False, empty_label="Everywhere")
    owner_role = forms.ChoiceField(
        choices=Role.choices,
        initial=Role.MANAGER,
        label="Who owns it",
        help_text="The one nearest to the unit.",
    )
    due_hours = forms.IntegerField(min_value=1, max_value=24 * 90, initial=48, label="Hours to close it")

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        trigger = fields.get("trigger")
        if trigger and Trigger(trigger).answer_kind and fields.get("threshold") is None:
            self.add_error("threshold", "Say from which score on a case is opened.")
        return fields
