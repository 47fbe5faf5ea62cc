"""The pages of a journey in a real browser: read the map, ask who is behind it, and change the design without a mouse."""

import re
from pathlib import Path
from typing import Any

import pytest

from candor.foundation import assets
from tests.browser.chromium import AXE, CHROMIUM

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.is_file(), reason="node_modules are not installed: run npm ci"),
    pytest.mark.skipif(not assets.is_built(), reason="The front end is not built: run npm run build"),
]

LEAD = "lead@harbourhome.example"
LOAN = "/journeys/home-loan/"


def _order(page: Any) -> list[str]:
    return [name.strip() for name in page.locator(".point-name").all_inner_texts()]


def test_the_map_leads_from_a_number_to_the_people_behind_it_and_their_words(sign_in: Any) -> None:
    page = sign_in(LEAD)
    page.goto(f"{LOAN}?period=all")
    lanes = page.locator(".journey-map tbody th[scope=row]").all_inner_texts()
    assert {"Passes", "Wait before it", "Promise kept", "Heard of"} <= {
        lane.split("\n")[0].strip() for lane in lanes
    }
    page.locator(".journey-map").get_by_role("link", name="Appraisal", exact=True).click()
    page.get_by_role("heading", level=1, name="Appraisal").wait_for()
    page.get_by_role("heading", name="What they said about it").wait_for()
    assert "episodes came this way" in page.locator("main").inner_text()
    assert page.locator("table.data tbody tr").count() > 10
    assert page.complaints == []


def test_rare_paths_are_taken_out_with_the_arrow_keys(sign_in: Any) -> None:
    page = sign_in(LEAD)
    page.goto(f"{LOAN}paths/?period=all")
    slider = page.get_by_label("Rare paths")
    before = page.locator(".path-wrap a.step").count()
    slider.focus()
    for _ in range(4):
        slider.press("ArrowLeft")
    page.wait_for_url(re.compile("kept=60"))
    page.get_by_text("the commonest 60% of steps").wait_for()
    assert page.locator(".path-wrap a.step").count() < before
    page.locator(".path-wrap a.step").first.click()
    page.wait_for_url(re.compile("/people/.*after="))
    assert page.complaints == []


def test_the_graph_can_be_had_without_scripts(browser: Any, address: str, sign_in: Any) -> None:
    page = sign_in(LEAD)
    context = browser.new_context(
        base_url=address, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"{LOAN}paths/?period=all&kept=100")
    most = plain.locator(".path-wrap a.step").count()
    plain.locator("#kept").fill("50")
    plain.locator("form.keep button").click()
    assert "kept=50" in plain.url
    assert plain.locator(".path-wrap a.step").count() < most
    context.close()


def test_the_design_is_changed_and_undone_by_keyboard(sign_in: Any) -> None:
    page = sign_in(LEAD)
    page.goto(f"{LOAN}design/")
    before = _order(page)
    handle = page.get_by_role("button", name="Application", exact=True)
    handle.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_text("“Application” is now number 2 of 2 in “Applying”.").wait_for(state="attached")
    assert _order(page) == ["First contact", "Documents", "Application", *before[3:]]
    assert page.evaluate("document.activeElement.id").startswith("handle-"), (
        "the focus stays on what was moved"
    )
    page.keyboard.press("ArrowRight")
    page.get_by_text("in “Waiting”.").wait_for(state="attached")
    page.keyboard.press("Control+z")
    page.get_by_text("Undone: Moved “Application” to “Waiting”").wait_for(state="attached")
    page.keyboard.press("Control+z")
    page.get_by_text("Undone: Moved “Application” to “Applying”").wait_for(state="attached")
    assert _order(page) == before
    assert page.complaints == []


def test_a_touchpoint_is_dragged_to_another_stage(sign_in: Any) -> None:
    page = sign_in(LEAD)
    page.goto(f"{LOAN}design/")
    before = _order(page)
    page.wait_for_load_state("networkidle")
    handle, target = (
        page.locator("[data-handle]").nth(0).bounding_box(),
        page.locator("[data-point]").nth(1).bounding_box(),
    )
    page.mouse.move(handle["x"] + 8, handle["y"] + 8)
    page.mouse.down()
    for share in range(1, 21):
        page.mouse.move(
            handle["x"] + (target["x"] + 60 - handle["x"]) * share / 20,
            handle["y"] + (target["y"] + 30 - handle["y"]) * share / 20,
        )
    page.mouse.up()
    page.get_by_text(re.compile("“First contact” is now number . of 3 in “Applying”")).wait_for(
        state="attached"
    )
    page.locator("[data-undo]").click()
    page.get_by_text("Undone: Moved “First contact”").wait_for(state="attached")
    assert _order(page) == before


def test_two_segments_are_compared(sign_in: Any) -> None:
    page = sign_in(LEAD)
    page.goto(f"{LOAN}compare/?period=all&b_period=all")
    page.locator("select[name=segment]").select_option(index=1)
    page.locator("select[name=b_segment]").select_option(index=2)
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile("b_segment=[0-9]"))
    assert page.locator("tr.difference").count() >= 4
    assert "A beside B" in page.locator(".journey-map").inner_text()
    assert page.complaints == []


@pytest.mark.parametrize(
    ("where", "label", "begins"), [("", "Map as SVG", "<svg"), ("paths/", "Graph as BPMN 2.0", "<?xml")]
)
def test_a_file_is_taken_away(sign_in: Any, where: str, label: str, begins: str) -> None:
    page = sign_in(LEAD)
    page.goto(f"{LOAN}{where}?period=all")
    page.locator(".exports summary").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name=label).click()
    assert taken.value.suggested_filename.startswith("home-loan-")
    assert Path(taken.value.path()).read_text(encoding="utf-8").startswith(begins)
