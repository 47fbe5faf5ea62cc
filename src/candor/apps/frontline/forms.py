"""Forms of the frontline."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.insights.models import Theme
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.models import Person
from candor.foundation.addresses import record_id

from .choices import SETTABLE, IdeaState
from .models import Idea

STATEMENTS = (
    lazy("I can do what our customers need from me."),
    lazy("My team solves problems instead of passing them on."),
    lazy("What we learn from customers changes how we work."),
    lazy("I know what is expected of me."),
    lazy("I would choose to work here again."),
)
MOST_STATEMENTS = 12
LONGEST = 4_000  # characters of a note


def _touchpoints() -> Any:
    return Touchpoint.objects.exclude(stage=None).select_related("stage").order_by("stage", "position")


class NoteForm(forms.Form):
    """What a customer said, in ten seconds."""

    said = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}), max_length=LONGEST, label=lazy("What did the customer say?"),
    )  # fmt: skip
    touchpoint = forms.ModelChoiceField(
        Touchpoint.objects.none(),
        required=False,
        label=lazy("What was it about?"),
        empty_label=lazy("Not sure"),
    )

    theme = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=lazy("Theme"),
        help_text=lazy("Not sure? It is placed by its words."),
    )

    def __init__(self, *args: Any, themes: Sequence[Theme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.themes = {theme.pk: theme for theme in themes}
        self.fields["touchpoint"].queryset = _touchpoints()  # type: ignore[attr-defined]
        if not themes:
            del self.fields["theme"]
            return
        named = [(theme.pk, theme.name) for theme in themes]
        self.fields["said"].widget.attrs |= {
            "hx-post": reverse("frontline:guess"), "hx-trigger": "change, keyup changed delay:700ms", "hx-target": "#guess",
            "hx-indicator": "#guessing",
        }  # fmt: skip
        self.fields["theme"].choices = [("", _("Not sure")), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What was chosen goes before what was guessed and taken."""
        given = super().clean() or {}
        guess = record_id(self.data.get("guess", ""))
        chosen = self.themes.get(given.get("theme") or guess or 0)
        return given | {"theme": chosen}


class IdeaForm(forms.Form):
    """An idea."""

    title = forms.CharField(max_length=160, label=lazy("Your idea in one sentence"))
    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), max_length=8_000, required=False, label=lazy("More, if you like"),
    )  # fmt: skip
    touchpoint = forms.ModelChoiceField(
        Touchpoint.objects.none(),
        required=False,
        label=lazy("Touchpoint"),
        empty_label=lazy("None in particular"),
    )
    is_anonymous = forms.BooleanField(
        required=False, label=lazy("Post it without my name"),
        help_text=lazy("Somebody looks at it first, so that it names nobody. You get a code by which you can follow it; nothing else leads back to you."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["touchpoint"].queryset = _touchpoints()  # type: ignore[attr-defined]


class CommentForm(forms.Form):
    """A comment on an idea."""

    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}), max_length=2_000, label=lazy("Say something to it")
    )


class OwnerForm(forms.Form):
    """Who answers, and by when."""

    owner = forms.ModelChoiceField(
        Person.objects.none(), label=lazy("Who answers"), empty_label=lazy("Choose a person")
    )
    answer_by = forms.DateField(label=lazy("By"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Person.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean_answer_by(self) -> Any:
        day = self.cleaned_data["answer_by"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Choose today or a later day."))
        return day


class AnswerForm(forms.Form):
    """What becomes of it."""

    state = forms.TypedChoiceField(
        choices=[(state.value, state.label) for state in SETTABLE],
        coerce=IdeaState,
        label=lazy("What becomes of it"),
    )
    answer = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000, label=lazy("Why"))


class MergeForm(forms.Form):
    """Which idea says the same."""

    into = forms.ModelChoiceField(Idea.objects.none(), label=lazy("Says the same as"))

    def __init__(self, *args: Any, idea: Idea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Idea.objects.seen().exclude(pk=idea.pk).exclude(state=IdeaState.MERGED)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why an idea is not put on the board."""

    reason = forms.CharField(max_length=240, label=lazy("Why not"))


class PulseForm(forms.Form):
    """A pulse."""

    name = forms.CharField(max_length=120, label=lazy("Name"), help_text=lazy("As in “Pulse, spring 2027”."))
    statements = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6}), label=lazy("Statements, one a line"), max_length=4_000,
        help_text=lazy("Answered from “not at all” to “fully”; their mean is engagement. That people would recommend us as a place to work is always asked."),
    )  # fmt: skip
    open_question = forms.CharField(
        max_length=200,
        required=False,
        label=lazy("Open question"),
        initial=lazy("What should we change first?"),
    )

    def clean_statements(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["statements"].splitlines() if line.strip()]
        if not 1 <= len(lines) <= MOST_STATEMENTS or any(len(line) > 200 for line in lines):
            raise forms.ValidationError(
                _("Write 1 to %s statements of at most 200 characters.") % MOST_STATEMENTS
            )
        return lines


class OpenForm(forms.Form):
    """Until when a pulse can be answered."""

    closes_on = forms.DateField(label=lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}))


class PulseAnswerForm(forms.Form):
    """One person's answer; each question may be left out."""

    recommend = forms.TypedChoiceField(
        choices=[(str(n), str(n)) for n in range(11)], coerce=int, empty_value=None, required=False, widget=forms.RadioSelect,
        label=lazy("How likely are you to recommend us as a place to work?"),
        help_text=lazy("0: not at all. 10: extremely likely."),
    )  # fmt: skip

    def __init__(self, *args: Any, statements: list[str], open_question: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreed = [("1", _("not at all")), ("2", "2"), ("3", "3"), ("4", "4"), ("5", _("fully"))]
        for number, statement in enumerate(statements):
            self.fields[f"agree_{number}"] = forms.TypedChoiceField(
                choices=agreed,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                label=statement,
            )
        if open_question:
            self.fields["comment"] = forms.CharField(
                widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=4_000, label=open_question,
                help_text=_("Read by others once enough people have written. Leave out what only you could write."),
            )  # fmt: skip

    def answer(self) -> dict[str, Any]:
        """As `answer_pulse` takes it."""
        given = {
            int(name.removeprefix("agree_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("agree_") and value is not None
        }
        return {
            "recommend": self.cleaned_data["recommend"],
            "agreed": given,
            "comment": self.cleaned_data.get("comment", ""),
        }
