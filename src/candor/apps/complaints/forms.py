"""Forms of complaints."""

from django import forms


class DecisionForm(forms.Form):
    """How a complaint was decided and why it happened."""

    response = forms.CharField(
        max_length=120, label="Decision", help_text="What the customer is told, in a few words."
    )
    root_cause = forms.CharField(
        max_length=160, label="Root cause", help_text="Why it happened; what would have to change."
    )
    redress = forms.CharField(
        max_length=160, required=False, help_text="What the customer gets to put it right."
    )
