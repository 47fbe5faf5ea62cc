"""Tags that draw forms."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Form, RadioSelect

register = template.Library()


@register.inclusion_tag("foundation/components/field.html")
def field(bound: BoundField, label: str = "", hint: str = "") -> dict[str, Any]:
    """A form field with its label, hint and what is wrong with it."""
    widget = bound.field.widget
    described = [f"{bound.id_for_label or bound.html_name}_{part}" for part in ("hint", "problem")]
    hint_text = hint or bound.help_text
    used = [part for part, shown in zip(described, (hint_text, bound.errors), strict=True) if shown]
    extra: dict[str, str | bool] = {"aria-describedby": " ".join(used)} if used else {}
    if bound.errors:
        extra["aria-invalid"] = "true"
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=extra),
        "label": label or bound.label,
        "hint": hint_text,
        "hint_id": described[0],
        "problem_id": described[1],
        "is_check": isinstance(widget, CheckboxInput),
        "is_group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
        "is_optional": not (
            bound.field.required or isinstance(widget, CheckboxInput) or "data-only-for" in widget.attrs
        ),
    }


@register.inclusion_tag("foundation/components/fields.html")
def fields(form: Form) -> dict[str, Any]:
    """Every field of a form, its hidden ones and what is wrong with the form as a whole."""
    return {"form": form}
