"""Tags for the pieces of pages: chips, notices, charts, lists, things under way."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.core.paginator import Page as ListPage
from django.template.context import Context
from django.utils.translation import gettext as _

from candor.foundation import wording
from candor.foundation.charts.figure import figure_context
from candor.foundation.printed_mail import is_kept, is_printed

from .frame import changed_query

register = template.Library()


@register.inclusion_tag("foundation/components/chip.html")
def chip(text: object, tone: str = "", icon: str = "", href: str = "") -> dict[str, Any]:
    """A state as a word, with a tone (accent, up, down, warn, danger, outline) that never stands alone."""
    return {"text": text, "tone": tone, "icon": icon, "href": href}


@register.inclusion_tag("foundation/components/empty.html")
def empty(
    title: str, text: str = "", button: str = "", href: str = "", icon: str = "inbox"
) -> dict[str, Any]:
    """What will be here, why it matters, and one button."""
    return {"title": title, "text": text, "button": button, "href": href, "icon": icon}


@register.inclusion_tag("foundation/components/notice.html")
def notice(title: str, text: str = "", tone: str = "", icon: str = "") -> dict[str, Any]:
    """A remark inside a page: plain, accent, warn or danger."""
    standard = {"warn": "alert-triangle", "danger": "alert-circle"}.get(tone, "info-circle")
    return {"title": title, "text": text, "tone": tone, "icon": icon or standard}


@register.inclusion_tag("foundation/components/mail_notice.html")
def mail_notice() -> dict[str, Any]:
    """A remark where mails are sent from, while no mail server is set up."""
    return {"is_printed": is_printed(), "is_kept": is_kept()}


@register.inclusion_tag("foundation/components/chart.html")
def chart(
    spec: dict[str, Any], rows: Sequence[dict[str, Any]] | None = None, name: str = "chart", csv_url: str = ""
) -> dict[str, Any]:
    """A chart with its title, the table behind it and its downloads."""
    return figure_context(spec, rows, name=name, csv_url=csv_url)


@register.inclusion_tag("foundation/components/tabs.html", takes_context=True)
def tabs(context: Context, *items: Any) -> dict[str, Any]:
    """Tabs that are pages: pairs of label and address, or one list of (label, address[, count])."""
    pairs: list[tuple[Any, ...]] = (
        list(items[0]) if len(items) == 1 else list(zip(items[::2], items[1::2], strict=True))
    )
    request = context.get("request")
    here = request.path if request else ""
    shown = [
        {
            "label": pair[0],
            "href": pair[1],
            "count": pair[2] if len(pair) > 2 else None,
            "here": str(pair[1]).split("?")[0] == here,
        }
        for pair in pairs
    ]
    return {"items": shown}


@register.inclusion_tag("foundation/components/pagination.html", takes_context=True)
def pagination(context: Context, page: ListPage[Any], target: str = "") -> dict[str, Any]:
    """Which rows of how many, and the way to the next ones; `target` swaps that element by HTMX."""
    request = context["request"]
    return {
        "page": page,
        "total": getattr(page.paginator, "total_words", "") or wording.number(page.paginator.count),
        "first": wording.number(page.start_index()),
        "last": wording.number(page.end_index()),
        "previous": changed_query(request, {"page": page.previous_page_number()})
        if page.has_previous()
        else "",
        "next": changed_query(request, {"page": page.next_page_number()}) if page.has_next() else "",
        "target": target,
    }


@register.inclusion_tag("foundation/components/filter_chip.html", takes_context=True)
def filter_chip(context: Context, key: str, label: str, options: Iterable[Any]) -> dict[str, Any]:
    """A filter held in the URL under `key`; options are (value, label) or (value, label, count)."""
    request = context["request"]
    chosen = request.GET.get(key, "")
    shown = [
        {
            "label": option[1],
            "count": wording.number(option[2]) if len(option) > 2 and option[2] is not None else "",
            "here": str(option[0]) == chosen,
            "href": "?" + changed_query(request, {key: option[0], "page": None}),
        }
        for option in options
    ]
    current = next((option["label"] for option in shown if option["here"]), chosen)
    return {
        "key": key,
        "label": label,
        "options": shown,
        "current": current,
        "off": "?" + changed_query(request, {key: None, "page": None}),
    }


@register.inclusion_tag("foundation/components/sort_header.html", takes_context=True)
def sort_header(context: Context, key: str, label: str, css: str = "") -> dict[str, Any]:
    """A table header that sorts by `key`: first up, then down, held in the URL as sort=key or sort=-key."""
    request = context["request"]
    current = request.GET.get("sort", "")
    direction = "ascending" if current == key else "descending" if current == f"-{key}" else ""
    following = f"-{key}" if direction == "ascending" else key
    return {
        "label": label,
        "css": css,
        "direction": direction,
        "icon": {"ascending": "arrow-up", "descending": "arrow-down"}.get(direction, "arrows-sort"),
        "href": "?" + changed_query(request, {"sort": following, "page": None}),
    }


@register.inclusion_tag("foundation/components/progress.html")
def progress(
    done: float, total: float = 1.0, label: str = "", poll_url: str = "", every: str = "2s"
) -> dict[str, Any]:
    """A bar of work under way; with `poll_url` it asks that address again until the answer has no bar."""
    share = min(max(done / total, 0.0), 1.0) if total else 0.0
    return {
        "share": round(share, 4),
        "percent": f"{share:.0%}",
        "label": label,
        "poll_url": poll_url,
        "every": every,
    }


@register.inclusion_tag("foundation/components/confirm.html")
def confirm(
    url: str,
    button: str,
    title: str,
    text: str = "",
    *,
    tone: str = "",
    icon: str = "",
    css: str = "",
    go: str = "",
) -> dict[str, Any]:
    """A button that asks first, in a native dialog, then posts to `url`."""
    return {
        "url": url,
        "button": button,
        "title": title,
        "text": text,
        "tone": tone,
        "icon": icon,
        "css": css,
        "go": go or button,
        "dialog_id": f"confirm-{secrets.token_hex(4)}",
    }


@register.inclusion_tag("foundation/components/dropzone.html")
def dropzone(
    name: str = "file", title: str = "", text: str = "", accept: str = "", *, several: bool = False
) -> dict[str, Any]:
    """A place to drop a file; it is a file input, so it works with the keyboard and without scripts."""
    return {
        "name": name,
        "title": title or _("Drop a file here, or choose one"),
        "text": text,
        "accept": accept,
        "several": several,
    }
