"""Forms of complaints: those of one complaint. Those of rules, topics and letters are in `settings_forms`."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candor.apps.organization.models import Person, Unit
from candor.foundation.attachments import ACCEPTED

from .choices import (
    EscalationKind,
    EscalationOutcome,
    Outcome,
    PauseReason,
    Preference,
    RedressKind,
    Vulnerability,
)
from .models import Complaint, Topic

_DAY = {"type": "date"}
NOTHING = ("", _("Not stated"))
CHANNELS = [("phone", _("Phone")), ("branch", _("Branch")), ("letter", _("Letter")), ("email", _("E-mail"))]


class _SeveralInput(forms.FileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """None, one or several files; which sorts are taken is told by their content, in `files`."""

    widget = _SeveralInput

    def __init__(self, **fields: Any) -> None:
        super().__init__(required=False, widget=_SeveralInput(attrs={"accept": ACCEPTED}), **fields)

    def clean(self, data: Any, initial: Any = None) -> Any:
        one = super().clean
        return [one(file, initial) for file in (data or [])]


def severity_field() -> forms.TypedChoiceField:
    """How severe it is, or nothing."""
    choices = [NOTHING, *Complaint.Severity.choices]
    return forms.TypedChoiceField(choices=choices, coerce=int, empty_value=None, required=False)


def words_field(rows: int, **fields: Any) -> forms.CharField:
    """Several lines of text."""
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), **fields)


class DecisionForm(forms.Form):
    """How a complaint was decided and why it happened."""

    outcome = forms.ChoiceField(choices=[("", _("Choose")), *Outcome.choices])
    response = words_field(
        3, max_length=120, label=_("Decision"), help_text=_("What the customer is told, in a few words.")
    )
    root_cause = forms.CharField(
        max_length=160, label=_("Root cause"), help_text=_("Why it happened; what would have to change.")
    )
    redress = forms.CharField(
        max_length=160, required=False, help_text=_("What the customer gets to put it right.")
    )

    def clean_outcome(self) -> Outcome:
        return Outcome(self.cleaned_data["outcome"])


class NoteForm(forms.Form):
    """A note."""

    text = forms.CharField(
        max_length=4_000, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2, "data-shortcut": "n"})
    )


class HandOverForm(forms.Form):
    """Who has it now, and what they need to know."""

    owner = forms.ModelChoiceField(
        Person.objects.none(), required=False, empty_label=_("Nobody"), label=_("To")
    )
    words = words_field(2, required=False, max_length=1_000, label=_("What they need to know"))

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class DetailsForm(forms.Form):
    """Product, issue and severity, from the list where there is one."""

    product = forms.CharField(max_length=120, required=False)
    issue = forms.CharField(max_length=160, required=False)
    severity = severity_field()

    def __init__(self, *args: Any, topics: list[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_topics(self, topics)


def offer_topics(form: forms.Form, topics: list[Topic]) -> None:
    """Let product and issue be chosen from the list, what stands there now included; typed where there is no list."""
    for name in ("product", "issue"):
        found = {getattr(topic, name) for topic in topics} - {""}
        if found:
            now = form.initial.get(name) or ""
            words = sorted(found | ({now} if now else set()))
            old = form.fields[name]
            form.fields[name] = forms.ChoiceField(
                choices=[NOTHING, *((word, word) for word in words)], required=old.required, label=old.label or name.capitalize()
            )  # fmt: skip


class VulnerabilityForm(forms.Form):
    """What makes the customer more easily harmed."""

    vulnerability = forms.ChoiceField(choices=[("", _("None known")), *Vulnerability.choices], required=False)
    note = words_field(
        2, required=False, max_length=1_000, label=_("What helps them"),
        help_text=_("Only what is needed to serve them well; those who handle complaints read it, nobody else."),
    )  # fmt: skip

    def clean_vulnerability(self) -> Vulnerability | None:
        value = self.cleaned_data["vulnerability"]
        return Vulnerability(value) if value else None


class PauseForm(forms.Form):
    """Why the clock stands still, and until when."""

    reason = forms.ChoiceField(choices=PauseReason.choices)
    until = forms.DateField(
        required=False, widget=forms.DateInput(attrs=_DAY), label=_("Until, at the latest")
    )
    words = forms.CharField(max_length=300, required=False, label=_("What we wait for"))

    def clean_reason(self) -> PauseReason:
        return PauseReason(self.cleaned_data["reason"])


class RedressForm(forms.Form):
    """What the customer gets."""

    kind = forms.ChoiceField(choices=RedressKind.choices)
    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=0, required=False)
    currency = forms.RegexField(r"^[A-Za-z]{3}$", required=False, help_text=_("Three letters, like GBP."))
    words = forms.CharField(max_length=200, required=False)
    given_on = forms.DateField(widget=forms.DateInput(attrs=_DAY), label=_("Given on"))

    def clean_kind(self) -> RedressKind:
        return RedressKind(self.cleaned_data["kind"])


class EscalationForm(forms.Form):
    """How a customer goes further."""

    kind = forms.ChoiceField(choices=EscalationKind.choices)
    body = forms.CharField(max_length=120, required=False, label=_("Which ombudsman"))
    reference = forms.CharField(max_length=60, required=False, label=_("Their number"))
    words = words_field(2, required=False, max_length=2_000, label=_("What they say"))

    def clean_kind(self) -> EscalationKind:
        return EscalationKind(self.cleaned_data["kind"])


class EscalationEndForm(forms.Form):
    """How it ended."""

    outcome = forms.ChoiceField(choices=EscalationOutcome.choices)
    new_outcome = forms.ChoiceField(
        choices=[("", _("Unchanged")), *Outcome.choices], required=False, label=_("The decision is now")
    )
    words = words_field(2, required=False, max_length=2_000, label=_("In words"))

    def clean_outcome(self) -> EscalationOutcome:
        return EscalationOutcome(self.cleaned_data["outcome"])

    def clean_new_outcome(self) -> Outcome | None:
        value = self.cleaned_data["new_outcome"]
        return Outcome(value) if value else None


class WhyForm(forms.Form):
    """Why."""

    words = forms.CharField(max_length=1_000, label=_("Why"))


class NewComplaintForm(forms.Form):
    """A complaint that somebody types in for a customer."""

    channel = forms.ChoiceField(choices=CHANNELS, label=_("How it came"))
    received_on = forms.DateField(widget=forms.DateInput(attrs=_DAY), label=_("Received on"))
    comment = words_field(
        6, label=_("What the customer said"), max_length=20_000, help_text=_("In their own words as far as you can.")
    )  # fmt: skip
    product = forms.CharField(max_length=120, required=False)
    issue = forms.CharField(max_length=160, required=False)
    severity = severity_field()
    jurisdiction = forms.CharField(
        max_length=40, required=False, help_text=_("Only where rule sets ask for it.")
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), required=False, empty_label=_("The whole company"))
    name = forms.CharField(max_length=160, required=False, label=_("Customer’s name"))
    email = forms.EmailField(required=False, label=_("E-mail"))
    phone = forms.CharField(max_length=40, required=False)
    address = words_field(2, required=False, max_length=400)
    postcode = forms.CharField(max_length=20, required=False)
    preference = forms.ChoiceField(choices=Preference.choices, label=_("How to answer"))
    attached = SeveralFiles(label=_("Files"))

    def __init__(self, *args: Any, units: Any, topics: list[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["received_on"].initial = timezone.localdate
        offer_topics(self, topics)

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return day


class FromFeedbackForm(DetailsForm):
    """What a piece of feedback complains about."""

    jurisdiction = forms.CharField(max_length=40, required=False)


class LetterForm(forms.Form):
    """A letter before it goes."""

    to = forms.EmailField(required=False, label=_("To"), help_text=_("Empty: printed for the post."))
    subject = forms.CharField(max_length=200)
    body = words_field(14, max_length=20_000, label=_("Letter"))
