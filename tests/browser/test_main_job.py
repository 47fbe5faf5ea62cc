"""The main job in a real browser, on the real server: from a file of complaints to a closed case and a digest."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from candor.foundation import assets
from tests.browser.chromium import AXE, CHROMIUM, listen, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.is_file(), reason="node_modules are not installed: run npm ci"),
    pytest.mark.skipif(not assets.is_built(), reason="The front end is not built: run npm run build"),
]

LEAD, ADMIN = "lead@harbourhome.example", "admin@harbourhome.example"
SOON = 60_000  # milliseconds
DESKTOP, PHONE = 1440, 390
PAGES = {
    LEAD: [
        "/", "/feedback/", "/complaints/", "/complaints/list/", "/reputation/?period=all", "/reputation/?level=location&period=all", "/reputation/?level=person", "/reputation/list/",
        "/reputation/connections/", "/reputation/connections/new/google/", "/reputation/asking/", "/reputation/words/", "/customers/", "/surveys/", "/imports/", "/imports/new/complaints/",
        "/scores/", "/scores/nps/", "/journeys/", "/journeys/home-loan/", "/journeys/home-loan/paths/",
        "/journeys/home-loan/compare/?period=all&b_period=all", "/journeys/home-loan/design/", "/journeys/home-loan/design/draft/",
        "/journeys/home-loan/people/?period=all&at=Appraisal%20received", "/insights/", "/insights/rising/",
        "/insights/priorities/", "/insights/moments/", "/cases/", "/cases/rules/", "/reports/digest/", "/reports/export/", "/strategy/",
        "/strategy/define/",
    ],
    ADMIN: ["/organization/people/", "/organization/units/", "/organization/policy/", "/organization/audit/", "/reputation/public/"],
}  # fmt: skip
FIRST_OF = {
    "/feedback/": "ul.items a.title",
    "/customers/": "main table a, main ul.items a.title",
    "/cases/": "main table a, ul.items a.title",
}


def _go(page: Any, word: str, name: str) -> None:
    """Open a page by the navigation, as people do: the rail, or on a phone the bar below."""
    group = page.locator(".word", has=page.locator("summary", has_text=word))
    if not group.get_by_role("link", name=name, exact=True).is_visible():
        group.locator("summary").click()
    group.get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state("load")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_from_a_file_to_a_closed_case_and_a_digest(sign_in: Any, tmp_path: Path, width: int) -> None:
    issue, today = f"Lantern fee at {width}", date.today().isoformat()
    file = tmp_path / f"complaints-{width}.csv"
    file.write_text(
        "Complaint ID,Date received,Product,Issue,Consumer complaint narrative\n"
        f"{width}-1,{today},Home loan,{issue},They charged me for a lantern I never saw.\n"
        f"{width}-2,someday,Home loan,{issue},No day that anybody could read.\n"
    )
    page = sign_in(LEAD, width)
    _go(page, "Listen", "Imports")
    page.get_by_role("link", name="Choose a file").first.click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Look at its columns").click()
    page.get_by_role("heading", name="The first rows").wait_for()
    assert page.get_by_label("Received", exact=True).input_value() == "Date received"
    page.get_by_label("The rule set that fits each").check()
    page.get_by_role("button", name="Start the import").click()
    page.get_by_role("heading", name="Rows that did not fit").wait_for()
    assert "someday" in page.locator("main").inner_text()
    with page.expect_download() as bad:
        page.get_by_role("link", name="Get them as a file").click()
    assert "No day that anybody could read" in Path(bad.value.path()).read_text(encoding="utf-8")
    page.get_by_role("link", name="See what they say").click()
    page.get_by_role("heading", level=1, name="Complaints").wait_for()
    page.get_by_role("link", name="All of them").click()
    page.get_by_role("link", name=issue).first.click()
    page.get_by_text("They charged me for a lantern").first.wait_for()
    page.get_by_role("button", name="Open a case").click()
    page.get_by_role("heading", name="Close the case").wait_for()
    page.get_by_label("Root cause").select_option("communication")
    page.get_by_label("What was done").fill("Called, explained, paid the fee back.")
    page.get_by_role("button", name="Close with this root cause").click()
    page.get_by_role("heading", name="How it ended").wait_for()
    assert "We did not tell the customer what happens" in page.locator("main").inner_text()
    _go(page, "Share", "Digest")
    page.get_by_role("heading", level=1, name="Digest").wait_for()
    assert "Harbour" in page.frame_locator("iframe").first.locator("body").inner_text()
    assert page.complaints == []


def test_the_inbox_is_walked_by_keys_alone(sign_in: Any) -> None:
    page = sign_in(LEAD)
    _go(page, "Listen", "Inbox")
    rows = page.locator("[data-list] > li")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert rows.nth(1).get_attribute("aria-current") == "true"
    title = rows.nth(1).locator("a.title").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/feedback/\d+/"))
    assert page.locator("h1").inner_text() == title


def test_nobody_signed_in_sees_an_accessible_sign_in_page(browser: Any, address: str) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(base_url=address, color_scheme=scheme)
        page = context.new_page()
        complaints = listen(page, address)
        page.goto("/accounts/login/")
        assert violations(page) == []
        assert complaints == []
        context.close()


@pytest.mark.parametrize("email", PAGES)
def test_every_page_is_accessible_in_light_and_dark_and_fits_a_phone(sign_in: Any, email: str) -> None:
    page = sign_in(email)
    found = {}
    for path in PAGES[email]:
        page.goto(path)
        found |= _looked_at(page, path)
        first = page.locator(FIRST_OF[path]).first if path in FIRST_OF else None
        if first is not None and first.count():
            first.click()
            page.wait_for_load_state("load")
            found |= _looked_at(page, f"first of {path}")
    assert found == {}
    assert page.complaints == []


def _looked_at(page: Any, name: str) -> dict[str, Any]:
    """What is wrong with a page: in light, in dark, on a phone; nothing if all is well."""
    page.wait_for_load_state("networkidle")
    wrong: dict[str, Any] = {}
    if found := violations(page):
        wrong[f"{name} in light"] = found
    page.emulate_media(color_scheme="dark")
    if found := violations(page, rules=["color-contrast"]):
        wrong[f"{name} in dark"] = found
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": PHONE, "height": 844})
    if (width := page.evaluate("document.documentElement.scrollWidth")) > PHONE:
        wrong[f"{name} on a phone"] = width
    if found := violations(page):
        wrong[f"{name} on a phone, by axe"] = found
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    return wrong
