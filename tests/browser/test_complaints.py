"""A complaint from the public form to the decision letter and beyond, with every clock, in a real browser and by real mail.

The product runs in this process, so that time can be told to it: days pass by argument, nobody sleeps.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from candor.apps.complaints import handling, letters, public_form
from candor.apps.complaints.choices import Entry, EscalationOutcome, LetterKind
from candor.apps.complaints.clocks import Terms
from candor.apps.complaints.escalations import end_escalation
from candor.apps.complaints.households import Who
from candor.apps.complaints.models import Complaint
from candor.apps.complaints.opening import open_complaint
from candor.apps.complaints.rule_sets import define_rule_set
from candor.apps.complaints.services import NewComplaint
from candor.apps.complaints.working_time import Term, TimeUnit
from candor.foundation import assets
from candor.foundation.jobs import Worker
from tests.browser.chromium import AXE, CHROMIUM, listen, violations
from tests.mailbox import Mailbox, mailbox
from tests.world import PASSWORD, World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.is_file(), reason="node_modules are not installed: run npm ci"),
    pytest.mark.skipif(not assets.is_built(), reason="The front end is not built: run npm run build"),
]
TERMS = Terms(
    acknowledge=Term(2, TimeUnit.DAYS), decide=Term(15, TimeUnit.DAYS), appeal=Term(10, TimeUnit.DAYS),
    refer=Term(6, TimeUnit.MONTHS), ombudsman_name="The Ombudsman", most_paused_days=7,
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _loop_beside_the_record() -> Iterator[None]:
    """Playwright keeps a loop running in this thread, and Django would refuse it the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def desk(live_server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A company with rules, letters and an open form."""
    monkeypatch.setattr(public_form, "LEAST_SECONDS", 0.0)
    public_form.limit.buckets.clear()
    define_rule_set(name="Ours", terms=TERMS, by=None)
    letters.define_template(name="Received", kind=LetterKind.ACKNOWLEDGEMENT, language="en", subject="Your complaint {reference}", body="Dear {name},\n\nwe decide by {decide_by}.", by=None)  # fmt: skip
    letters.define_template(name="Decided", kind=LetterKind.DECISION, language="en", subject="Our answer {reference}", body="Dear {name},\n\n{answer}\n\nYou may go to the {ombudsman} until {refer_by}.", by=None)  # fmt: skip
    public_form.change_form(is_open=True, welcome="", thanks="", unit=world.quay, by=world.clara)
    return world


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as opened:
        yield opened


def _clocks(page: Any) -> dict[str, str]:
    """What each clock shows on the page of the complaint, by its name."""
    shown = page.locator("aside .clock")
    return {one.locator("b").inner_text(): one.locator(".chip").inner_text().strip() for one in shown.all()}


def _complain(browser: Any, address: str) -> str:
    """Without a script, on a phone; returns the number."""
    context = browser.new_context(
        base_url=address, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    page.goto("/complaints/form/")
    page.get_by_label("What happened?").fill("I called four times about the appraisal.")
    page.get_by_label("Your name").fill("Ina Lund")
    page.get_by_label("E-mail").fill("ina@example.com")
    page.get_by_label("Letters, pictures").set_input_files(
        [{"name": "letter.txt", "mimeType": "text/plain", "buffer": b"As promised"}]
    )
    page.get_by_role("button", name="Send the complaint").click()
    page.get_by_role("heading", name="We have your complaint").wait_for()
    reference: str = page.locator(".reference").inner_text()
    context.close()
    return reference


def _sign_in(browser: Any, address: str, email: str) -> Any:
    page = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.complaints = listen(page, address)
    page.goto("/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1, name="Home").wait_for()
    return page


def _said(raw: bytes) -> tuple[str, str]:
    mail = message_from_bytes(raw, policy=default)
    return str(mail["Subject"]), str(mail.get_content())


def test_a_complaint_goes_from_the_form_to_the_decision_letter_and_to_an_appeal_with_every_clock(
    browser: Any, desk: World, live_server: LiveServer, box: Mailbox
) -> None:
    now = timezone.now()
    _another_late_one(desk, now - timedelta(days=40))
    reference = _complain(browser, live_server.url)
    page = _sign_in(browser, live_server.url, "hana@harbour.example")

    page.goto("/complaints/due/")
    assert "late by" in page.locator("main").inner_text()
    page.goto(f"/complaints/list/?q={reference}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_text("letter.txt").wait_for()
    assert _clocks(page) == {"Acknowledge": "2 days left", "Decide": "15 days left"}
    assert violations(page) == []

    page.keyboard.press("l")
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("heading", level=1, name=f"Your complaint {reference}").wait_for()
    Worker().run_all()
    complaint = Complaint.objects.get(feedback__key=reference)
    assert _said(box.arrived[0][1])[0] == f"Your complaint {reference}"

    page.goto(f"/complaints/{complaint.pk}/")
    assert _clocks(page)["Acknowledge"] == "in time"
    page.keyboard.press("p")
    page.get_by_label("What we wait for").fill("The appraisal report")
    page.get_by_role("button", name="Let the clock stand still").click()
    page.locator("aside").get_by_text("The appraisal report").wait_for()
    assert _clocks(page)["Decide"] == "stands still"
    assert handling.end_pauses_that_ran_out(now=now + timedelta(days=6)) == 0
    assert handling.end_pauses_that_ran_out(now=now + timedelta(days=8)) == 1
    complaint.refresh_from_db()
    assert complaint.paused_until is None

    page.reload()
    page.keyboard.press("d")
    page.get_by_label("outcome").select_option("rejected")
    page.get_by_label("Decision", exact=True).fill("The appraisal was on time")
    page.get_by_label("Root cause").fill("Nobody told the customer")
    page.get_by_role("button", name="Close with this decision").click()
    page.get_by_text("Tell the customer next").wait_for()
    assert _clocks(page)["Decide"] == "in time"
    assert re.fullmatch(r"\d+ days left", _clocks(page)["The customer may go to the ombudsman"])

    page.keyboard.press("l")
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("heading", level=1, name=f"Our answer {reference}").wait_for()
    Worker().run_all()
    subject, words = _said(box.arrived[1][1])
    assert subject == f"Our answer {reference}"
    assert "The appraisal was on time" in words
    assert "The Ombudsman until" in words

    page.goto(f"/complaints/{complaint.pk}/")
    page.get_by_text("The customer goes further").click()
    page.get_by_label("What they say").fill("It was not")
    page.get_by_role("button", name="Start its clock").click()
    page.get_by_text("Went further").wait_for()
    assert _clocks(page)["Answer the appeal"] == "10 days left"
    late = (now + timedelta(days=13)).date()
    end_escalation(escalation=complaint.escalations.get(), outcome=EscalationOutcome.STANDS, words="", on=late, by=desk.clara)  # fmt: skip
    page.reload()
    assert _clocks(page)["Answer the appeal"].startswith("done")
    assert page.complaints == []


def _another_late_one(desk: World, at: datetime) -> None:
    what = NewComplaint(
        key="",
        received_on=at.date(),
        entry=Entry.STAFF,
        issue="Fees",
        unit_id=desk.quay.pk,
        who=Who(name="Ola"),
    )
    open_complaint(what=what, by=desk.hana, at=at)
