"""Forms of Plan."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Unit
from candor.apps.scores.registry import MEASURES, Measure
from candor.foundation.wording import scale_of

from . import queries
from .choices import Horizon, Strand
from .errors import TargetRefused
from .models import Outcome
from .services import refuse_perfect

WIDEST_TARGET = 1e9


class WantedForm(forms.Form):
    """What is wanted, in the measure's units as pages show them; measure and unit are given."""

    title = forms.CharField(
        max_length=160,
        label=lazy("Outcome"),
        help_text=lazy("What will be true, in the customer’s or colleague’s words."),
    )
    strand = forms.ChoiceField(choices=Strand.choices)
    horizon = forms.TypedChoiceField(choices=Horizon.choices, coerce=int)
    target = forms.FloatField(
        min_value=-WIDEST_TARGET, max_value=WIDEST_TARGET,
        help_text=lazy("As the measure’s page shows it: NPS from −100 to 100, shares in percent, means in points of their scale."),
    )  # fmt: skip
    by_on = forms.DateField(label=lazy("By"), widget=forms.DateInput(attrs={"type": "date"}))
    owner = forms.ModelChoiceField(
        queries.possible_owners().none(), help_text=lazy("Answers for it, and is asked first.")
    )

    def __init__(self, *args: Any, today: date, measure: Measure | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.given_measure = today, measure
        self.fields["owner"].queryset = queries.possible_owners()  # type: ignore[attr-defined]

    def clean_by_on(self) -> date:
        day: date = self.cleaned_data["by_on"]
        if day <= self.today:
            raise forms.ValidationError(_("Choose a day in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        """Turns the target into natural units."""
        fields: dict[str, Any] = super().clean() or {}
        measure = self.given_measure or MEASURES.get(fields.get("measure", ""))
        if measure is None or fields.get("target") is None:
            return fields
        target = fields["target"] / scale_of(measure.unit).factor
        try:
            refuse_perfect(measure=measure, target=target)
        except TargetRefused as refusal:
            self.add_error("target", str(refusal))
        return fields | {"target": target}


class OutcomeForm(WantedForm):
    """A new outcome: also which measure, and where."""

    measure = forms.ChoiceField(
        choices=[("", lazy("Choose")), *((key, one.name) for key, one in MEASURES.items())],
        help_text=lazy("Its score of the last 90 days is frozen as the baseline."),
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), label=lazy("Where"))
    field_order = ("title", "strand", "horizon", "measure", "unit", "target", "by_on", "owner")

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managed = viewer.units(Permission.MANAGE_STRATEGY)
        units = [unit.pk for unit in managed if unit.parent_id is not None and not viewer.withholds(unit)]
        where = self.fields["unit"]
        where.queryset = Unit.objects.filter(pk__in=units)  # type: ignore[attr-defined]
        if viewer.sees_everything(Permission.MANAGE_STRATEGY):
            where.required = False
            where.empty_label = _("The whole company")  # type: ignore[attr-defined]


def wanted_of(outcome: Outcome) -> dict[str, Any]:
    """An outcome as the form shows it."""
    measure = MEASURES[outcome.measure_key]
    names = ("title", "strand", "horizon", "by_on", "owner")
    return {name: getattr(outcome, name) for name in names} | {
        "target": round(outcome.target * scale_of(measure.unit).factor, 4)
    }
