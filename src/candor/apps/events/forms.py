"""Forms of the pages about events."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from candor.apps.journeys.models import Journey, Stage, Touchpoint


class SourceForm(forms.Form):
    """How events of a source are read."""

    journey = forms.ModelChoiceField(
        Journey.objects.order_by("name"),
        required=False,
        empty_label=lazy("One named after the source"),
        help_text=lazy("Where events go whose name nobody has placed elsewhere."),
    )
    holds_unknown = forms.BooleanField(
        required=False,
        label=lazy("Hold events with a new name until somebody says where they belong"),
        help_text=lazy("They are kept, and go into the log once their name is placed."),
    )
    case_property = forms.CharField(
        max_length=80,
        required=False,
        label=lazy("Property that names the case"),
        help_text=lazy("Such as loan_id, or loan.id. Without it the customer is the case."),
    )
    customer_property = forms.CharField(
        max_length=80,
        required=False,
        label=lazy("Property that names the customer"),
        help_text=lazy("For senders that give no user id, as most CloudEvents don’t."),
    )


class PlaceForm(forms.Form):
    """Where a name belongs: a stage for a touchpoint of its own, or a touchpoint that it is the same as."""

    called = forms.CharField(max_length=120, required=False)
    stage = forms.ModelChoiceField(Stage.objects.select_related("journey"), required=False)
    touchpoint = forms.ModelChoiceField(
        Touchpoint.objects.exclude(stage=None).select_related("stage__journey"), required=False
    )


def stages_by_journey() -> list[tuple[Journey, list[Stage]]]:
    """For the choice of a stage."""
    rows = Journey.objects.prefetch_related("stages__touchpoints").order_by("name")
    return [(journey, list(journey.stages.all())) for journey in rows if journey.stages.all()]


def initial_of(source: Any) -> dict[str, Any]:
    """What a source's form starts with."""
    return {name: getattr(source, name) for name in SourceForm.base_fields}
