"""The style guide with sample data, without a database: `python -m tests.foundation.styleguide` serves it on port 8900."""

import os
import sys
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from wsgiref.simple_server import make_server

import django
from django import forms
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.urls import path

from candor.analytics.estimates import Comparison, Estimate
from candor.foundation import charts, periods
from candor.foundation.navigation import Page, Place, Word


def estimate(value: float, half: float, n: int, status: str = "ok") -> Estimate:
    return Estimate(
        value=value,
        low=value - half,
        high=value + half,
        n=n,
        method="Wilson score interval",
        status=status,
        least_n=30,  # type: ignore[arg-type]
    )


def comparison(change: float, half: float, verdict: str) -> Comparison:
    return Comparison(
        change=change,
        low=change - half,
        high=change + half,
        n_now=1240,
        n_before=1180,
        p_value=0.01,
        verdict=verdict,  # type: ignore[arg-type]
        method="Newcombe",
    )


class SurveyForm(forms.Form):
    name = forms.CharField(help_text="Customers never see it.")
    moment = forms.ChoiceField(choices=[("a", "Loan approved"), ("b", "Complaint closed")])
    question = forms.CharField(widget=forms.Textarea, required=False)
    language = forms.ChoiceField(widget=forms.RadioSelect, choices=[("en", "English"), ("de", "German")])
    anonymous = forms.BooleanField(label="Let people answer without a name", required=False)


def _run(level: float) -> list[Estimate]:
    return [estimate(level + 0.05 * ((i * 7) % 5 - 2) / 2, 0.06, 300) for i in range(12)]


def _branches() -> list[SimpleNamespace]:
    rows = [
        ("Above the company, beyond chance", "Harbour", 0.61, 0.07, 412, 0.83, 18, False),
        ("Can’t be told apart, in order of the alphabet", "Castle Street", 0.44, 0.09, 288, 0.71, 24, False),
        ("Can’t be told apart, in order of the alphabet", "Market", 0.40, 0.11, 190, 0.69, 31, True),
        ("Can’t be told apart, in order of the alphabet", "Nord", 0.36, 0.12, 166, 0.66, 1204, False),
        ("Too few answers to place", "Weiden", 0.20, 0.4, 7, 0.5, 2, False),
    ]
    return [
        SimpleNamespace(
            tier=tier,
            name=name,
            nps=estimate(nps, half, n, "too_few" if n < 30 else "ok"),
            csat=estimate(csat, half * 0.5, n, "too_few" if n < 30 else "ok"),
            run=_run(nps) if n >= 30 else [],
            complaints=complaints,
            late=late,
        )
        for tier, name, nps, half, n, csat, complaints, late in rows
    ]


def _navigation() -> list[Word]:
    names = {
        "Listen": [
            ("Inbox", "inbox"),
            ("Complaints", "message-report"),
            ("Surveys", "send"),
            ("Imports", "upload"),
        ],
        "Measure": [("Scores", "ruler-measure"), ("Journeys", "route")],
        "Understand": [("Themes", "tags"), ("Drivers", "chart-dots"), ("Issues", "flag")],
        "Act": [("Cases", "checklist"), ("Initiatives", "rocket")],
        "Share": [("Boards", "presentation"), ("Digests", "mail")],
        "Plan": [("Strategy", "compass"), ("Goals", "target")],
        "Settings": [("People and roles", "users")],
    }
    icons = {
        "Listen": "ear",
        "Measure": "ruler-measure",
        "Understand": "bulb",
        "Act": "checklist",
        "Share": "speakerphone",
        "Plan": "map-2",
    }
    return [
        Word(
            word,
            icons.get(word, "settings"),
            tuple(Page(word, name, f"{name.split()[0].lower()}", icon) for name, icon in pages),
        )
        for word, pages in names.items()
    ]


def sample_charts() -> dict[str, charts.Spec]:
    """One of each chart."""
    start = date(2026, 8, 3)
    weeks = [start + timedelta(weeks=i) for i in range(16)]
    run = [
        charts.Point(
            day,
            estimate(
                0.38 + 0.02 * ((i * 5) % 7 - 3) / 3 + (0.09 if i > 9 else 0),
                0.06,
                240,
                "too_few" if i == 4 else "ok",
            ),
        )
        for i, day in enumerate(weeks)
    ]
    launch = [charts.Event(weeks[9], "New appraisal process")]
    rows = [
        charts.Row(b.name, b.nps, tier=b.tier, tone="up" if b.name == "Harbour" else "flat")
        for b in _branches()
    ]
    moments = ["Apply", "Identity check", "Appraisal", "Decision", "Signing", "Pay-out"]
    feeling = [0.52, 0.41, 0.08, 0.22, 0.38, 0.61]
    themes = [
        ("Waiting time", 0.31, 0.03),
        ("Staff were kind", 0.24, 0.03),
        ("Documents asked twice", 0.17, 0.025),
        ("Fees", 0.06, 0.015),
    ]
    return {
        "trend": charts.trend(
            run,
            title="The score rose after the new appraisal process, by more than chance",
            kind="nps",
            events=launch,
        ),
        "dots": charts.interval_dots(
            rows,
            title="Only Harbour stands out; three branches can’t be told apart",
            kind="nps",
            reference=0.42,
            reference_label="Company",
        ),
        "bars": charts.bars_with_intervals(
            [charts.Row(n, estimate(v, h, 900)) for n, v, h in themes],
            title="One comment in three is about waiting",
            kind="share",
            subtitle="Share of 900 comments",
        ),
        "stages": charts.stages(
            [charts.Row(m, estimate(v, 0.07, 320)) for m, v in zip(moments, feeling, strict=True)],
            title="Waiting for the appraisal is where feeling turns",
            kind="nps",
        ),
        "multiples": charts.small_multiples(
            {
                name: run[i : i + 10]
                for i, name in enumerate(["North", "East", "South", "West", "Call centre", "Online"])
            },
            title="Each region by itself shows nothing beyond chance",
            kind="nps",
        ),
        "counts": charts.counts(
            [(day, 40 + (i * 11) % 17 + (30 if i == 12 else 0)) for i, day in enumerate(weeks)],
            title="One week had more complaints than chance would bring",
            unit="Complaints",
            expected=[(day, 30, 66) for day in weeks],
        ),
    }


def context(request: HttpRequest) -> dict[str, Any]:
    """Everything the style guide shows."""
    units = [
        SimpleNamespace(pk=i, name=name, depth=depth)
        for i, (name, depth) in enumerate([("Candela Bank", 0), ("North", 1), ("Harbour", 2)], 1)
    ]
    form = (
        SurveyForm({"name": "", "moment": "a", "language": "en"})
        if request.GET.get("wrong")
        else SurveyForm()
    )
    return {
        "request": request,
        "workspace": SimpleNamespace(name="Candela Bank", is_simulated=True),
        "viewer": SimpleNamespace(person=SimpleNamespace(name="Ines Duarte", email="ines@example.org")),
        "units": units,
        "periods": periods.choices(),
        "navigation": _navigation(),
        "place": Place("Measure", "scores"),
        "csrf_token": "x" * 64,
        "today": date(2026, 11, 22),
        "now": datetime(2026, 11, 22, 14, 5, tzinfo=UTC),
        "nps": estimate(0.42, 0.045, 1240),
        "nps_up": comparison(0.04, 0.03, "higher"),
        "csat": estimate(0.634, 0.11, 84, "wide"),
        "csat_flat": comparison(0.01, 0.05, "no_clear_change"),
        "csat_drop": comparison(-0.08, 0.05, "lower"),
        "effort": estimate(2.84, 0.21, 640),
        "effort_down": comparison(-0.3, 0.22, "lower"),
        "few": estimate(0.3, 0.5, 7, "too_few"),
        "branches": _branches(),
        "channels": [("email", "E-mail", 412), ("phone", "Phone", 98), ("web", "Web form", 1204)],
        "statuses": [("open", "Open", 12), ("closed", "Closed", 80)],
        "list_page": Paginator(range(1240), 50).page(2),
        "form": form,
        "charts": sample_charts(),
    }


def page(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(render_to_string("foundation/styleguide.html", context(request)))
    response["Content-Security-Policy"] = (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'"
    )
    return response


def asset(request: HttpRequest, name: str) -> HttpResponse:
    from django.contrib.staticfiles.views import serve

    return serve(request, name, insecure=True)  # type: ignore[return-value]


_PAGES = [
    "inbox",
    "complaints",
    "surveys",
    "imports",
    "scores",
    "journeys",
    "themes",
    "drivers",
    "issues",
    "cases",
]
_PAGES += ["initiatives", "boards", "digests", "strategy", "goals", "people", "search"]
urlpatterns = [
    path("styleguide/", page),
    path("static/<path:name>", asset),
    *(path(f"{name}/", page, name=name) for name in _PAGES),
]


def html(query: str = "") -> str:
    """The page as text, for tests that need no browser."""
    with override_settings(ROOT_URLCONF=__name__):
        return page(RequestFactory().get(f"/styleguide/{query}")).content.decode()


def application() -> Any:
    """The style guide as a WSGI application of its own."""
    settings.ROOT_URLCONF = "tests.foundation.styleguide"
    settings.MIDDLEWARE = []
    settings.ALLOWED_HOSTS = ["*"]
    return WSGIHandler()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "candor.web.settings")
    django.setup()
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8900
    with make_server("127.0.0.1", port, application()) as server:
        server.serve_forever()
