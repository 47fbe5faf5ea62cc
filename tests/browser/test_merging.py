"""Two records of one person made one and parted again in a real browser: one timeline over everything, then each has its own."""

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

HANDLER = "complaints@harbourhome.example"


def _complain(page: Any, email: str, words: str) -> str:
    """Type a complaint in; the address of the customer's page."""
    page.goto("/complaints/new/")
    page.get_by_label("What the customer said").fill(words)
    page.get_by_label("Customer’s name").fill("Ina Lund")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Take it in").click()
    customer = page.locator("dt:text-is('Customer') + dd a")
    customer.wait_for()
    link: str = customer.get_attribute("href")
    return link.split("?")[0]


def _said(page: Any, address: str) -> str:
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    text: str = page.locator("main").inner_text()
    return text


def test_a_merge_of_two_identities_and_its_undo(sign_in: Any) -> None:
    page = sign_in(HANDLER)
    kept = _complain(page, "ina@home.example", "The lantern in the hall is out.")
    double = _complain(page, "ina@work.example", "The gate does not close.")
    assert kept != double

    page.goto(kept)
    page.get_by_text("The same person twice?").click()
    page.get_by_label("The other record").fill(re.findall(r"\d+", double)[-1])
    page.get_by_role("button", name="Make them one").click()
    page.get_by_text("is the same person.").wait_for()
    both = _said(page, kept)
    assert "lantern" in both
    assert "gate" in both
    assert violations(page) == []

    _complain(page, "ina@work.example", "The gate is open again.")
    assert "The gate is open again." in _said(page, kept)

    page.get_by_role("button", name="Part again").first.click()
    page.locator("dialog[open] button[data-post]").click()
    page.get_by_text("They are two customers again.").wait_for()
    theirs, ours = _said(page, double), _said(page, kept)
    assert "The gate is open again." in theirs
    assert "lantern" not in theirs
    assert "lantern" in ours
    assert "gate" not in ours
    assert page.complaints == []
