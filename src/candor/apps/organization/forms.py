"""Forms of the organization's pages."""

from django import forms
from django.contrib.auth.password_validation import validate_password

from .choices import KeyScope, Role, UnitKind
from .models import Unit


class InviteForm(forms.Form):
    """Who joins, as what, for which unit."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="E-mail")
    role = forms.ChoiceField(choices=Role.choices)
    unit = forms.ModelChoiceField(
        Unit.objects.exclude(kind=UnitKind.PERSON).order_by("path"), empty_label=None
    )


class RoleForm(forms.Form):
    """A further role for somebody."""

    role = forms.ChoiceField(choices=Role.choices)
    unit = forms.ModelChoiceField(Unit.objects.order_by("path"), empty_label=None)


class UnitForm(forms.Form):
    """A new unit of the tree."""

    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=[("region", "Region"), ("location", "Location"), ("team", "Team")])
    code = forms.SlugField(max_length=60, help_text="What files and other systems call it")
    parent = forms.ModelChoiceField(
        Unit.objects.exclude(kind=UnitKind.PERSON).order_by("path"), empty_label=None, label="Belongs to"
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Unit.objects.filter(code=code).exists():
            raise forms.ValidationError(f"“{code}” is taken by another unit.")
        return code


class AcceptForm(forms.Form):
    """The password of a new account."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters.",
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class PolicyForm(forms.Form):
    """The company's name and the least n."""

    name = forms.CharField(max_length=120, label="Name of the company")
    least_n_score = forms.IntegerField(
        min_value=5,
        max_value=10_000,
        label="Answers below which a score is not shown",
        help_text="30 shows, 100 compares: below, chance moves a score more than customers do.",
    )
    least_n_person = forms.IntegerField(
        min_value=10,
        max_value=10_000,
        label="The same for a score about one person",
        help_text="A score about a person is for coaching only.",
    )


class ApiKeyForm(forms.Form):
    """What a new key is for."""

    name = forms.CharField(
        max_length=120, help_text="Which system will use it, such as “Loans app, production”."
    )
    source = forms.SlugField(
        max_length=60,
        label="Name of the source",
        help_text="What the sender is called in Candor, and whose customer numbers it sends as userId. A new key of the same system keeps the name, so that nothing is counted twice.",
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, f"{scope.label} ({scope.value})") for scope in KeyScope],
        initial=[KeyScope.WRITE_EVENTS],
        widget=forms.CheckboxSelectMultiple,
        label="What it may do",
    )
    unit = forms.ModelChoiceField(
        Unit.objects.order_by("path"),
        required=False,
        empty_label="The whole company",
        help_text="What it sends belongs to this unit or one below it, and it reads nothing of others.",
    )
