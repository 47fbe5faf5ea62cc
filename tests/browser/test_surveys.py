"""The designer of surveys in a real browser, without a mouse: from a template to a published survey and its link."""

import re
from typing import Any

import pytest

from candor.foundation import assets
from tests.browser.chromium import AXE, CHROMIUM, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.is_file(), reason="node_modules are not installed: run npm ci"),
    pytest.mark.skipif(not assets.is_built(), reason="The front end is not built: run npm run build"),
]

LEAD = "lead@harbourhome.example"


def _press(page: Any, role: str, name: str, key: str = "Enter") -> None:
    """Come to a control by keyboard and press a key on it."""
    control = page.get_by_role(role, name=name, exact=True).first
    control.focus()
    page.keyboard.press(key)


def _order(page: Any) -> list[str]:
    return [text.strip() for text in page.locator(".card-text").all_inner_texts()]


def test_a_survey_is_designed_by_keyboard_alone_and_published(sign_in: Any) -> None:
    page = sign_in(LEAD)
    page.goto("/surveys/new/")
    _press(page, "button", "Start from this “After your call or message”")
    page.wait_for_url(re.compile(r"/surveys/\d+/design/"))
    before = _order(page)

    page.locator("summary", has_text=before[0]).focus()
    page.keyboard.press("Enter")
    words = page.locator("textarea[name=q-ces-title]")
    words.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("It was easy to reach somebody.")
    page.get_by_text(re.compile(r"Saved\. Draft \d")).wait_for()
    assert page.evaluate("document.activeElement.name") == "q-ces-title", "who types goes on typing"
    phone = page.frame_locator("iframe.phone")
    phone.get_by_text("It was easy to reach somebody.").first.wait_for()

    page.locator("#handle-ces").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_text("is now number 2 of 4 on page 1.").wait_for(state="attached")
    assert _order(page)[:2] == [before[1], "It was easy to reach somebody."]
    assert page.evaluate("document.activeElement.id") == "handle-ces", "the focus stays on what was moved"

    page.locator("#remove-contacts").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("Undo: Deleted")).wait_for()
    assert len(_order(page)) == 3
    page.keyboard.press("Control+z")
    page.get_by_text("Undone: Deleted").wait_for(state="attached")
    assert len(_order(page)) == 4

    page.locator("summary", has_text=before[3]).focus()
    page.keyboard.press("Enter")
    page.locator("#if-why-1-key").select_option("solved")
    page.get_by_text("shown if Is your request solved? was answered").wait_for()
    page.locator("#if-why-1-operator").select_option("=")
    page.locator("#if-why-1-value").wait_for()
    page.locator("#if-why-1-value").select_option("no")
    page.get_by_text("shown if Is your request solved? is No").wait_for()

    _press(page, "link", "Publish…")
    page.get_by_text("nobody gets stuck").wait_for()
    _press(page, "button", "Publish and open")
    page.get_by_text("Version 1 is what the draft says").wait_for()
    assert page.complaints == []


def test_a_question_is_dragged_to_another_place(sign_in: Any) -> None:
    page = sign_in(LEAD)
    page.goto("/surveys/new/")
    page.get_by_role("button", name="Start from this “Your visit”").click()
    page.wait_for_url(re.compile(r"/design/"))
    page.wait_for_load_state("networkidle")
    before = _order(page)
    handle = page.locator("[data-handle]").nth(2).bounding_box()
    target = page.locator("[data-point]").nth(0).bounding_box()
    page.mouse.move(handle["x"] + 8, handle["y"] + 8)
    page.mouse.down()
    for share in range(1, 21):
        page.mouse.move(handle["x"] + 8, handle["y"] + (target["y"] + 6 - handle["y"]) * share / 20)
    page.mouse.up()
    page.get_by_text("is now number 1 of 3 on page 1.").wait_for(state="attached")
    assert _order(page) == [before[2], before[0], before[1]]
    assert page.complaints == []


def test_the_designer_is_accessible_on_a_phone(sign_in: Any) -> None:
    page = sign_in(LEAD, width=390)
    page.goto("/surveys/new/")
    page.get_by_role("button", name="Start from this “Your first weeks with us”").click()
    page.wait_for_url(re.compile(r"/design/"))
    page.locator("summary", has_text="What was in the way?").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for tab in ("design", "languages", "settings", "publish", "links"):
        page.goto(re.sub(r"/\w+/(\?.*)?(#.*)?$", f"/{tab}/", page.url))
        assert violations(page) == [], tab
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab
