"""A review on its whole way in a real browser: in from its site, answered by two people and out again, then edited and deleted there."""

from collections.abc import Callable
from typing import Any

import pytest

from candor.foundation import assets
from tests.browser.chromium import AXE, CHROMIUM, violations
from tests.cli.running import eventually
from tests.reputation.sites import running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.is_file(), reason="node_modules are not installed: run npm ci"),
    pytest.mark.skipif(not assets.is_built(), reason="The front end is not built: run npm run build"),
]

LEAD, COLLEAGUE = "lead@harbourhome.example", "complaints@harbourhome.example"
SAYS = "The lantern in the hall was out for a week."
ANSWER = "Thank you for telling us. The lantern burns again."


def _until(page: Any, is_there: Callable[[], bool], what: str) -> None:
    """Look again until it is there: a worker does it in the background."""

    def looks() -> bool:
        page.reload()
        page.wait_for_load_state("networkidle")
        return is_there()

    eventually(looks, what, seconds=90)


def _connect(page: Any, address: str) -> None:
    page.goto("/reputation/connections/")
    page.get_by_role("link", name="Google", exact=True).click()
    for label, value in {
        "Name": "Harbour on the map", "Account number": "1", "Location number": "2", "Client id": "id", "Client secret": "secret",
        "Refresh token": "refresh", "Address of the API": address,
    }.items():  # fmt: skip
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("heading", level=1, name="Harbour on the map").wait_for()


def test_a_review_comes_in_is_answered_by_two_people_and_followed_to_its_end(sign_in: Any) -> None:
    with running() as sites:
        sites.write("kept", stars=2, text=SAYS)
        sites.write("gone", stars=1, text="Never again.", day=2)
        lead = sign_in(LEAD)
        _connect(lead, sites.address)
        connection = lead.url
        _until(lead, lambda: lead.get_by_text("Well", exact=True).count() > 0, "the reviews to come in")

        lead.goto("/reputation/list/?site=Google&period=all")
        lead.locator("ul.items li", has_text=SAYS).locator("a.title").click()
        item = lead.url
        lead.get_by_label("Your reply").fill(ANSWER)
        assert violations(lead) == []
        lead.get_by_role("button", name="Hand on for approval").click()
        lead.get_by_text("Somebody else has to look at it").wait_for()
        assert sites.replies == {}

        colleague = sign_in(COLLEAGUE)
        colleague.goto("/reputation/list/?state=approval")
        colleague.locator("ul.items li", has_text=SAYS).locator("a.title").click()
        colleague.get_by_text(ANSWER).first.wait_for()
        colleague.get_by_role("button", name="Approve").click()
        eventually(lambda: sites.replies == {"kept": ANSWER}, "the reply to be sent", seconds=90)
        _until(
            colleague, lambda: colleague.get_by_text("approved by").count() > 0, "the answer to stand there"
        )

        sites.edit("kept", stars=5, text="They lit it the same day.")
        sites.delete("gone")
        lead.goto(connection)
        for _ in range(2):  # what two whole passes do not show is gone
            lead.get_by_role("button", name="Fetch now").click()
            lead.get_by_text("fetched in the background").first.wait_for()
        here = lead.locator("dt:has-text('Reviews here') + dd")
        _until(lead, lambda: here.inner_text() == "1", "the deletion to be followed")
        lead.goto(item)
        lead.get_by_text("They lit it the same day.").first.wait_for()
        lead.get_by_text("What it said before its author changed it").click()
        assert SAYS in lead.locator("main").inner_text()
        lead.goto("/reputation/list/?site=Google&state=removed&period=all")
        assert lead.locator("ul.items").get_by_text("Gone at its site").count() > 0
        assert "Never again" not in lead.locator("main").inner_text()
        lead.goto(connection)
        lead.get_by_role("button", name="Switch off").click()
        assert lead.complaints == [] and colleague.complaints == []
