"""What the template tags draw."""

import json
import re
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.messages.storage.base import Message
from django.core.mail import EmailMessage
from django.template import Context, Template
from django.test import RequestFactory

from candor.analytics.estimates import Estimate
from candor.foundation.assets import UnknownIcon
from candor.foundation.navigation import Page, current_place, pages_for, register_beneath, register_page
from candor.foundation.printed_mail import KEPT, KeptEmailBackend
from candor.foundation.whiskers import sparkline_svg, whisker_svg
from candor.foundation.wording import scale_of

from .styleguide import comparison, estimate, html

SOURCE = Path(str(files("candor")))


def render(source: str, query: str = "", **context: Any) -> str:
    request = RequestFactory().get(f"/list/{query}")
    return Template("{% load candor %}" + source).render(Context({"request": request, **context}))


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


def test_a_score_shows_value_interval_answers_change_and_method() -> None:
    shown = render(
        '{% score e kind="nps" change=c method_url="/methods/nps" %}',
        e=estimate(0.42, 0.045, 1240),
        c=comparison(0.04, 0.03, "higher"),
    )
    for part in ("42", "1,240 answers", "up 4", "could be 1 to 7", "Wilson score interval"):
        assert part in text_of(shown)
    assert 'href="/methods/nps"' in shown
    assert 'class="interval"' in shown


@pytest.mark.parametrize("tag", ["score", "score_row", "score_inline"])
def test_no_tag_ever_shows_a_number_for_too_few_answers(tag: str) -> None:
    few = estimate(0.3123, 0.5, 7, "too_few")
    shown = render("{% " + tag + ' e kind="nps" %}', e=few)
    assert "31" not in text_of(shown)
    assert "too few answers to tell (7 of at least 30)" in text_of(shown).lower()
    assert "interval" not in shown


@pytest.mark.parametrize("tag", ["score", "score_row", "score_inline"])
def test_every_tag_shows_how_many_answers_stand_behind_a_number(tag: str) -> None:
    assert "1,240" in text_of(render("{% " + tag + ' e kind="share" %}', e=estimate(0.6, 0.03, 1240)))


def test_a_missing_estimate_says_so() -> None:
    assert text_of(render('{% score e kind="nps" %}', e=None)) == "No answers yet"


def test_whiskers_stand_on_the_whole_scale_and_stay_inside_it() -> None:
    beyond = Estimate(value=0.95, low=0.8, high=1.4, n=40, method="x")
    drawn = whisker_svg(beyond, scale_of("nps"))
    assert 'x1="90.0%" x2="100.0%"' in drawn
    assert 'cx="97.5%"' in drawn
    assert "style=" not in drawn


def test_a_sparkline_of_one_point_is_nothing() -> None:
    assert sparkline_svg([estimate(0.4, 0.1, 300)]) == ""
    assert "<polygon" in sparkline_svg([estimate(0.4, 0.1, 300), estimate(0.5, 0.1, 300)])


def test_names_from_outside_are_escaped() -> None:
    shown = render("{% chip t %}{% empty t t %}{% confirm '/x/' t t %}", t="<script>alert(1)</script>")
    assert "<script>" not in shown


def test_chart_data_cannot_end_its_own_script_element() -> None:
    spec = {"mark": "bar", "data": {"values": [{"a": "</script><script>alert(1)</script>"}]}}
    shown = render("{% chart spec %}", spec=spec)
    assert shown.count("</script>") == 1


def test_a_csv_of_a_chart_holds_no_formula() -> None:
    shown = render("{% chart spec rows %}", spec={"mark": "bar"}, rows=[{"Of": "=1+1", "n": 3}])
    assert "%27%3D1%2B1" in shown


def test_a_filter_chip_keeps_the_other_filters_and_drops_the_page() -> None:
    shown = render(
        '{% filter_chip "channel" "Channel" options %}',
        "?unit=3&page=4",
        options=[("web", "Web", 12), ("mail", "E-mail")],
    )
    assert 'href="?unit=3&amp;channel=web"' in shown
    chosen = render(
        '{% filter_chip "channel" "Channel" options %}', "?unit=3&channel=web", options=[("web", "Web")]
    )
    assert "Channel: Web" in text_of(chosen)
    assert 'href="?unit=3"' in chosen


def test_links_keep_unit_and_period_and_nothing_else() -> None:
    assert render('{% scoped "home" %}', "?unit=3&period=28d&page=2") == "/?unit=3&amp;period=28d"
    assert render('{% scoped "home" %}&amp;state=late') == "/?period=90d&amp;state=late"


def test_sorting_turns_round_and_is_announced() -> None:
    assert 'href="?sort=name"' in render('{% sort_header "name" "Name" %}')
    shown = render('{% sort_header "name" "Name" %}', "?sort=name")
    assert 'aria-sort="ascending"' in shown
    assert 'href="?sort=-name"' in shown


def test_a_hidden_query_leaves_out_what_the_form_changes() -> None:
    shown = render('{% hidden_query "unit" %}', '?unit=3&q="><b>&page=2')
    assert shown == '<input type="hidden" name="q" value="&quot;&gt;&lt;b&gt;">'


def test_a_field_names_its_problem_to_a_screen_reader() -> None:
    shown = html("?wrong=1")
    assert 'aria-invalid="true"' in shown
    assert 'id="id_name_problem"' in shown
    assert 'aria-describedby="id_name_hint id_name_problem"' in shown


def test_a_message_may_carry_the_way_back() -> None:
    message = Message(25, "Case closed.", extra_tags="undo=/cases/4/reopen/")
    shown = Template('{% include "foundation/partials/message.html" %}').render(Context({"message": message}))
    assert 'action="/cases/4/reopen/"' in shown


def test_the_title_block_fills_heading_and_browser_tab() -> None:
    shown = html()
    assert "<title>How Candor looks · Candela Bank</title>" in shown
    assert "<h1>How Candor looks</h1>" in shown


def test_no_page_of_the_frame_has_inline_script_handlers_or_outside_hosts() -> None:
    class Watch(HTMLParser):
        found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            known = dict(attrs)
            if tag == "script" and not known.get("src") and known.get("type") != "application/json":
                self.found.append("inline script")
            self.found += [name for name in known if name.startswith("on") or name == "style"]
            self.found += [v for k, v in attrs if k in {"src", "href"} and v and re.match(r"(https?:)?//", v)]

    watch = Watch()
    watch.feed(html())
    assert watch.found == []


def test_every_icon_in_a_template_is_in_the_sprite() -> None:
    names = set(json.loads((SOURCE / "foundation/icons.json").read_text()))
    pattern = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']|\bicon=["']([a-z0-9-]+)["']""")
    missing = {
        f"{path.relative_to(SOURCE)}: {used}"
        for path in SOURCE.rglob("*.html")
        for found in pattern.findall(path.read_text(encoding="utf-8"))
        for used in found
        if used and used not in names
    }
    assert missing == set()


def test_an_unknown_icon_is_an_error_and_not_a_hole() -> None:
    with pytest.raises(UnknownIcon, match="no-such-icon"):
        render('{% icon "no-such-icon" %}')


def test_navigation_shows_only_what_a_role_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("candor.foundation.navigation._pages", [])
    register_page(Page("Measure", "Scores", "scores:list", "ruler-measure", permission="read_scores"))
    register_page(Page("Listen", "Inbox", "feedback:inbox", "inbox"))
    register_page(Page("Listen", "Inbox", "feedback:inbox", "inbox"))
    assert [(word.name, len(word.pages)) for word in pages_for(set())] == [("Listen", 1)]
    assert [word.name for word in pages_for({"read_scores"})] == ["Listen", "Measure"]
    with pytest.raises(ValueError, match="no word"):
        register_page(Page("Delight", "x", "x", "x"))


def test_the_menu_marks_the_page_that_stands_above_or_that_the_address_says_one_came_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("candor.foundation.navigation._pages", [])
    monkeypatch.setattr("candor.foundation.navigation._beneath", {})
    register_page(Page("Measure", "Scores", "scores:list", "ruler-measure"))
    register_page(Page("Listen", "Surveys", "surveys:list", "clipboard-list"))
    register_page(Page("Listen", "Inbox", "feedback:inbox", "inbox"))
    register_beneath("surveys:list", "scores:survey")

    def marked(view_name: str, query: str = "") -> tuple[str | None, str | None]:
        request = RequestFactory().get(f"/x/{query}")
        match = SimpleNamespace(view_name=view_name, namespace=view_name.split(":")[0])
        request.resolver_match = match  # type: ignore[assignment]
        place = current_place(request)
        return place.word, place.url_name

    assert marked("scores:survey") == ("Listen", "surveys:list")
    assert marked("feedback:item") == ("Listen", None)
    assert marked("feedback:item", "?via=scores:list") == ("Measure", "scores:list")
    assert marked("feedback:item", "?via=https://elsewhere.example") == ("Listen", None)


def test_many_pages_of_a_word_stand_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("candor.foundation.navigation._pages", [])
    for name, order, group in [
        ("Rules", 22, "Complaints"),
        ("Inbox", 10, ""),
        ("Ideas", 60, "Staff"),
        ("Due", 21, "Complaints"),
    ]:
        register_page(Page("Listen", name, f"x:{name}", "inbox", order=order, group=group))
    (word,) = pages_for(set())
    assert [(name, [page.name for page in pages]) for name, pages in word.groups] == [
        ("", ["Inbox"]), ("Complaints", ["Due", "Rules"]), ("Staff", ["Ideas"]),
    ]  # fmt: skip


def test_days_are_said_the_same_everywhere() -> None:
    shown = html()
    assert ">22 Nov 2026</time>" in shown
    assert ">22 Nov 2026, 14:05 UTC</time>" in shown


def test_initials_take_first_and_last_name() -> None:
    shown = render("{{ a|initials }} {{ b|initials }}", a="Ines Maria Duarte", b="Bo")
    assert shown == "ID B"


def test_pages_that_send_mail_say_so_while_no_mail_server_is_set_up(settings: LazySettings) -> None:
    page = Template("{% load candor %}{% mail_notice %}")
    assert page.render(Context()).strip() == ""
    settings.EMAIL_BACKEND = "candor.foundation.printed_mail.EmailBackend"
    assert "reaches nobody" in page.render(Context())
    settings.EMAIL_BACKEND = KEPT
    assert "the folder “mails”" in page.render(Context())


def test_a_kept_mail_is_a_file_that_a_mail_program_opens(settings: LazySettings, tmp_path: Path) -> None:
    settings.CANDOR_HOME = tmp_path
    mail = EmailMessage("Grüße", "Hello", "us@example.com", ["jo@example.com"])
    assert KeptEmailBackend().send_messages([mail]) == 1
    (kept,) = (tmp_path / "mails").glob("*.eml")
    assert message_from_bytes(kept.read_bytes(), policy=default)["Subject"] == "Grüße"
