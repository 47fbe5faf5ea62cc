"""Tags of the frame: built assets, icons, addresses that keep the scope."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from candor.foundation import assets, periods

register = template.Library()


@register.simple_tag
def built(entry: str) -> str:
    """Address of a built script: main, answer or theme."""
    return assets.entry_url(entry)


@register.simple_tag
def built_styles(entry: str = "main") -> list[str]:
    return assets.style_urls(entry)


@register.simple_tag
def built_fonts() -> list[str]:
    return assets.font_urls()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite; with `label` it is read aloud, without it is decoration."""
    aloud = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    classes = f"icon {css}".strip()
    return format_html(
        '<svg class="{}" width="18" height="18" {}><use href="{}"/></svg>',
        classes,
        aloud,
        assets.icon_url(name),
    )


@register.simple_tag(takes_context=True)
def scoped(context: Context, url_name: str, *args: Any, **kwargs: Any) -> str:
    """Address of a page that keeps the unit and period of this one; it always has a query, so "&key=value" may follow."""
    return f"{reverse(url_name, args=args, kwargs=kwargs)}?{_scope_query(context)}"


@register.simple_tag(takes_context=True)
def block_text(context: Context, name: str) -> SafeString:
    """What the page at hand writes into a block, to be used twice or to know whether there is anything."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return SafeString(block.nodelist.render(context).strip()) if block else SafeString("")


@register.simple_tag
def url_if(url_name: str, *args: Any) -> str:
    """Address of a page, or nothing where no app offers it."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """The query of this page with some keys changed (None or "" takes one out); always begins with "?"."""
    return "?" + changed_query(context["request"], changes)


@register.simple_tag(takes_context=True)
def hidden_query(context: Context, *leave_out: str) -> SafeString:
    """This page's query as hidden fields, for a GET form that changes only `leave_out`; the page number is dropped."""
    pairs = [
        (key, value)
        for key, values in context["request"].GET.lists()
        if key not in leave_out and key != "page"
        for value in values
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.filter
def undo_url(message: Any) -> str:
    """The address that undoes what a message tells, from the tag "undo=ADDRESS"."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix("undo=") for tag in tags if tag.startswith("undo=")), "")


@register.filter
def steps(depth: int) -> range:
    """As many turns of a loop as a unit is deep."""
    return range(int(depth))


@register.filter
def in_choices(key: str, choices: Iterable[tuple[str, str]]) -> bool:
    """Whether a select already offers the key."""
    return any(key == offered for offered, _label in choices)


@register.filter
def initials(name: object) -> str:
    """Up to two letters for an avatar."""
    parts = str(name).split()
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts[:1])).upper()


def _scope_query(context: Context) -> str:
    asked = context["request"].GET if "request" in context else {}
    scope = context.get("scope")
    period = asked.get("period") or (scope.period.key if scope else periods.DEFAULT)
    return urlencode(
        {key: value for key, value in (("unit", asked.get("unit")), ("period", period)) if value}
    )


def changed_query(request: HttpRequest, changes: dict[str, Any]) -> str:
    """The request's query with some keys changed; None or "" takes one out."""
    query = request.GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return query.urlencode()
