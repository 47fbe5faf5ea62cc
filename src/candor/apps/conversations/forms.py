"""Forms of conversations."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from candor.apps.customers.models import Customer
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.access import Viewer
from candor.apps.organization.models import Person, Unit

from .queries import callers


def _words(rows: int, **fields: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows} | fields.pop("attrs", {})), **fields)


class ReplyForm(forms.Form):
    """A reply; `key` keeps a second press of the button from sending it twice."""

    text = _words(6, max_length=50_000, label=_("Your reply"), attrs={"data-shortcut": "r"})
    key = forms.SlugField(max_length=40, widget=forms.HiddenInput)


class AssignForm(forms.Form):
    """Who answers."""

    to = forms.ModelChoiceField(
        Person.objects.none(), required=False, empty_label=_("Nobody"), label=_("Give it to")
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class CallForm(forms.Form):
    """A note of a call: what was said first, since that is forgotten first."""

    said = _words(4, max_length=20_000, label=_("What did they say?"), attrs={"autofocus": True})
    caller = forms.CharField(
        max_length=160, required=False, label=_("Who called?"),
        help_text=_("Their number here, or where you may see them their name, e-mail or identifier. Leave it empty if you don’t know."),
    )  # fmt: skip
    customer = forms.ModelChoiceField(
        Customer.objects.none(), required=False, widget=forms.RadioSelect, empty_label=_("None of these"), label=_("Which of them?")
    )  # fmt: skip
    touchpoint = forms.ModelChoiceField(
        Touchpoint.objects.none(), required=False, empty_label=_("Not sure"), label=_("What was it about?")
    )
    is_settled = forms.BooleanField(required=False, label=_("It is settled: nobody needs to call back"))

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = Touchpoint.objects.exclude(stage=None).select_related("stage").order_by("stage", "position")
        self.fields["touchpoint"].queryset = points  # type: ignore[attr-defined]
        self.found = callers(viewer, self.data.get("caller", "")) if self.is_bound else []
        customers: Any = self.fields["customer"]
        customers.queryset = Customer.objects.filter(pk__in=[one.pk for one in self.found])
        customers.label_from_instance = lambda customer: f"{customer.shown_to(viewer)} ({customer.pk})"
        if len(self.found) < 2:
            customers.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        if fields.get("caller") and fields.get("customer") is None:
            if len(self.found) == 1:
                fields["customer"] = self.found[0]
            elif not self.found:
                self.add_error(
                    "caller",
                    _now("Nobody whom you may see is called that. Try their number, or leave it empty."),
                )
            elif "customer" not in self.data:
                self.add_error("customer", _now("Several fit. Choose one of them."))
        return fields


class TellUsForm(forms.Form):
    """What anybody writes at the public form."""

    text = _words(7, max_length=20_000, label=_("What would you like to tell us?"))
    name = forms.CharField(
        max_length=160, required=False, label=_("Your name, if you like"), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )  # fmt: skip
    email = forms.EmailField(
        required=False, label=_("Your e-mail, if you want an answer"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )  # fmt: skip
    agrees = forms.BooleanField(label=_("I agree"))

    def __init__(self, *args: Any, consent: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agrees"].label = consent or _now(
            "You may keep what I wrote, and my name and address if I gave them, to answer me and to get better. I can have it erased at any time."
        )


class PublicFormForm(forms.Form):
    """Whether anybody may write here, and what stands on the page."""

    is_open = forms.BooleanField(required=False, label=_("Anybody may write to us at the form"))
    welcome = _words(3, required=False, max_length=4_000, label=_("Above the form"))
    consent = _words(
        2,
        required=False,
        max_length=1_000,
        label=_("What they agree to"),
        help_text=_("Empty: our own words."),
    )
    thanks = _words(3, required=False, max_length=4_000, label=_("Once it was sent"))
    unit = forms.ModelChoiceField(
        Unit.objects.order_by("path"),
        required=False,
        empty_label=_("The whole company"),
        label=_("Where they belong"),
    )
