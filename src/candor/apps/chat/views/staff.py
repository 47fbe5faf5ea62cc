"""Articles, what nobody could answer, how the chat is set up, and how it does as a channel."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Unit
from candor.apps.organization.scope import scope_of
from candor.apps.surveys.brand import OWN_COLOR

from .. import articles, endpoint, importing, measures, queries, setting_up
from ..choices import ArticleState
from ..forms import ArticleForm, ImportForm, SetupForm
from ..models import Article, Setup

UNANSWERED_DAYS = 90


def channel(request: HttpRequest) -> HttpResponse:
    """How the chat does as a channel."""
    viewer = require(request, Permission.READ_SCORES)
    scope = scope_of(request, viewer)
    request.scope = scope  # type: ignore[attr-defined]
    context = {
        "scope": scope, "channel": measures.channel(scope), "setup": setting_up.the_setup(),
        "articles": Article.objects.filter(state=ArticleState.PUBLISHED).count(), "may_set_up": viewer.can(Permission.MANAGE_RULES),
    }  # fmt: skip
    return render(request, "chat/channel.html", context)


def unanswered(request: HttpRequest) -> HttpResponse:
    """What visitors asked and no article says."""
    viewer = require(request, Permission.READ_FEEDBACK)
    since = timezone.now() - timedelta(days=UNANSWERED_DAYS)
    context = {
        "questions": queries.unanswered(viewer, since=since), "days": UNANSWERED_DAYS, "may_write": viewer.can(Permission.MANAGE_RULES),
    }  # fmt: skip
    return render(request, "chat/unanswered.html", context)


def listing(request: HttpRequest) -> HttpResponse:
    """The articles; those who look after them write and import here."""
    viewer = require(request, Permission.READ_FEEDBACK)
    asked, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = queries.search_articles(asked, state if state in ArticleState.values else "")
    context = {
        "articles": found[:500], "n": found.count(), "asked": asked, "states": ArticleState.choices, "may_write": viewer.can(Permission.MANAGE_RULES),
        "setup": setting_up.the_setup(),
    }  # fmt: skip
    return render(request, "chat/articles.html", context)


def write(request: HttpRequest) -> HttpResponse:
    """Write an article; `title` in the address is where a question nobody could answer begins it."""
    viewer = require(request, Permission.MANAGE_RULES)
    form = ArticleForm(request.POST or None, initial={"title": request.GET.get("title", "")[:200]})
    if request.method == "POST" and form.is_valid():
        kept = articles.write_article(new=articles.NewArticle(**form.cleaned_data), by=viewer.person)
        return _kept(request, kept)
    return render(request, "chat/write.html", {"form": form}, status=422 if form.errors else 200)


def article(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an article."""
    viewer = require(request, Permission.MANAGE_RULES)
    found = get_object_or_404(Article, pk=pk)
    first = {name: getattr(found, name) for name in ("title", "body", "language", "url")}
    form = ArticleForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        kept = articles.write_article(
            article=found, new=articles.NewArticle(**form.cleaned_data), by=viewer.person
        )
        return _kept(request, kept)
    return render(
        request, "chat/write.html", {"form": form, "article": found}, status=422 if form.errors else 200
    )


def _kept(request: HttpRequest, kept: Article) -> HttpResponse:
    if request.POST.get("publish") and not kept.is_published:
        articles.publish_article(article=kept, is_published=True, by=request.viewer.person)  # type: ignore[attr-defined]
    messages.success(request, _("Kept."))
    return redirect("chat:article", kept.pk)


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Let visitors be answered from an article, or no longer."""
    viewer = require(request, Permission.MANAGE_RULES)
    is_published = request.POST.get("on") == "yes"
    articles.publish_article(
        article=get_object_or_404(Article, pk=pk), is_published=is_published, by=viewer.person
    )
    messages.success(
        request, _("Visitors are answered from it now.") if is_published else _("Visitors see it no longer.")
    )
    return redirect("chat:article", pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an article."""
    viewer = require(request, Permission.MANAGE_RULES)
    articles.remove_article(article=get_object_or_404(Article, pk=pk), by=viewer.person)
    messages.success(request, _("Deleted."))
    return redirect("chat:articles")


def bring(request: HttpRequest) -> HttpResponse:
    """Import a folder of Markdown, or tables."""
    viewer = require(request, Permission.MANAGE_RULES)
    form = ImportForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    files = request.FILES.getlist("files")
    if request.method == "POST" and form.is_valid() and files:
        brought, problems = importing.import_files(
            files=files, is_published=form.cleaned_data["is_published"], by=viewer.person
        )
        context |= {"brought": brought, "problems": problems}
    return render(request, "chat/bring.html", context)


def settings(request: HttpRequest) -> HttpResponse:
    """Open or close the chat, and say how it looks and when people answer."""
    viewer = require(request, Permission.MANAGE_RULES)
    now = setting_up.the_setup()
    form = SetupForm(request.POST or None, initial=_initial(now), units=Unit.objects.order_by("path"))
    if request.method == "POST" and form.is_valid():
        setting_up.change_setup(by=viewer.person, **form.cleaned_data)
        messages.success(
            request,
            _("The chat is open.") if form.cleaned_data["is_open"] else _("Kept; the chat is closed."),
        )
        return redirect("chat:settings")
    context = {
        "form": form, "now": now, "address": request.build_absolute_uri(reverse("help:start")), "has_model": endpoint.is_configured(),
        "script": request.build_absolute_uri(reverse("help:script")),
    }  # fmt: skip
    return render(request, "chat/settings.html", context, status=422 if form.errors else 200)


def _initial(now: Setup) -> dict[str, Any]:
    names = ("is_open", "name", "welcome", "unit", "zone", "weekdays", "country")
    calendar = setting_up.calendar_of(now)
    return {name: getattr(now, name) for name in names} | {
        "sites": "\n".join(now.sites), "opens": calendar.opens, "closes": calendar.closes, "brand_color": now.brand_color or OWN_COLOR,
    }  # fmt: skip
