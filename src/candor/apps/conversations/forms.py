"""Forms of conversations."""

from typing import Any

from django import forms
from django.db.models import QuerySet
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


class CustomerForm(forms.Form):
    """Finds a customer by what somebody types who may not see everybody; if several fit, they choose."""

    caller = forms.CharField(
        max_length=254, required=False, label=_("Customer"),
        help_text=_("Their number here, or where you may see them their name, e-mail or identifier. Leave it empty if you don’t know."),
    )  # fmt: skip
    customer = forms.ModelChoiceField(
        Customer.objects.none(), required=False, widget=forms.RadioSelect, empty_label=_("None of these"), label=_("Which of them?")
    )  # fmt: skip

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = self.find(viewer, self.data.get("caller", "").strip()) if self.is_bound else []
        customers: Any = self.fields["customer"]
        customers.queryset = Customer.objects.filter(pk__in=[one.pk for one in self.found])
        customers.label_from_instance = lambda customer: f"{customer.shown_to(viewer)} ({customer.pk})"
        if len(self.found) < 2:
            customers.widget = forms.HiddenInput()

    def find(self, viewer: Viewer, text: str) -> list[Customer]:
        """Whom the words may mean."""
        return callers(viewer, text)

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


class TieForm(CustomerForm):
    """Whose a conversation is."""

    field_order = ("unit", "caller", "customer")
    unit = forms.ModelChoiceField(
        Unit.objects.none(), required=False, label=_("Unit"), empty_label=_("The customer’s, else the whole company’s")
    )  # fmt: skip

    def __init__(self, *args: Any, now: Customer | None, units: QuerySet[Unit], **kwargs: Any) -> None:
        self.now = now
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def find(self, viewer: Viewer, text: str) -> list[Customer]:
        """Whom the words may mean; who it is now stays nameable for who may not see them elsewhere."""
        return [self.now] if self.now and text == str(self.now.pk) else callers(viewer, text)


class CallForm(CustomerForm):
    """A note of a call: what was said first, since that is forgotten first."""

    field_order = ("said", "caller", "customer", "touchpoint", "is_settled")
    said = _words(4, max_length=20_000, label=_("What did they say?"), attrs={"autofocus": True})
    touchpoint = forms.ModelChoiceField(
        Touchpoint.objects.none(), required=False, empty_label=_("Not sure"), label=_("What was it about?")
    )
    is_settled = forms.BooleanField(required=False, label=_("It is settled: nobody needs to call back"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["caller"].label = _("Who called?")
        points = Touchpoint.objects.exclude(stage=None).select_related("stage").order_by("stage", "position")
        self.fields["touchpoint"].queryset = points  # type: ignore[attr-defined]


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
