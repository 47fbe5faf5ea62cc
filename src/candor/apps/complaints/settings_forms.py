"""Forms of what complaints are worked with: rule sets, products and issues, templates of letters, the public form."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candor.apps.organization.models import Unit

from .choices import LetterKind, Preference
from .clocks import Terms
from .forms import SeveralFiles, offer_topics, words_field
from .models import Complaint, Topic
from .working_time import Term, TimeUnit, WorkCalendar, countries

UNITS = [
    (TimeUnit.WORKING_HOURS, _("working hours")), (TimeUnit.WORKING_DAYS, _("working days")), (TimeUnit.DAYS, _("days")),
    (TimeUnit.WEEKS, _("weeks")), (TimeUnit.MONTHS, _("months")),
]  # fmt: skip
WEEKDAYS = [
    (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")), (5, _("Saturday")), (6, _("Sunday")),
]  # fmt: skip
TERMS = {
    "acknowledge": _("Acknowledge within"),
    "decide": _("Decide within"),
    "appeal": _("Answer an appeal within"),
    "ombudsman": _("Answer the ombudsman within"),
    "refer": _("The customer may go to the ombudsman for"),
}


class TermsForm(forms.Form):
    """What a version of a rule set says."""

    ombudsman_name = forms.CharField(max_length=120, required=False, label=_("Who is the ombudsman"))
    most_paused_days = forms.IntegerField(
        min_value=0, max_value=365, initial=0, label=_("Days the clock may stand still in all"), help_text=_("0: never.")
    )  # fmt: skip
    from_working_day = forms.BooleanField(
        required=False, label=_("What comes after closing time or on a day off counts as received on the next working day")
    )  # fmt: skip
    zone = forms.CharField(
        max_length=60, initial="UTC", label=_("Time zone"), help_text=_("Like Europe/London.")
    )
    weekdays = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple, initial=[0, 1, 2, 3, 4], label=_("Working days")
    )  # fmt: skip
    opens = forms.TimeField(
        initial="09:00", widget=forms.TimeInput(attrs={"type": "time"}), label=_("Opens at")
    )
    closes = forms.TimeField(
        initial="17:00", widget=forms.TimeInput(attrs={"type": "time"}), label=_("Closes at")
    )
    country = forms.ChoiceField(
        required=False, label=_("Public holidays of"), help_text=_("ISO 3166 code of the country.")
    )
    subdivision = forms.CharField(
        max_length=12, required=False, label=_("Part of the country"), help_text=_("Like ENG or BY.")
    )
    days_off = words_field(
        2,
        required=False,
        max_length=2_000,
        label=_("Further days off"),
        help_text=_("One a line, like 2026-12-24."),
    )
    days_worked = words_field(2, required=False, max_length=2_000, label=_("Days worked all the same"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", _("No country")), *countries()]  # type: ignore[attr-defined]
        for name, label in TERMS.items():
            needed = name != "refer"
            self.fields[f"{name}_amount"] = forms.IntegerField(
                min_value=1, max_value=1_000, required=needed, label=label
            )
            self.fields[f"{name}_unit"] = forms.ChoiceField(
                choices=UNITS, required=needed, label=_("counted in")
            )
        self.order_fields([f"{name}_{part}" for name in TERMS for part in ("amount", "unit")])

    def clean_days_off(self) -> tuple[date, ...]:
        return _days(self.cleaned_data["days_off"])

    def clean_days_worked(self) -> tuple[date, ...]:
        return _days(self.cleaned_data["days_worked"])

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        if self.errors:
            return fields
        try:
            fields["terms"] = _terms(fields)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return fields


def _terms(fields: dict[str, Any]) -> Terms:
    terms: dict[str, Any] = {
        name: Term(fields[f"{name}_amount"], TimeUnit(fields[f"{name}_unit"])) for name in TERMS if fields.get(f"{name}_amount")
    }  # fmt: skip
    names = ("zone", "opens", "closes", "country", "subdivision", "days_off", "days_worked")
    calendar = WorkCalendar(
        weekdays=tuple(sorted(fields["weekdays"])), **{name: fields[name] for name in names}
    )
    further = {name: fields[name] for name in ("ombudsman_name", "most_paused_days", "from_working_day")}
    return Terms(**terms, **further, calendar=calendar)


def _days(text: str) -> tuple[date, ...]:
    found = []
    for line in text.split():
        try:
            found.append(date.fromisoformat(line))
        except ValueError as error:
            raise forms.ValidationError(
                _("“%(line)s” is no day; write it like 2026-12-24.") % {"line": line}
            ) from error
    return tuple(sorted(set(found)))


def fields_of(terms: Terms) -> dict[str, Any]:
    """What the form shows for terms that are here."""
    shown: dict[str, Any] = {}
    for name in TERMS:
        term = getattr(terms, name)
        shown |= {f"{name}_amount": term.amount, f"{name}_unit": term.unit} if term else {}
    calendar = terms.calendar
    shown |= {name: getattr(calendar, name) for name in ("zone", "opens", "closes", "country", "subdivision")}
    shown |= {name: "\n".join(map(str, getattr(calendar, name))) for name in ("days_off", "days_worked")}
    shown["weekdays"] = list(calendar.weekdays)
    return shown | {
        name: getattr(terms, name) for name in ("ombudsman_name", "most_paused_days", "from_working_day")
    }


class RuleSetForm(TermsForm):
    """A rule set with its first version."""

    name = forms.CharField(max_length=120)
    product = forms.CharField(
        max_length=120, required=False, label=_("For the product"), help_text=_("Empty: every product.")
    )
    jurisdiction = forms.CharField(
        max_length=40, required=False, help_text=_("A word that complaints bear, like UK. Empty: everywhere.")
    )
    severity = forms.TypedChoiceField(
        choices=[("", _("Of any severity")), *Complaint.Severity.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = ("name", "product", "jurisdiction", "severity")
        self.order_fields([*first, *(name for name in self.fields if name not in first)])


class RuleChangeForm(TermsForm):
    """A further version."""

    why = forms.CharField(max_length=300, required=False, label=_("Why it changes"))


class TopicForm(forms.Form):
    """A product, or an issue of one."""

    product = forms.CharField(max_length=120, required=False)
    issue = forms.CharField(max_length=160, required=False)

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        if not fields.get("product") and not fields.get("issue"):
            raise forms.ValidationError(_("Name a product, an issue, or both."))
        return fields


class TemplateForm(forms.Form):
    """A letter's words."""

    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=LetterKind.choices)
    language = forms.RegexField(r"^[a-z]{2,3}$", initial="en", help_text=_("Two letters, like en or de."))
    subject = forms.CharField(max_length=200)
    body = words_field(14, max_length=20_000, label=_("Letter"))


class TemplateChangeForm(forms.Form):
    """A further version of its words."""

    subject = forms.CharField(max_length=200)
    body = words_field(14, max_length=20_000, label=_("Letter"))


class PublicFormForm(forms.Form):
    """Whether anybody may complain here, and what stands on the page."""

    is_open = forms.BooleanField(required=False, label=_("Anybody may complain at the form"))
    welcome = words_field(4, required=False, max_length=4_000, label=_("Above the form"))
    thanks = words_field(4, required=False, max_length=4_000, label=_("Once it was sent"))
    unit = forms.ModelChoiceField(
        Unit.objects.order_by("path"),
        required=False,
        empty_label=_("The whole company"),
        label=_("Where they belong"),
    )


class ComplainForm(forms.Form):
    """What anybody says at the public form."""

    comment = words_field(7, max_length=20_000, label=_("What happened?"))
    wish = words_field(2, required=False, max_length=2_000, label=_("What would put it right?"))
    product = forms.CharField(max_length=120, required=False, label=_("What is it about?"))
    issue = forms.CharField(max_length=160, required=False, label=_("What went wrong?"))
    name = forms.CharField(
        max_length=160, label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    preference = forms.ChoiceField(choices=Preference.choices, label=_("How shall we answer?"))
    email = forms.EmailField(
        required=False, label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Needed to answer you by e-mail."),
    )  # fmt: skip
    phone = forms.CharField(
        max_length=40,
        required=False,
        label=_("Phone"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        help_text=_("Needed to answer you by phone."),
    )
    address = words_field(
        2, required=False, max_length=400, label=_("Address"), help_text=_("Needed to answer you by letter.")
    )
    postcode = forms.CharField(
        max_length=20,
        required=False,
        label=_("Postcode"),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    attached = SeveralFiles( label=_("Letters, pictures"),
        help_text=_("Up to five PDF files, pictures or plain texts, 4 MB together."),
    )  # fmt: skip

    def __init__(self, *args: Any, topics: list[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_topics(self, topics)

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        needed = {Preference.EMAIL: "email", Preference.PHONE: "phone", Preference.LETTER: "address"}
        name = needed.get(fields.get("preference", ""), "")
        if name and not fields.get(name) and name not in self.errors:
            self.add_error(name, _("We need this to answer you that way."))
        return fields
