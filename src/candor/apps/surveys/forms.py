"""Forms of the designer."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as lazy

from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.models import Unit
from candor.foundation.errors import InvalidInput

from . import palette
from .colors import judge
from .models import Link, Survey
from .palette import Element, Kind
from .wordings import LANGUAGES, plain, said

LONGEST_SUBJECT = 120
LONGEST_TEXT = 1_000
LONGEST_LIST = 8_000
INPUTS = (
    ("text", lazy("Anything")),
    ("email", lazy("An e-mail address")),
    ("number", lazy("A number")),
    ("tel", lazy("A phone number")),
)


def _area(rows: int, *, only_for: str = "") -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows} | ({"data-only-for": only_for} if only_for else {}))


def _text(label: Any, most: int, *, rows: int = 0, required: bool = False, hint: Any = "") -> forms.CharField:
    widget = _area(rows) if rows else forms.TextInput()
    return forms.CharField(
        label=label, max_length=most, required=required, widget=widget, help_text=hint, strip=True
    )


def _touchpoints() -> QuerySet[Touchpoint]:
    """Those that a journey has, in its order."""
    rows = Touchpoint.objects.exclude(stage=None).select_related("stage__journey")
    return rows.order_by("stage__journey__name", "stage__position", "position")


class QuestionForm(forms.Form):
    """What can be said of one question of its kind, in the main language."""

    def __init__(self, sent: QueryDict | None = None, *, element: Element) -> None:
        super().__init__(sent, prefix=f"q-{element.get('name', '')}")
        self.element, self.kind = element, palette.kind_of(element)
        if self.kind is None or self.kind.is_question:
            self._say("title", _text(lazy("Question"), LONGEST_TEXT, rows=2, required=True))
        else:
            self._say("html", _text(lazy("Text"), LONGEST_LIST, rows=4, required=True))
        if self.kind is not None:
            self._add_kind(self.kind)
        if self.kind is None or self.kind.is_question:
            self._say("description", _text(lazy("Explanation below it"), LONGEST_TEXT))
            self.fields["isRequired"] = forms.BooleanField(
                required=False, initial=bool(element.get("isRequired")), label=lazy("Must be answered")
            )

    def _add_kind(self, kind: Kind) -> None:
        if kind.has_ends:
            self._say("minRateDescription", _text(lazy("Words at the lowest end"), 120))
            self._say("maxRateDescription", _text(lazy("Words at the highest end"), 120))
        if kind.key in {"rating", "stars", "expectation"}:
            self._number("rateMin", lazy("From"), 1, (0, 1) if kind.key != "stars" else (1, 1))
            self._number("rateMax", lazy("To"), 5, (2, 10))
        if kind.has_choices:
            self._list("choices", lazy("Choices, one a line"))
        if kind.key in {"choice", "choices", "feelings"}:
            other = bool(self.element.get("showOtherItem") or self.element.get("hasOther"))
            self.fields["showOtherItem"] = forms.BooleanField(
                required=False, initial=other, label=lazy("Also “Other”, with room for words")
            )
        if kind.key == "matrix":
            self._list("rows", lazy("Statements, one a line"))
            self._list("columns", lazy("Points of the scale, lowest first, one a line"))
        if kind.key == "line":
            self._add_input()
        if kind.key in {"comment", "line"}:
            self._say("placeholder", _text(lazy("Hint in the empty field"), 120))

    def _add_input(self) -> None:
        """What may be written into one line; whatever an imported survey has besides stays."""
        given = str(self.element.get("inputType", "text"))
        offered = INPUTS if given in dict(INPUTS) else (*INPUTS, (given, given))
        self.fields["inputType"] = forms.ChoiceField(
            label=lazy("What is to be written"), choices=offered, initial=given, required=False
        )
        widget = {"step": "any", "data-only-for": f"{self.prefix}-inputType=number"}
        for name, label in (("min", lazy("At least")), ("max", lazy("At most"))):
            self.fields[name] = forms.FloatField(
                label=label, required=False, initial=self.element.get(name), widget=forms.NumberInput(widget)
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        lowest, highest = said.get("min"), said.get("max")
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("max", lazy("The largest number allowed is below the smallest."))
        return said

    def _say(self, name: str, field: forms.CharField) -> None:
        text = said(self.element.get(name))
        field.initial = plain(text) if name == "html" else text
        self.fields[name] = field

    def _number(self, name: str, label: Any, standard: int, ends: tuple[int, int]) -> None:
        self.fields[name] = forms.IntegerField(
            label=label, min_value=ends[0], max_value=ends[1], initial=self.element.get(name, standard)
        )

    def _list(self, name: str, label: Any) -> None:
        items = self.element.get(name, [])
        lines = [
            said(one.get("text")) or str(one.get("value", "")) if isinstance(one, dict) else str(one)
            for one in items
        ]
        field = _text(label, LONGEST_LIST, rows=max(3, len(lines) + 1), required=True)
        field.initial = "\n".join(lines)
        self.fields[name] = field


class NewSurveyForm(forms.Form):
    """A name and a language; the template is a button."""

    name = forms.CharField(max_length=120, required=False, label=lazy("Name"))
    language = forms.ChoiceField(choices=sorted(LANGUAGES.items()), initial="en", label=lazy("Language"))


class SettingsForm(forms.ModelForm[Survey]):
    """What lies beside the questions."""

    class Meta:
        model = Survey
        fields = ("name", "type", "moment", "touchpoint", "is_anonymous", "brand_color")
        labels = {
            "name": lazy("Name, for colleagues"),
            "type": lazy("What it asks about"),
            "moment": lazy("When it is asked"),
            "touchpoint": lazy("Touchpoint"),
            "is_anonymous": lazy("Answers are anonymous: no way leads from an answer back to who gave it"),
            "brand_color": lazy("Brand colour"),
        }
        help_texts = {
            "type": lazy("How often a customer may be asked is set for each."),
            "is_anonymous": lazy("Fixed once the survey was open."),
            "brand_color": lazy("As #rrggbb; left empty, Candor’s own."),
        }
        widgets = {
            "brand_color": forms.TextInput(attrs={"placeholder": "#0b5c57", "pattern": "#[0-9a-fA-F]{6}"})
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["touchpoint"].queryset = _touchpoints()  # type: ignore[attr-defined]
        self.fields["touchpoint"].empty_label = lazy("None: the whole relationship")  # type: ignore[attr-defined]
        self.fields["is_anonymous"].disabled = self.instance.versions.exists()

    def clean_brand_color(self) -> str:
        color = str(self.cleaned_data["brand_color"])
        try:
            return judge(color).color if color else ""
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from error


class LinkForm(forms.ModelForm[Link]):
    """A new standing link."""

    sites = forms.CharField(
        required=False, max_length=2_000, widget=_area(2, only_for="kind=embed"), label=lazy("Inside another site: its addresses, one a line"),
        help_text=lazy("Only these sites can show the survey inside their pages, as https://www.example.com."),
    )  # fmt: skip
    reset_seconds = forms.IntegerField(
        min_value=3,
        max_value=120,
        initial=10,
        label=lazy("On a kiosk: seconds until the next person’s turn"),
        widget=forms.NumberInput(attrs={"data-only-for": "kind=kiosk"}),
    )

    class Meta:
        model = Link
        fields = ("kind", "name", "channel", "unit", "touchpoint", "reset_seconds")
        labels = {
            "kind": lazy("Kind"),
            "name": lazy("Where it hangs or stands"),
            "channel": lazy("Channel"),
            "unit": lazy("Unit"),
            "touchpoint": lazy("Touchpoint"),
        }
        help_texts = {
            "name": lazy("For you to know it again: “Till 3”, “Website, contact page”."),
            "channel": lazy("What answers are counted under, such as web, qr or kiosk."),
            "unit": lazy("Whose answers they are."),
        }

    def __init__(self, sent: QueryDict | None, *, units: list[Unit]) -> None:
        super().__init__(sent, initial={"kind": Link.Kind.OPEN})
        self.fields["kind"].choices = Link.Kind.choices  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])  # type: ignore[attr-defined]
        self.fields["unit"].empty_label = lazy("The whole company")  # type: ignore[attr-defined]
        self.fields["touchpoint"].queryset = _touchpoints()  # type: ignore[attr-defined]
        self.fields["touchpoint"].empty_label = lazy("As the survey has it")  # type: ignore[attr-defined]

    def clean_sites(self) -> list[str]:
        """Origins, each as a browser compares them."""
        lines = [
            line.strip().rstrip("/").lower()
            for line in self.cleaned_data["sites"].splitlines()
            if line.strip()
        ]
        for line in lines:
            if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", line):
                raise forms.ValidationError(
                    lazy("“%(site)s” is no address of a site; expected one as https://www.example.com."),
                    params={"site": line[:80]},
                )
        return lines

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == Link.Kind.EMBED and not said.get("sites") and "sites" not in self.errors:
            self.add_error("sites", lazy("Name the sites that may show the survey."))
        return said


class ScheduleForm(forms.Form):
    """From when until when."""

    opens_at = forms.DateTimeField(
        required=False,
        label=lazy("Takes answers from"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    closes_at = forms.DateTimeField(
        required=False,
        label=lazy("Until"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
