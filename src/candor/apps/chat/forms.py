"""Forms of those who look after the chat."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from candor.apps.complaints.forms import words_field
from candor.apps.complaints.settings_forms import WEEKDAYS
from candor.apps.complaints.working_time import WorkCalendar, countries
from candor.apps.organization.models import Unit

from .models import TITLE_LENGTH

LONGEST_BODY = 100_000
_LANGUAGES = [
    ("", _("Told from the text")), ("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية"), ("da", "Dansk"),
    ("fi", "Suomi"), ("hu", "Magyar"), ("it", "Italiano"), ("nl", "Nederlands"), ("no", "Norsk"), ("pt", "Português"), ("ro", "Română"),
    ("ru", "Русский"), ("sv", "Svenska"), ("tr", "Türkçe"),
]  # fmt: skip


class ArticleForm(forms.Form):
    """An article."""

    title = forms.CharField(
        max_length=TITLE_LENGTH, label=_("Title"), help_text=_("As customers would ask: “Block a lost card”.")
    )
    body = words_field(
        16, max_length=LONGEST_BODY, label=_("Text"), help_text=_("Markdown or plain text. The assistant quotes whole sentences of it, three at most.")
    )  # fmt: skip
    language = forms.ChoiceField(choices=_LANGUAGES, required=False, label=_("Language"))
    url = forms.URLField(
        max_length=500, required=False, assume_scheme="https", label=_("Address on your own pages"),
        help_text=_("If it stands there too, the answer links to it."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = (self.initial or {}).get("language", "")
        if given and given not in dict(_LANGUAGES):
            self.fields["language"].choices = [*_LANGUAGES, (given, given)]  # type: ignore[attr-defined]


class SetupForm(forms.Form):
    """How the chat is set up."""

    is_open = forms.BooleanField(required=False, label=_("Anybody may chat with us"))
    name = forms.CharField(max_length=80, label=_("What stands above it"), help_text=_("Like “Ask Harbour”."))
    welcome = forms.CharField(
        max_length=300, required=False, label=_("What it says after that it is a machine"),
        help_text=_("That it is a machine and that a person can be had is said first, always."),
    )  # fmt: skip
    sites = words_field(
        3, required=False, max_length=2_000, label=_("Sites that may show it"), help_text=_("One a line, like https://www.example.com.")
    )  # fmt: skip
    brand_color = forms.CharField(
        max_length=7, required=False, label=_("Colour"), widget=forms.TextInput(attrs={"type": "color"})
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        required=False,
        label=_("Unit whose people answer"),
        empty_label=_("The whole company"),
    )
    zone = forms.CharField(
        max_length=60, initial="UTC", label=_("Time zone"), help_text=_("Like Europe/London.")
    )
    weekdays = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        label=_("Days on which people answer"),
    )
    opens = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}), label=_("From"))
    closes = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}), label=_("Until"))
    country = forms.ChoiceField(required=False, label=_("Not on public holidays of"))

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", _("No country")), *countries()]  # type: ignore[attr-defined]

    def clean_zone(self) -> str:
        """A time zone that exists."""
        name = str(self.cleaned_data["zone"])
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise forms.ValidationError(
                _("There is no time zone “%(name)s”."), params={"name": name}
            ) from error
        return name

    def clean_sites(self) -> list[str]:
        """Origins: a scheme, a host and perhaps a port, nothing else; they go into a header."""
        found = []
        for line in self.cleaned_data["sites"].split():
            parts = urlsplit(line)
            if (
                parts.scheme not in {"http", "https"}
                or not parts.hostname
                or parts.path.strip("/")
                or parts.query
                or not _is_host(parts.netloc)
            ):
                raise forms.ValidationError(
                    _("“%(line)s” is no site. It looks like https://www.example.com."), params={"line": line}
                )
            found.append(f"{parts.scheme}://{parts.netloc.lower()}")
        return found

    def clean(self) -> dict[str, Any]:
        """Hours within one day."""
        fields = super().clean() or self.cleaned_data
        if "opens" in fields and "closes" in fields and "weekdays" in fields:
            try:
                WorkCalendar(
                    weekdays=tuple(fields["weekdays"]), opens=fields["opens"], closes=fields["closes"]
                )
            except ValueError:
                self.add_error("closes", _("It closes after it opens, on the same day."))
        return fields


def _is_host(netloc: str) -> bool:
    return all(sign.isascii() and (sign.isalnum() or sign in "-.:[]") for sign in netloc)


class ImportForm(forms.Form):
    """Whether what is imported can be read by visitors at once; the files are read beside it."""

    is_published = forms.BooleanField(required=False, label=_("Publish them at once"))
