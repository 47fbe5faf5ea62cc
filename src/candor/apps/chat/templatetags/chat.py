"""Articles as HTML."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from candor.assistant.passages import render

register = template.Library()


@register.filter
def markdown(body: str) -> SafeString:
    """Markdown as HTML; HTML in it stays text."""
    return mark_safe(render(body))  # noqa: S308  markdown-it escapes what is written, and allows no dangerous address
