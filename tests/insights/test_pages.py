"""The pages of Understand: who opens them, what they show, what people change, what leaves."""

import csv
import io
from datetime import date

import pytest
from django.test import Client

from candor.apps.feedback.models import Feedback
from candor.apps.insights import services
from candor.apps.insights.models import Theme, ThemeRun
from candor.apps.organization.choices import Role
from candor.apps.organization.models import AuditEntry, Person
from candor.apps.organization.services import create_person, give_role
from candor.apps.scores.survey_pages import results_page
from candor.apps.scores.survey_pdf import results_as_pdf, results_in_words
from candor.apps.scores.survey_results import survey_result
from candor.apps.surveys.services import define_survey
from candor.foundation.models import Job
from tests.insights.telling import (
    comments_about,
    complain,
    look,
    scope_for,
    tell,
    tell_everything,
    theme_about,
)
from tests.world import World

YEAR = "period=2026-01-01..2026-06-30"
PAGES = ["/insights/", "/insights/rising/", "/insights/priorities/"]


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person: Person, path: str, **headers: str) -> str:
    response = as_(person).get(path, headers=headers)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


def test_outsiders_see_nothing(world: World) -> None:
    tell_everything(n=80)
    look()
    pk = theme_about("app").pk
    for path in [*PAGES, f"/insights/themes/{pk}/", "/insights/themes.csv"]:
        assert Client().get(path).status_code == 302
        for person in (world.olga, world.amos, world.theo):
            assert as_(person).get(path).status_code == 403, (person, path)


def test_pages_stand_before_there_is_anything_to_show(world: World) -> None:
    assert "No comments yet" in page(world.clara, "/insights/")
    assert "Nothing is rising beyond chance" in page(world.clara, "/insights/rising/")
    assert "No complaints in this period" in page(world.eve, "/insights/priorities/")
    tell(comments_about("app", 20))
    assert "Nobody has looked for themes yet" in page(world.clara, "/insights/")
    look()
    shown = page(world.clara, "/insights/")
    assert "Too few different comments to tell themes (19 of at least 300)" in shown
    assert "Frequent words" in shown
    assert "Frequent words" not in page(world.mona, "/insights/")


@pytest.mark.parametrize("outcome", ["too_few", "ok"])
def test_how_many_comments_a_run_read_is_for_who_sees_all_units(world: World, outcome: str) -> None:
    tell(comments_about("app", 5), unit=world.quay)
    ThemeRun.objects.create(
        language="en", as_of=date(2026, 6, 30), since=date(2026, 1, 1), outcome=outcome, n_comments=4321, n_read=4000,
        n_distinct=287,
    )  # fmt: skip
    for_clara, for_mona = page(world.clara, "/insights/"), page(world.mona, "/insights/")
    assert "in 4,321 comments" in for_clara
    assert "4,321" not in for_mona and "287" not in for_mona
    assert "Last looked for in the comments of all units from" in for_mona
    if outcome == "too_few":
        assert "(287 of at least 300)" in for_clara and "(at least 300 are needed)" in for_mona


def test_themes_stand_with_share_and_count(world: World) -> None:
    tell_everything(n=80)
    look()
    shown = page(world.eve, f"/insights/?{YEAR}")
    assert theme_about("app").name in shown
    assert "20%" in shown
    assert "Names of people are not found." in shown
    assert "Look again" not in shown


def test_the_manager_of_quay_never_sees_quotes_of_mill(world: World) -> None:
    tell_everything(n=80, unit=world.quay, topics=("card", "app", "fees", "queue"))
    secret = "the app login crashes and my clerk Marlene laughed"
    tell([secret], prefix="mill", unit=world.mill)
    tell(comments_about("letter", 80), prefix="mill", unit=world.mill)
    look()
    app, letter = theme_about("app").pk, theme_about("letter").pk
    assert "Marlene" in page(world.rival, f"/insights/themes/{app}/?{YEAR}")
    shown = page(world.mona, f"/insights/themes/{app}/?{YEAR}")
    assert "Marlene" not in shown
    assert "Mill" not in shown
    assert "postman" not in page(world.mona, f"/insights/?{YEAR}")
    assert as_(world.mona).get(f"/insights/themes/{letter}/?{YEAR}").status_code == 404
    assert as_(world.mona).get(f"/insights/?unit={world.mill.pk}").status_code == 404
    feedback = Feedback.objects.get(comment=secret)
    assert as_(world.mona).get(f"/insights/feedback/{feedback.pk}/").content == b""
    assert (
        theme_about("app").name in as_(world.rival).get(f"/insights/feedback/{feedback.pk}/").content.decode()
    )


def test_the_panel_of_a_comment_is_quiet_for_who_has_no_insights(world: World) -> None:
    tell_everything(n=80, unit=world.red)
    look()
    feedback = Feedback.objects.filter(key__startswith="app").first()
    assert feedback is not None
    assert as_(world.theo).get(f"/insights/feedback/{feedback.pk}/").content == b""


def test_what_customers_write_is_never_markup(world: World) -> None:
    tell_everything(n=80)
    tell(["<script>alert(1)</script> app login crashes freezes password"], prefix="bad")
    look()
    services.rename_theme(theme=theme_about("app"), name="<b>App</b>", by=world.ada)
    for path in [f"/insights/?{YEAR}", f"/insights/themes/{theme_about('app').pk}/?{YEAR}"]:
        shown = page(world.clara, path)
        assert "<script>alert" not in shown
        assert "<b>App</b>" not in shown


def test_a_theme_is_renamed_on_its_page_and_the_name_taken_back(world: World) -> None:
    tell_everything(n=80)
    look()
    theme = theme_about("queue")
    client = as_(world.ada)
    shown = client.post(f"/insights/themes/{theme.pk}/rename/", {"name": "Waiting, too long"}, follow=True)
    assert "Waiting, too long" in shown.content.decode()
    (message,) = list(shown.context["messages"])
    undo = message.extra_tags.removeprefix("undo=").split()[0]
    client.post(undo)
    theme.refresh_from_db()
    assert theme.name == theme.proposed_name
    assert AuditEntry.objects.filter(action="theme.renamed", person=world.ada).count() == 2


@pytest.mark.parametrize(("do", "undo"), [("hide", "show"), ("merge", "split-off")])
def test_hiding_and_merging_can_be_undone(world: World, do: str, undo: str) -> None:
    tell_everything(n=80)
    look()
    theme, other = theme_about("queue"), theme_about("app")
    client = as_(world.clara)
    before = client.get(f"/insights/?{YEAR}").content.decode()
    shown = client.post(f"/insights/themes/{theme.pk}/{do}/", {"into": other.pk}, follow=True)
    (message,) = list(shown.context["messages"])
    assert f"/insights/themes/{theme.pk}/{undo}/" in message.extra_tags
    assert (
        f"/themes/{theme.pk}/"
        not in client.get(f"/insights/?{YEAR}").content.decode().split("hidden theme")[0]
    )
    client.post(f"/insights/themes/{theme.pk}/{undo}/")
    after = client.get(f"/insights/?{YEAR}").content.decode()
    assert f"/themes/{theme.pk}/" in before
    assert f"/themes/{theme.pk}/" in after


def test_the_page_of_a_merged_theme_leads_to_the_whole(world: World) -> None:
    tell_everything(n=80)
    look()
    part, whole = theme_about("queue"), theme_about("app")
    services.merge_themes(theme=part, into=whole, by=world.ada)
    response = as_(world.eve).get(f"/insights/themes/{part.pk}/?{YEAR}")
    assert response.status_code == 302
    assert response["Location"].startswith(f"/insights/themes/{whole.pk}/?")
    assert part.proposed_name in page(world.ada, f"/insights/themes/{whole.pk}/?{YEAR}")


def test_only_who_sees_the_whole_organization_changes_themes(world: World) -> None:
    tell_everything(n=80, unit=world.quay)
    look()
    pk = theme_about("queue").pk
    local = create_person(
        name="Lea", unit=world.quay, by=None, email="lea@harbour.example", password="a long enough password"
    )
    give_role(person=local, role=Role.ANALYST, unit=world.quay, by=None)
    for person in (local, world.mona, world.eve, world.olga):
        for path in ("rename", "merge", "hide", "show", "split-off"):
            assert as_(person).post(f"/insights/themes/{pk}/{path}/", {"name": "x"}).status_code == 403, (
                person,
                path,
            )
        assert as_(person).post("/insights/find/").status_code == 403
    assert Theme.objects.get(pk=pk).given_name == ""
    assert "Rename" not in page(local, f"/insights/themes/{pk}/?{YEAR}")


def test_the_button_has_a_worker_look_for_themes(world: World) -> None:
    tell_everything(n=80)
    client = as_(world.clara)
    assert "Find themes" in client.get("/insights/").content.decode()
    shown = client.post("/insights/find/", follow=True).content.decode()
    assert "A worker is reading the comments" in shown
    assert Job.objects.filter(task_path__endswith="find_themes").count() == 1


def test_a_split_asked_by_htmx_is_only_that_part(world: World) -> None:
    tell(comments_about("app", 90), channel="web")
    tell(comments_about("card", 90), channel="phone")
    tell(comments_about("fees", 90), channel="phone")
    tell(comments_about("queue", 90), channel="phone")
    look()
    path = f"/insights/themes/{theme_about('app').pk}/?{YEAR}&by=channel"
    part = page(world.clara, path, **{"HX-Request": "true", "HX-Target": "split"})
    assert "<html" not in part
    assert "Two of two channels stand apart from the others" in part
    assert "<html" in page(world.clara, path)
    assert as_(world.clara).get(f"/insights/themes/{theme_about('app').pk}/?by=password").status_code == 400


def test_the_pdf_of_a_survey_says_what_its_comments_speak_of_and_quotes_none(world: World) -> None:
    survey = define_survey(key="told", name="Told", questions=[])
    tell_everything(n=80)
    tell(comments_about("fees", 10, seed=5), prefix="more", nps=9)
    tell(comments_about("fees", 30, seed=7), prefix="other", source="another")
    look()
    scope, other = scope_for(world.clara), scope_for(world.olga)
    shown = results_page(survey_result(survey, scope=scope, by=None), scope)
    (panel,) = results_in_words(shown, scope)["panels"]
    assert (panel["title"], panel["lede"]) == ("What they speak of", "Of 410 comments that were read.")
    assert panel["columns"] == ("Theme", "Share and what it could be")
    assert panel["rows"][0] == (theme_about("fees").name, "22% (18% to 26%, n 410)")
    assert len(panel["rows"]) == 5
    assert results_as_pdf(shown, scope).startswith(b"%PDF-")
    assert results_in_words(shown, other)["panels"] == [], "nor has their page a panel"


def test_an_export_is_what_the_page_shows_and_is_logged(world: World) -> None:
    tell_everything(n=80)
    look()
    services.rename_theme(theme=theme_about("app"), name="=HYPERLINK(1)", by=world.ada)
    response = as_(world.ada).get(f"/insights/themes.csv?{YEAR}")
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))  # type: ignore[arg-type]
    assert len(rows) == 5
    assert {(row["Comments"], row["Comments read"], float(row["Share"]), row["Unit"]) for row in rows} == {
        ("80", "400", 20, "%")
    }
    assert not any(row["Theme"].startswith("=") for row in rows)
    assert AuditEntry.objects.get(action="themes.exported").facts["rows"] == 5
    assert as_(world.eve).get("/insights/themes.csv").status_code == 403


def test_who_may_export_one_unit_exports_no_other(world: World) -> None:
    tell_everything(n=80, unit=world.mill)
    look()
    give_role(person=world.mona, role=Role.EXECUTIVE, unit=world.south, by=None)
    assert theme_about("app").name in page(world.mona, f"/insights/?{YEAR}")
    assert as_(world.mona).get(f"/insights/themes.csv?{YEAR}").status_code == 403
    assert as_(world.mona).get(f"/insights/themes.csv?{YEAR}&unit={world.quay.pk}").status_code == 200


def test_priorities_lead_to_the_complaints_behind_them(world: World) -> None:
    complain(60, issue="Lost & found", product="Home loan", is_timely=False)
    complain(60, issue="Long form", is_timely=True)
    shown = page(world.clara, f"/insights/priorities/?{YEAR}")
    assert "“Lost &amp; found · Home loan” has the most at stake" in shown
    assert (
        "Where fixing costs the same and saves the same share of each, the smallest is the best choice"
        in shown
    )
    assert "product=Home%20loan&amp;issue=Lost%20%26%20found" in shown
    behind = page(world.clara, f"/complaints/list/?{YEAR}&product=Home%20loan&issue=Lost%20%26%20found")
    assert "60 complaints" in behind
