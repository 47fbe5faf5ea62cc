"""The components that page authors write; docs/reference/components.md shows each with an example."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page as ListPage
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Form, RadioSelect
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from candor.foundation import assets, wording
from candor.foundation.charts.figure import figure_context
from candor.foundation.whiskers import sparkline_svg, whisker_svg

register = template.Library()

_SCOPE_KEYS = ("unit", "period")


# -- The frame --------------------------------------------------------------------------------------------------


@register.simple_tag
def built(entry: str) -> str:
    """Address of a built script: main, chart or theme."""
    return assets.entry_url(entry)


@register.simple_tag
def built_styles() -> list[str]:
    return assets.style_urls()


@register.simple_tag
def built_fonts() -> list[str]:
    return assets.font_urls()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite; with `label` it is read aloud, without it is decoration."""
    aloud = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    classes = f"icon {css}".strip()
    return format_html('<svg class="{}" {}><use href="{}"/></svg>', classes, aloud, assets.icon_url(name))


@register.simple_tag(takes_context=True)
def scoped(context: Context, url_name: str, *args: Any, **kwargs: Any) -> str:
    """Address of a page that keeps the unit and period of this one."""
    query = _scope_query(context.get("request"))
    return reverse(url_name, args=args, kwargs=kwargs) + (f"?{query}" if query else "")


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
    return "?" + _changed_query(context["request"], changes)


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


# -- Numbers ----------------------------------------------------------------------------------------------------


@register.inclusion_tag("foundation/components/score.html")
def score(
    estimate: wording.Estimated | None,
    kind: str = "share",
    *,
    change: wording.Compared | None = None,
    href: str = "",
    unit: str = "",
    lo: float | None = None,
    hi: float | None = None,
    before: float | None = None,
    goal: float | None = None,
    method_url: str = "",
    since: str = "",
) -> dict[str, Any]:
    """A number with its interval, n, change and method: the only way a page shows one."""
    scale = wording.scale_of(kind, lo=lo, hi=hi)
    return _number(estimate, scale, before=before, goal=goal) | {
        "unit": unit or _unit(kind),
        "href": href,
        "change": _change(change, scale),
        "since": since,
        "method_url": method_url,
        "tip_id": f"how-{secrets.token_hex(4)}",
    }


@register.inclusion_tag("foundation/components/score_row.html")
def score_row(
    estimate: wording.Estimated | None,
    kind: str = "share",
    *,
    href: str = "",
    lo: float | None = None,
    hi: float | None = None,
    before: float | None = None,
    goal: float | None = None,
) -> dict[str, Any]:
    """The same number in a table cell: value, whisker, n."""
    scale = wording.scale_of(kind, lo=lo, hi=hi)
    return _number(estimate, scale, before=before, goal=goal, labelled=True) | {"href": href}


@register.inclusion_tag("foundation/components/score_inline.html")
def score_inline(
    estimate: wording.Estimated | None,
    kind: str = "share",
    *,
    lo: float | None = None,
    hi: float | None = None,
) -> dict[str, Any]:
    """The same number inside a sentence: "42 (38 to 47, 1,240 answers)"."""
    return _number(estimate, wording.scale_of(kind, lo=lo, hi=hi))


@register.simple_tag
def whisker(
    estimate: wording.Estimated,
    kind: str = "share",
    *,
    lo: float | None = None,
    hi: float | None = None,
    before: float | None = None,
    goal: float | None = None,
) -> SafeString:
    """Only the whisker, for places that say the number elsewhere."""
    scale = wording.scale_of(kind, lo=lo, hi=hi)
    return whisker_svg(estimate, scale, before=before, goal=goal, label=_aloud(estimate, scale))


@register.inclusion_tag("foundation/components/change.html")
def change(
    comparison: wording.Compared,
    kind: str = "share",
    *,
    since: str = "",
    lo: float | None = None,
    hi: float | None = None,
) -> dict[str, Any]:
    """A change in words with its interval."""
    return {"change": _change(comparison, wording.scale_of(kind, lo=lo, hi=hi)), "since": since}


@register.simple_tag
def sparkline(points: Sequence[wording.Estimated], label: str = "") -> SafeString:
    """A run of estimates as a small line in its band."""
    return sparkline_svg(points, label=label or _("Run of the score with its interval"))


@register.filter
def words(count: int) -> str:
    """A count in words up to ten."""
    return wording.count_words(int(count))


@register.filter
def amount(value: float | None, decimals: int = 0) -> str:
    """A plain count or sum with thousands set apart and a true minus."""
    return "" if value is None else wording.number(float(value), decimals)


@register.filter
def day(value: date | datetime | None) -> SafeString:
    """A day as "22 Nov 2026", in the time zone of the workspace."""
    if value is None:
        return SafeString("")
    local = (
        timezone.localtime(value).date()
        if isinstance(value, datetime) and timezone.is_aware(value)
        else value
    )
    return format_html('<time datetime="{}">{}</time>', local.isoformat()[:10], f"{local:%-d %b %Y}")


@register.filter
def moment(value: datetime | None) -> SafeString:
    """A moment as "22 Nov 2026, 14:05 CET"."""
    if value is None:
        return SafeString("")
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(), f"{local:%-d %b %Y, %H:%M %Z}".strip()
    )


def _number(
    estimate: wording.Estimated | None,
    scale: wording.Scale,
    *,
    before: float | None = None,
    goal: float | None = None,
    labelled: bool = False,
) -> dict[str, Any]:
    if estimate is None:
        return {"estimate": None, "value": "", "instead": _("No answers yet")}
    label = _aloud(estimate, scale) if labelled else ""
    return {
        "estimate": estimate,
        "value": wording.estimate_text(estimate, scale),
        "instead": wording.too_few_text(estimate),
        "range": wording.range_text(estimate.low, estimate.high, scale),
        "n": wording.number(estimate.n),
        "answers": wording.answers_text(estimate.n),
        "equal_answers": wording.number(getattr(estimate, "n_effective", None) or estimate.n),
        "level": f"{estimate.level:.0%}",
        "whisker": whisker_svg(estimate, scale, before=before, goal=goal, label=label),
    }


def _change(comparison: wording.Compared | None, scale: wording.Scale) -> dict[str, str] | None:
    if comparison is None:
        return None
    direction = {"higher": "up", "lower": "down"}.get(comparison.verdict, "flat")
    return {
        "direction": direction,
        "icon": {"up": "trending-up", "down": "trending-down"}.get(direction, "minus"),
        "text": wording.change_text(comparison, scale),
        "could": wording.could_text(comparison, scale),
        "words": comparison.words,
    }


def _aloud(estimate: wording.Estimated, scale: wording.Scale) -> str:
    value, between = (
        wording.estimate_text(estimate, scale),
        wording.range_text(estimate.low, estimate.high, scale),
    )
    return (
        _("%(value)s, could be %(range)s") % {"value": value, "range": between}
        if value and between
        else value
    )


def _unit(kind: str) -> str:
    return {"nps": _("NPS"), "rate": _("per 1,000")}.get(kind, "")


# -- Pieces of pages --------------------------------------------------------------------------------------------


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


@register.inclusion_tag("foundation/components/chart.html")
def chart(
    spec: dict[str, Any], rows: Sequence[dict[str, Any]] | None = None, name: str = "chart", csv_url: str = ""
) -> dict[str, Any]:
    """A chart with its title, the table behind it and its downloads."""
    return figure_context(spec, rows, name=name, csv_url=csv_url)


@register.inclusion_tag("foundation/components/tabs.html", takes_context=True)
def tabs(context: Context, *items: Any) -> dict[str, Any]:
    """Tabs that are pages: pairs of label and address, or one list of (label, address[, count])."""
    pairs = items[0] if len(items) == 1 else list(zip(items[::2], items[1::2], strict=True))
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
        "total": wording.number(page.paginator.count),
        "first": wording.number(page.start_index()),
        "last": wording.number(page.end_index()),
        "previous": _changed_query(request, {"page": page.previous_page_number()})
        if page.has_previous()
        else "",
        "next": _changed_query(request, {"page": page.next_page_number()}) if page.has_next() else "",
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
            "href": "?" + _changed_query(request, {key: option[0], "page": None}),
        }
        for option in options
    ]
    current = next((option["label"] for option in shown if option["here"]), chosen)
    return {
        "key": key,
        "label": label,
        "options": shown,
        "current": current,
        "off": "?" + _changed_query(request, {key: None, "page": None}),
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
        "href": "?" + _changed_query(request, {"sort": following, "page": None}),
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


@register.inclusion_tag("foundation/components/confirm.html", takes_context=True)
def confirm(
    context: Context,
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
        "csrf_token": context.get("csrf_token"),
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


@register.inclusion_tag("foundation/components/field.html")
def field(bound: BoundField, label: str = "", hint: str = "") -> dict[str, Any]:
    """A form field with its label, hint and what is wrong with it."""
    widget = bound.field.widget
    described = [f"{bound.id_for_label or bound.html_name}_{part}" for part in ("hint", "problem")]
    hint_text = hint or bound.help_text
    used = [part for part, shown in zip(described, (hint_text, bound.errors), strict=True) if shown]
    extra = {"aria-describedby": " ".join(used)} if used else {}
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
        "is_optional": not bound.field.required and not isinstance(widget, CheckboxInput),
    }


@register.inclusion_tag("foundation/components/fields.html")
def fields(form: Form) -> dict[str, Any]:
    """Every field of a form, its hidden ones and what is wrong with the form as a whole."""
    return {"form": form}


def _scope_query(request: HttpRequest | None) -> str:
    if request is None:
        return ""
    query = request.GET.copy()
    for key in set(query) - set(_SCOPE_KEYS):
        del query[key]
    return query.urlencode()


def _changed_query(request: HttpRequest, changes: dict[str, Any]) -> str:
    query = request.GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return query.urlencode()
