"""The frame in a real browser: accessibility, content security policy, keys, theme, charts, phone."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.test import override_settings

from candor.foundation import assets
from tests.browser.chromium import ARGUMENTS, AXE, CHROMIUM, listen, violations
from tests.foundation import styleguide

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.is_file(), reason="node_modules are not installed: run npm ci"),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:  # type: ignore[override]
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not assets.is_built():
        pytest.skip("The front end is not built: run npm run build")
    with override_settings(ROOT_URLCONF=styleguide.__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"]):
        server = make_server("127.0.0.1", 0, styleguide.application(), handler_class=Quiet)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/scores/"
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Any]:
    """Opens the style guide and notes what the browser complains about and which hosts it asks."""
    contexts = []

    def opened(width: int = 1440, scheme: str = "light", **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = listen(page, address.rpartition("/scores/")[0])
        page.goto(address)
        page.wait_for_load_state("networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()


def draw_all(page: Any) -> None:
    for figure in page.locator(".chart").all():
        figure.scroll_into_view_if_needed()
        figure.locator(".drawing svg").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_is_inaccessible_nor_forbidden_nor_too_wide(open_page: Any, width: int, scheme: str) -> None:
    page = open_page(width, scheme)
    draw_all(page)
    assert violations(page) == []
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_palette_goes_to_a_page_by_keys_alone(open_page: Any) -> None:
    page = open_page()
    page.keyboard.press("Control+k")
    page.keyboard.type("driv")
    page.keyboard.press("Enter")
    page.wait_for_url("**/drivers/**")


def test_the_theme_is_kept_and_painted_from_the_start(open_page: Any) -> None:
    page = open_page()
    page.get_by_role("button", name="Menu of").click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 20, 19)"
    page.reload(wait_until="commit")
    page.wait_for_function("document.body !== null")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_charts_are_redrawn_in_the_other_theme(open_page: Any) -> None:
    page = open_page()
    line = page.locator(".chart[data-name=nps-by-week] .mark-line path").first
    line.scroll_into_view_if_needed()
    light = line.get_attribute("stroke")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "before => document.querySelector('.chart[data-name=nps-by-week] .mark-line path')?.getAttribute('stroke') !== before",
        arg=light,
    )


def test_a_chart_can_be_kept_as_a_picture_and_as_numbers(open_page: Any) -> None:
    page = open_page()
    figure = page.locator(".chart[data-name=nps-by-week]")
    for kind, head in [("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("CSV", b'"From","Value"')]:
        with page.expect_download() as kept:
            figure.get_by_text(kind, exact=True).click()
        assert kept.value.suggested_filename == f"nps-by-week.{kind.lower()}"
        assert Path(kept.value.path()).read_bytes().startswith(head)


def test_j_and_k_walk_the_list(open_page: Any) -> None:
    page = open_page()
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert "Castle Street" in page.locator("tr[aria-current=true]").inner_text()


def test_the_method_of_a_number_opens_by_keyboard(open_page: Any) -> None:
    page = open_page()
    page.locator(".how-button").first.focus()
    page.keyboard.press("Enter")
    assert "Wilson score interval" in page.locator(".tip:popover-open").inner_text()


def test_on_a_phone_a_word_opens_its_pages_above_the_bar(open_page: Any) -> None:
    page = open_page(390)
    page.locator(".word summary", has_text="Listen").click()
    shown = page.locator(".word[data-touched] ul")
    assert shown.is_visible()
    assert shown.bounding_box()["y"] < 844
    page.locator(".word[data-touched] a", has_text="Complaints").click()
    page.wait_for_url("**/complaints/**")


def test_folding_the_rail_to_icons_is_remembered(open_page: Any) -> None:
    page = open_page()
    page.get_by_role("button", name="Fold to icons").click()
    page.reload()
    assert page.locator(".rail").bounding_box()["width"] < 80


def test_without_scripts_the_numbers_are_still_there(open_page: Any) -> None:
    page = open_page(java_script_enabled=False)
    page.get_by_text("The numbers as a table").first.click()
    assert page.locator(".chart table").first.is_visible()
