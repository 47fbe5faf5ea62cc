"""Long lists and search: bounded counts, words found by their beginning, the index always equal to the table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candor.apps.feedback import queries, words
from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import viewer_of
from candor.apps.organization.scope import Scope
from candor.foundation import lists
from candor.foundation.periods import parse_period
from tests.builders import NOON, a_feedback
from tests.world import World


@pytest.fixture
def scope(world: World) -> Scope:
    period = parse_period("all", as_of=NOON.date(), first=NOON.date())
    return Scope(viewer_of(world.clara), None, period, NOON.date(), NOON.date())


def _found(scope: Scope, text: str) -> list[str]:
    return sorted(row.key for row in queries.inbox(scope, queries.InboxFilter(text=text)))


def test_the_words_of_a_row_open_it(client: Client, world: World) -> None:
    row = a_feedback(key="one", comment="The refund took weeks.")
    client.force_login(world.clara)
    page = client.get("/feedback/?period=all").content.decode()
    assert f'href="/feedback/{row.pk}/?period=all">The refund took weeks.</a>' in page


def test_words_are_found_by_their_beginning_without_case_and_all_of_them_must_be_there(scope: Scope) -> None:
    a_feedback(key="one", comment="The REFUND for my café took weeks.")
    a_feedback(key="two", comment="Refunded at once.")
    a_feedback(key="three", title="Appraisal", comment="Slow.")
    assert _found(scope, "refund") == ["one", "two"]
    assert _found(scope, "Café weeks") == ["one"]
    assert _found(scope, "refund slow") == []
    assert _found(scope, "apprais") == ["three"]


def test_an_item_is_found_by_its_id(scope: Scope) -> None:
    a_feedback(key="C-2026/17")
    a_feedback(key="C-2026/18")
    assert _found(scope, "C-2026/17") == ["C-2026/17"]


@pytest.mark.parametrize(
    "text",
    ['"', "*", "(((", "a OR", "NEAR(", "--", "'; DROP TABLE feedback_feedback", "col:x", "\x00", "title : x"],
)
def test_no_text_breaks_the_search(scope: Scope, text: str) -> None:
    a_feedback(key="k", comment="Nothing special.")
    assert _found(scope, text) in ([], ["k"])


def test_masked_personal_data_is_not_found(scope: Scope) -> None:
    a_feedback(key="k", comment="Write to jane.roe@example.com please.")
    assert _found(scope, "please") == ["k"]
    assert _found(scope, "jane.roe@example.com") == []


def test_the_index_follows_changes_and_deletions(scope: Scope) -> None:
    row = a_feedback(key="k", comment="First words.")
    row.comment_masked = "Other text."
    row.save(update_fields=["comment_masked"])
    assert (_found(scope, "first"), _found(scope, "other")) == ([], ["k"])
    row.delete()
    assert _found(scope, "other") == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its indexes by itself")
def test_an_index_whose_triggers_were_lost_is_made_anew(scope: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER feedback_words_on_insert")
    a_feedback(key="k", comment="Unheard.")
    assert _found(scope, "unheard") == []
    words.make_index()
    assert _found(scope, "unheard") == ["k"]


def test_a_list_counts_up_to_its_bound_and_says_so(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST", 60)
    for n in range(70):
        a_feedback(key=f"k{n}")
    client.force_login(world.clara)
    page = client.get("/feedback/?period=all&page=9")
    text = page.content.decode()
    assert "More than 60 items wait here" in text and "51 to 60 of more than 60" in text
    assert len(page.context["page"].object_list) == 10


def test_a_search_that_finds_more_than_is_looked_through_says_so_and_asks_the_index_once(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST", 60)
    monkeypatch.setattr(words, "MOST_FOUND", 60)
    for n in range(62):
        a_feedback(key=f"k{n}", comment="Slow again.", unit_id=(world.quay if n else world.mill).pk)
    client.force_login(world.clara)
    with CaptureQueriesContext(connection) as seen:
        text = client.get("/feedback/?period=all&q=slow").content.decode()
    assert "More than 60 items wait here" in text and "More than 60 have these words" in text
    assert sum("MATCH" in q["sql"] or "to_tsquery" in q["sql"] for q in seen.captured_queries) == 1
    assert "have these words" not in client.get("/feedback/?period=all&q=k3").content.decode()
    register = client.get("/complaints/list/?period=all&q=slow").content.decode()
    assert "No complaint fits" in register and "More than 60 have these words" in register


def test_filters_offer_the_commonest_values_first(scope: Scope) -> None:
    for product in ("Loan", "Card", "Loan", ""):
        a_feedback(product=product, channel="web")
    assert queries.filter_options(scope)["product"] == [("Loan", "Loan"), ("Card", "Card")]
    assert queries.filter_options(scope)["issue"] == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan")
@pytest.mark.parametrize(
    "url",
    [
        "/feedback/",
        "/feedback/?product=Loan",
        "/feedback/?q=slow",
        "/complaints/list/",
        "/complaints/list/?state=late",
    ],
)
def test_no_list_reads_a_whole_table(client: Client, world: World, url: str) -> None:
    for n in range(3):
        a_feedback(
            product="Loan", comment="slow", received_at=datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=n)
        )
    client.force_login(world.clara)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        client.get(url)
    big = [
        q["sql"]
        for q in seen.captured_queries
        if Feedback._meta.db_table in q["sql"] or "complaints_complaint" in q["sql"]
    ]
    assert big
    with connection.cursor() as cursor:
        for statement in big:
            cursor.execute("EXPLAIN QUERY PLAN " + statement.replace("%", "%%"))
            plan: list[Any] = [row[3] for row in cursor.fetchall()]
            scans = [
                step
                for step in plan
                if step.startswith("SCAN") and ("feedback_feedback" in step or "complaint" in step)
            ]
            assert [step for step in scans if "USING" not in step] == [], statement


def test_a_comment_of_very_many_words_is_kept_and_its_beginning_found(scope: Scope) -> None:
    a_feedback(key="long", comment="Appraisal " + " ".join(f"w{n}" for n in range(300_000)))
    assert _found(scope, "appraisal w7") == ["long"]
