"""A chat on its whole way in a real browser: an answer from an article, a person who sees everything, their reply; and nobody else reads it. The
same in the frame that stands on a company's own pages, and on no other site's."""

import re
from typing import Any

import pytest

from candor.foundation import assets
from tests.browser.chromium import AXE, CHROMIUM, violations
from tests.listening import listening

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.is_file(), reason="node_modules are not installed: run npm ci"),
    pytest.mark.skipif(not assets.is_built(), reason="The front end is not built: run npm run build"),
]

LEAD = "lead@harbourhome.example"
SOON = 60_000  # milliseconds
ASKED, ADDED = "How long does the appraisal take?", "My house is the one with the blue lantern."
REPLY = "Your appraisal was ordered on Monday; I call you tomorrow."


def _visitor(browser: Any, address: str) -> Any:
    context = browser.new_context(
        base_url=address, viewport={"width": 390, "height": 780}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(SOON)
    page.goto("/c/")
    return page


def _says(page: Any, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")
    page.locator(".line.customer", has_text=text).wait_for()


def test_a_visitor_is_answered_gets_a_person_who_sees_everything_and_nobody_else_reads_it(
    sign_in: Any, browser: Any, address: str
) -> None:
    visitor = _visitor(browser, address)
    visitor.get_by_text("I am a machine.").wait_for()
    visitor.wait_for_timeout(1_200)  # quicker than that nobody writes
    visitor.get_by_label("Your question").fill(ASKED)
    visitor.get_by_role("button", name="Send", exact=True).click()
    visitor.get_by_text("about ten days").wait_for()
    visitor.get_by_role("link", name="How long the appraisal takes").wait_for()
    visitor.get_by_role("button", name="Yes").click()
    visitor.locator("button[aria-pressed=true]", has_text="Yes").wait_for()
    _says(visitor, ADDED)
    assert violations(visitor) == []
    visitor.get_by_role("button", name="Talk to a person").click()
    visitor.get_by_text("They see everything that was said here.").wait_for()

    lead = sign_in(LEAD)
    lead.goto("/conversations/?channel=chat&state=all")
    lead.locator("ul.items li", has_text="blue lantern").locator("a.title").click()
    for said in (ASKED, "about ten days", ADDED, "I hand you over to a person."):
        lead.locator(".exchange").get_by_text(said).first.wait_for()
    lead.get_by_label("Your reply").fill(REPLY)
    lead.get_by_role("button", name="Send", exact=True).click()

    visitor.locator(".line.person", has_text=REPLY).wait_for()
    visitor.get_by_text("You are talking to a person.").wait_for()
    visitor.reload()
    visitor.locator(".line.person", has_text=REPLY).wait_for()

    outsider = _visitor(browser, address)
    secret = visitor.url.rstrip("/").rpartition("/")[2]
    assert re.fullmatch(r"[A-Za-z0-9]{32}", secret)
    for other in (secret[::-1], "1", secret.swapcase()):
        answer = outsider.goto(f"/c/{other}/")
        assert answer.status == 404
        assert "lantern" not in outsider.content()
    for page in (visitor, outsider):
        page.context.close()
    assert not lead.complaints


def test_the_chat_stands_on_the_sites_that_the_set_up_names_and_on_no_other(
    sign_in: Any, browser: Any, address: str
) -> None:
    """Candor is another origin for the site, as it is on a company's own pages."""
    candor = address.replace("127.0.0.1", "localhost")
    with listening() as ours, listening() as strange:
        for site in (ours, strange):
            site.headers = {"Content-Type": "text/html; charset=utf-8"}
            line = (
                f'<script src="{candor}/c/widget.js" data-label="Ask us" data-close="Close" async></script>'
            )
            site.body = f"<!doctype html><title>Shop</title><h1>Shop</h1>{line}".encode()
        lead = sign_in(LEAD)
        lead.goto("/chat/settings/")
        lead.get_by_label("Sites that may show it").fill(ours.address.removesuffix("/hook"))
        lead.get_by_role("button", name="Keep").click()
        lead.locator("[role=status]").first.wait_for()

        page = browser.new_page(viewport={"width": 390, "height": 780}, reduced_motion="reduce")
        page.set_default_timeout(SOON)
        page.goto(ours.address)
        page.get_by_role("button", name="Ask us").click()
        chat = page.frame_locator("iframe")
        chat.get_by_text("I am a machine.").wait_for()
        page.wait_for_timeout(1_200)  # quicker than that nobody writes
        chat.get_by_label("Your question").fill(ASKED)
        chat.get_by_role("button", name="Send", exact=True).click()
        chat.get_by_text("about ten days").wait_for()
        chat.get_by_role("button", name="Talk to a person").click()
        chat.get_by_text("They see everything that was said here.").wait_for()
        page.get_by_role("button", name="Close").click()
        page.locator("iframe").wait_for(state="hidden")
        page.get_by_role("button", name="Ask us").click()
        chat.get_by_text("about ten days").wait_for()
        assert page.context.cookies() == []

        refused: list[str] = []
        page.on("console", lambda told: refused.append(told.text))
        page.goto(strange.address)
        page.get_by_role("button", name="Ask us").click()
        page.wait_for_timeout(500)
        shown = [frame.inner_text("body") for frame in page.frames if frame.url.startswith(candor)]
        assert not any("I am a machine." in words for words in shown)
        assert any("frame-ancestors" in told for told in refused), refused
        page.close()
    assert not lead.complaints
