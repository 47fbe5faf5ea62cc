"""What a complaint repeats, an idea from its post to done, and a pulse that is attacked through every page it has, in a real browser.

The product runs in this process; people come signed in.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from candor.analytics import attack
from candor.apps.frontline import results
from candor.apps.frontline.models import Idea, Pulse
from candor.apps.organization.models import Person, Unit
from candor.foundation import assets
from candor.foundation.jobs import Worker
from tests.browser.chromium import AXE, CHROMIUM, listen, violations
from tests.frontline.test_pulses import answer, people_of, scores_in
from tests.world import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.is_file(), reason="node_modules are not installed: run npm ci"),
    pytest.mark.skipif(not assets.is_built(), reason="The front end is not built: run npm run build"),
]
As = Callable[[Person], Any]


@pytest.fixture(scope="module", autouse=True)
def _loop_beside_the_record() -> Iterator[None]:
    """Playwright keeps a loop running in this thread, and Django would refuse it the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def signed_in(browser: Any, live_server: LiveServer, world: World) -> Iterator[As]:
    """A page of a person."""
    contexts = []

    def page_of(person: Person) -> Any:
        client = Client()
        client.force_login(person)
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
        contexts.append(context)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.complaints = listen(page, live_server.url)
        return page

    yield page_of
    for context in contexts:
        context.close()


def _complain(page: Any, words: str) -> str:
    """Type a complaint in; its address."""
    page.goto("/complaints/new/")
    page.get_by_label("What the customer said").fill(words)
    page.locator("[name=product]").fill("Mortgage")
    page.locator("[name=issue]").fill("Appraisal")
    page.get_by_label("Customer’s name").fill("Ina Lund")
    page.get_by_label("E-mail").fill("ina@home.example")
    page.get_by_role("button", name="Take it in").click()
    page.locator("dt:text-is('Customer') + dd a").wait_for()
    return str(urlsplit(page.url).path)


def test_a_complaint_that_repeats_another_names_it_and_stands_among_the_repeats(
    signed_in: As, world: World
) -> None:
    page = signed_in(world.hana)
    first = _complain(page, "The appraisal is late.")
    assert page.get_by_text("This has been complained about before").count() == 0
    second = _complain(page, "The appraisal is still late.")
    page.get_by_text("This has been complained about before").wait_for()
    assert violations(page) == []
    page.locator(f".notice a[href^='{first}']").click()
    page.get_by_text("The appraisal is late.").first.wait_for()
    page.goto("/complaints/list/?repeat=yes")
    page.locator(f"main a[href^='{second}']").wait_for()
    assert page.locator(f"main a[href^='{first}']").count() == 0
    assert page.complaints == []


def test_an_idea_goes_from_its_post_to_done_and_its_author_is_told(signed_in: As, world: World) -> None:
    theo, clara = signed_in(world.theo), signed_in(world.clara)
    theo.goto("/frontline/post/")
    theo.get_by_label("Your idea in one sentence").fill("A bell for good news")
    theo.get_by_role("button", name="Post it").click()
    theo.get_by_role("heading", level=1, name="A bell for good news").wait_for()
    address = f"/frontline/ideas/{Idea.objects.get().pk}/"
    clara.goto(address)
    clara.get_by_role("button", name="For", exact=True).click()
    clara.get_by_role("button", name="You are for it").wait_for()
    for state, words in (("planned", "We buy one."), ("done", "It hangs in the hall.")):
        clara.locator("select[name=state]").select_option(state)
        clara.locator("[name=answer]").fill(words)
        clara.get_by_role("button", name="Answer", exact=True).click()
        clara.locator("main").get_by_text(words).first.wait_for()
    assert violations(clara) == []
    Worker().run_all()
    assert [(one.to, one.body.splitlines()[0]) for one in mail.outbox] == [
        ([world.theo.email], "Planned: We buy one."),
        ([world.theo.email], "Done: It hangs in the hall."),
    ]
    theo.goto(address)
    theo.locator("aside").get_by_text("Done").first.wait_for()
    assert theo.complaints == clara.complaints == []


def test_a_pulse_tells_nobody_of_a_persons_answer_through_any_filter_or_export(
    signed_in: As, world: World
) -> None:
    """Every unit of every filter and of the comments, for who sees all and who sees one branch, and the file they save: the simulator learns
    nothing from all of it together."""
    clara = signed_in(world.clara)
    for unit in (world.red, world.mill, world.quay):
        people_of(unit, 9)
    clara.goto("/frontline/pulses/write/")
    clara.get_by_label("Name").fill("Spring")
    clara.get_by_role("button", name="Keep the draft").click()
    clara.get_by_label("Last day").fill((timezone.localdate() + timedelta(days=7)).isoformat())
    clara.get_by_role("button", name="Open it and ask everybody").click()
    clara.get_by_text("The pulse is open").wait_for()
    pulse = Pulse.objects.get()
    theo, address = signed_in(world.theo), f"/frontline/pulses/{pulse.pk}/"
    theo.goto(f"{address}answer/")
    theo.locator("[name=recommend][value='9']").check()
    theo.locator("[name=agree_0][value='4']").check()
    theo.get_by_role("button", name="Give the answer").click()
    theo.get_by_role("heading", level=1).wait_for()
    for n, seat in enumerate(pulse.seats.filter(is_answered=False).select_related("person", "unit")):
        if n % 5 and seat.person is not None:
            answer(pulse, seat.person, 2 if seat.unit == world.mill else 6 + n % 5, comment=f"Word {n}")
    clara.goto(address)
    clara.get_by_role("button", name="Close it now").click()
    clara.locator("dialog[open] button[data-post]").click()
    clara.get_by_role("region", name="Results by unit").wait_for()

    shown: set[str] = set()
    for page in (clara, signed_in(world.rival)):
        for unit in Unit.objects.all():
            if page.goto(f"{address}?unit={unit.pk}&period=90d&at={unit.pk}").status == 404:
                continue  # a unit that is not theirs
            shown.add(
                page.get_by_role("region", name="Results by unit").inner_text().replace("below", "read")
            )
    assert len(shown) == 1, "no filter shows other numbers, so that none can be taken from another"
    clara.goto(address)
    with clara.expect_download() as saved:
        clara.get_by_role("link", name="CSV").click()
    views = scores_in(pulse, saved.value.path().read_text(encoding="utf-8"))
    assert views["enps"], "something is shown at all"
    for measure, found in views.items():
        low, high = results.SCALES[measure]
        step = 1.0 if measure == "enps" else None
        assert attack(list(found.values()), lowest=low, highest=high, step=step) == ()
    assert violations(clara) == []
