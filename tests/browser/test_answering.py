"""People answer in a real browser, on the real server: on a phone, in Arabic, by keyboard alone, from a mail, at a kiosk, on another site;
and the whole way, from a template over a mail by SMTP to the case that an answer opens."""

import functools
import http.server
import io
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from candor.foundation import assets
from tests.asking.post import Post, a_post
from tests.browser.chromium import AXE, CHROMIUM, listen, violations
from tests.cli.running import EMAIL, PASSWORD, Workspace, eventually, free_port, served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.is_file(), reason="node_modules are not installed: run npm ci"),
    pytest.mark.skipif(not assets.is_built(), reason="The front end is not built: run npm run build"),
]
ROOT = Path(__file__).parents[2]
PHONE = {"width": 390, "height": 844}
MAKE = """
import json, sys
from candor.cli.workspace import start_django; start_django()
from tests.surveys.asking_here import LONG, NPS, a_link, a_survey, an_invitation
one, long = a_survey(key="one", brand_color="#ffee00"), a_survey(LONG | {"locale": "en"}, key="long")
arabic = a_survey(LONG | {"locale": "ar"}, key="arabic")
photo = a_survey({"elements": [{"type": "file", "name": "photo", "title": "Show us"}, {"type": "comment", "name": "say", "title": "Say"}]}, key="photo")
tokens = {"kiosk": a_link(one, kind="kiosk", reset_seconds=1).token, "long": a_link(long).token, "arabic": a_link(arabic).token}
tokens["photo"] = a_link(photo).token
tokens["embed"] = a_link(one, kind="embed", sites=[sys.argv[1]]).token
from datetime import time
from candor.apps.asking.services import change_rule
from candor.apps.customers.services import NewCustomer, add_customers
change_rule(facts={"quiet_from": time(0), "quiet_until": time(0), "days": list(range(7))}, by=None)
add_customers(items=[
    NewCustomer(identifiers=(("shop", f"u{n}"),), name=f"Customer {n}", email=f"c{n}@mail.example", language="ar" if n % 2 else "en") for n in range(10)
])
print(json.dumps(tokens | {f"invitation {n}": an_invitation(one)[1] for n in range(4)}))
"""


@dataclass
class Place:
    """Where the surveys are, their links, another site, and what was answered."""

    address: str
    links: dict[str, str]
    site: str
    workspace: Workspace
    post: Post

    def answers(self, survey: str) -> list[tuple[str, float | None, str]]:
        wanted = "SELECT a.question, a.number, a.text FROM feedback_answer a JOIN feedback_feedback f ON f.id = a.feedback_id"
        return self.workspace.record(f"{wanted} WHERE f.source = '{survey}' ORDER BY a.id")

    def kept(self) -> int:
        return int(self.workspace.record("SELECT count(*) FROM surveys_response WHERE data <> '{}'")[0][0])


@dataclass(frozen=True)
class Mailing(Workspace):
    """A workspace that sends its mail to a port of this machine."""

    port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "CANDOR_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "CANDOR_EMAIL_HOST": "127.0.0.1",
            "CANDOR_EMAIL_PORT": str(self.port),
            "CANDOR_URL": "https://cx.harbour.example",
        }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, set_up_once: Workspace) -> Iterator[Place]:
    """Candor with a few surveys and a mail server beside it, and a site of another origin."""
    copied = set_up_once.copy_to(tmp_path_factory.mktemp("answering") / "home")
    with a_post() as post:
        yield from _place(Mailing(copied.home, copied.database, post.port), post)


def _place(workspace: Workspace, post: Post) -> Iterator[Place]:
    import json

    site = f"http://localhost:{free_port()}"
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MAKE, site], env=workspace.environment | {"PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    with served(workspace) as server:
        yield Place(server.address, json.loads(made.stdout), site, workspace, post)


@pytest.fixture
def open_page(browser: Any, place: Place) -> Iterator[Any]:
    contexts = []

    def opened(path: str, **options: Any) -> Any:
        context = browser.new_context(
            base_url=place.address, viewport=PHONE, reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.complaints = listen(page, place.address)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def fits(page: Any) -> None:
    """Accessible in light and dark, and no wider than the phone."""
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, rules=["color-contrast"]) == []
    page.emulate_media(color_scheme="light")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_tap_and_a_word_on_a_phone_without_a_script(open_page: Any, place: Place) -> None:
    page = open_page(f"/a/{place.links['invitation 0']}/", java_script_enabled=False)
    page.get_by_role("button", name="9", exact=True).click()
    page.get_by_label("Why 9?").fill("Kind and quick.")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    eventually(lambda: ("why", None, "Kind and quick.") in place.answers("one"), "the answer in the hub")


def test_by_keyboard_alone(open_page: Any, place: Place) -> None:
    page = open_page(f"/a/{place.links['invitation 1']}/")
    fits(page)
    for _ in range(8):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_label("Why 7?").wait_for()
    fits(page)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("By keys.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    fits(page)
    eventually(lambda: ("score", 8.0, "") in place.answers("one"), "the answer in the hub")
    assert page.complaints == []


def test_a_longer_survey_in_arabic_by_keyboard_runs_from_right_to_left(open_page: Any, place: Place) -> None:
    kept = place.kept()
    page = open_page(f"/s/{place.links['arabic']}/")
    assert page.locator("html").get_attribute("dir") == "rtl"
    radios = page.locator(".survey input[type=radio]")
    radios.first.wait_for()
    fits(page)
    left = [
        box["x"] for box in (page.locator(".survey .sd-rating__item").nth(n).bounding_box() for n in (0, 1))
    ]
    assert left[0] > left[1], "the scale begins on the right"
    radios.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    eventually(lambda: place.kept() > kept, "the part to be kept")
    while (
        page.locator(".sd-navigation__complete-btn").count() == 0
        or not page.locator(".sd-navigation__complete-btn").is_visible()
    ):
        page.locator(".sd-navigation__next-btn").focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)
    fits(page)
    page.locator(".sd-navigation__complete-btn").focus()
    page.keyboard.press("Enter")
    page.locator(".sd-completedpage").wait_for()
    eventually(lambda: ("how", None, "branch") in place.answers("arabic"), "the answer in the hub")
    assert page.complaints == []


def test_a_score_from_a_mail_counts_once_somebody_moves_and_not_for_a_machine(
    open_page: Any, place: Place, browser: Any
) -> None:
    address = f"/a/{place.links['invitation 2']}/?score=4"
    before = place.kept()
    machine = open_page(address)  # a browser under automation, visible, in focus, for longer than it takes
    machine.mouse.move(40, 40)
    machine.wait_for_timeout(2_800)
    assert place.kept() == before
    context = browser.new_context(base_url=place.address, viewport=PHONE)
    context.add_init_script("Object.defineProperty(navigator, 'webdriver', {get: () => false})")
    page = context.new_page()
    page.goto(address)
    page.mouse.move(60, 60)
    page.get_by_text("Your answer is kept.").wait_for()
    assert place.kept() == before + 1
    longer = context.new_page()
    longer.goto(f"/s/{place.links['arabic']}/?score=5")
    longer.locator(".survey .sd-rating__item--selected").get_by_text("5", exact=True).wait_for()
    context.close()


def test_a_kiosk_keeps_answers_while_there_is_no_connection(open_page: Any, place: Place) -> None:
    page = open_page(f"/s/{place.links['kiosk']}/")
    page.wait_for_timeout(1_200)
    page.context.set_offline(True)
    page.get_by_role("button", name="2", exact=True).click()
    page.get_by_text("Your answer is kept on this device").wait_for()
    page.get_by_role("button", name="3", exact=True).wait_for()
    page.context.set_offline(False)
    eventually(lambda: ("score", 2.0, "") in place.answers("one"), "the answer in the hub")


def test_only_a_named_site_shows_it_and_the_frame_is_as_high_as_the_survey(
    open_page: Any, place: Place, tmp_path: Path
) -> None:
    script = f"<h1>Shop</h1><script src='{place.address}/s/{place.links['embed']}/embed.js' async></script>"
    (tmp_path / "index.html").write_text(f"<!doctype html><title>Shop</title>{script}")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    port = int(place.site.rpartition(":")[2])
    with http.server.ThreadingHTTPServer(("localhost", port), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        page = open_page(f"{place.site}/")
        frame = page.frame_locator("iframe")
        frame.get_by_role("button", name="5", exact=True).wait_for()
        page.wait_for_function("document.querySelector('iframe').style.height !== '420px'")
        stranger = open_page(f"http://127.0.0.1:{port}/")
        stranger.wait_for_timeout(1_500)
        assert stranger.frame_locator("iframe").get_by_role("button", name="5", exact=True).count() == 0
        site.shutdown()


def test_a_photo_is_made_smaller_on_the_phone_and_says_nothing_of_its_place(
    open_page: Any, place: Place
) -> None:
    photo, place_of_it = io.BytesIO(), Image.Exif()
    place_of_it[270] = "at 48.2 N"
    noise = Image.effect_noise((2600, 1900), 90).convert("RGB")
    noise.save(photo, "jpeg", quality=95, exif=place_of_it)
    page = open_page(f"/s/{place.links['photo']}/")
    with page.expect_file_chooser() as chosen:
        page.locator(".sd-file__choose-btn").click()
    chosen.value.set_files({"name": "door.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
    page.locator(".sd-file__list, .sd-file__preview, .sd-file__preview-item").first.wait_for()
    page.wait_for_timeout(1_000)  # a second between opening and sending
    fits(page)
    page.locator(".sd-navigation__complete-btn").click()
    page.locator(".sd-completedpage").wait_for()
    ((name, size, content),) = place.workspace.record("SELECT name, size, content FROM surveys_answerfile")
    assert (name, size < len(photo.getvalue())) == ("door.jpg", True)
    kept = Image.open(io.BytesIO(content))
    assert (kept.format, max(kept.size), b"48.2" in content) == ("JPEG", 2000, False)
    assert page.complaints == []


def _focus(page: Any, role: str, name: str, key: str = "Enter") -> None:
    page.get_by_role(role, name=name, exact=True).first.focus()
    page.keyboard.press(key)


def _type_into(page: Any, field: str, words: str) -> None:
    page.locator(field).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)
    page.get_by_text(re.compile(r"Saved\. Draft \d")).first.wait_for()


def _designed_by_keyboard(page: Any) -> None:
    """From a template to a survey in two languages that is open, without a mouse."""
    page.goto("/surveys/new/")
    _focus(page, "button", "Start from this “How we are doing”")
    page.wait_for_url(re.compile(r"/surveys/\d+/design/"))
    page.locator("summary", has_text=page.locator(".card-text").first.inner_text()).first.focus()
    page.keyboard.press("Enter")
    _type_into(page, "textarea[name=q-nps-title]", "Would you recommend Harbour?")
    page.goto(page.url.replace("/design/", "/languages/?language=ar"))
    row = (
        page.locator(".words-row", has_text="Would you recommend Harbour?")
        .locator("textarea, input[name=text]")
        .first
    )
    row.focus()
    page.keyboard.type("هل توصي بهاربور؟")
    page.keyboard.press("Tab")
    page.wait_for_load_state("networkidle")
    page.goto(page.url.replace("/languages/?language=ar", "/publish/"))
    page.get_by_text("nobody gets stuck").wait_for()
    _focus(page, "button", "Publish and open")
    page.get_by_text("Version 1 is what the draft says").wait_for()


def _asked_by_hand(page: Any) -> None:
    page.goto("/asking/new/by_hand/")
    page.locator("input[name=name]").fill("Everybody, once")
    page.locator("select[name=what]").select_option(label="How we are doing")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_role("button", name="Ask these 10 customers").click()
    page.get_by_text("10 customers came up.").wait_for()


def _answered_on_a_phone(page: Any, score: int, words: str, direction: str) -> None:
    """In the page that the link in a mail opens; its scale runs in the direction of the language, in even rows within the phone."""
    assert page.locator("html").get_attribute("dir") == direction
    steps = page.locator(".sd-rating__item")
    steps.first.wait_for()
    fits(page)
    boxes = [steps.nth(n).bounding_box() for n in range(11)]
    assert (boxes[0]["x"] < boxes[1]["x"]) == (direction == "ltr"), "the scale begins where reading does"
    low, high = (page.locator(f".sd-rating__{end}-text").bounding_box()["x"] for end in ("min", "max"))
    assert (low < high) == (direction == "ltr"), "its words stand at their ends"
    rows = [sum(box["y"] == y for box in boxes) for y in sorted({box["y"] for box in boxes})]
    assert len(rows) <= 2 and max(rows) - min(rows) <= 1, f"rows of {rows} steps"
    steps.nth(score).click()
    page.locator("textarea").first.fill(words)
    page.locator(".sd-navigation__complete-btn").click()
    page.locator(".sd-completedpage").wait_for()


def test_the_whole_way_from_a_template_over_a_mail_and_a_phone_to_a_case_also_from_right_to_left(
    browser: Any, open_page: Any, place: Place
) -> None:
    context = browser.new_context(
        base_url=place.address, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    lead = context.new_page()
    lead.set_default_timeout(60_000)
    lead.goto("/")
    lead.locator("input[name=login]").fill(EMAIL)
    lead.locator("input[name=password]").fill(PASSWORD)
    lead.keyboard.press("Enter")
    lead.get_by_role("heading", level=1, name=re.compile("Home|Welcome")).wait_for()
    _designed_by_keyboard(lead)
    _asked_by_hand(lead)
    eventually(lambda: len(place.post.arrived) == 10, "ten mails by SMTP")
    said = {
        "c0@mail.example": (2, "The lamp never came.", "ltr"),
        "c1@mail.example": (9, "كل شيء جيد", "rtl"),
    }
    for address, (score, words, direction) in said.items():
        (mail,) = place.post.to(address)
        html = mail.get_body(("html",)).get_content()
        assert f'dir="{direction}"' in html
        found = re.search(r"https://cx\.harbour\.example(/a/[\w-]+/)", html)
        assert found
        _answered_on_a_phone(open_page(found[1]), score, words, direction)
    eventually(
        lambda: place.workspace.record("SELECT 1 FROM cases_case WHERE title LIKE '%lamp%'"), "the case"
    )
    lead.goto("/feedback/?q=lamp")
    lead.get_by_text("The lamp never came.").first.wait_for()
    lead.goto("/cases/")
    lead.get_by_role("link", name=re.compile("The lamp never came")).first.click()
    lead.get_by_role("heading", name="Close the case").wait_for()
    lead.get_by_text("The lamp never came.").first.wait_for()
    context.close()
