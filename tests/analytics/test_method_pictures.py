"""Every page of a method has its picture, small, told in words, and drawn from the library as it is now."""

import importlib
import re
from pathlib import Path

import pytest

METHODS = Path(__file__).parents[2] / "docs" / "methods"
PAGES = sorted(page for page in METHODS.glob("*.md") if page.stem != "index")
PICTURE = re.compile(r"^!\[(?P<alt>[^\]]+)\]\(pictures/(?P<name>[a-z-]+)\.svg\)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_of_a_method_has_a_picture_told_in_words(page):
    found = PICTURE.search(page.read_text(encoding="utf-8"))
    assert found
    assert found["name"] == page.stem
    assert len(found["alt"].split()) >= 10
    svg = (METHODS / "pictures" / f"{page.stem}.svg").read_bytes()
    assert svg.startswith(b"<svg ")
    assert len(svg) <= 25_000


def test_no_picture_is_left_without_its_page():
    assert sorted(picture.stem for picture in (METHODS / "pictures").iterdir()) == [
        page.stem for page in PAGES
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_picture_was_drawn_from_the_data_that_the_library_gives_now(page):
    """Bytes depend on the fonts of a machine; what was drawn does not."""
    draw = importlib.import_module("docs.pictures.draw")
    svg = (METHODS / "pictures" / f"{page.stem}.svg").read_text(encoding="utf-8")
    told = re.match(r'<svg data-drawn-from="([0-9a-f]{12})" ', svg)
    assert told, "draw it again: make pictures"
    assert told[1] == draw.fingerprint(draw.PICTURES[page.stem]()), "draw it again: make pictures"


def test_a_picture_is_the_same_bytes_whatever_was_drawn_before_it():
    draw = importlib.import_module("docs.pictures.draw")
    spec = draw.PICTURES["share-of-total"]()  # one with clips, which the drawing library numbers on and on
    assert draw.svg(spec) == draw.svg(spec)


def test_another_number_or_word_gives_another_fingerprint():
    draw = importlib.import_module("docs.pictures.draw")
    spec = {"data": [{"x": 1.0, "text": "a"}]}
    assert draw.fingerprint(spec) != draw.fingerprint({"data": [{"x": 1.01, "text": "a"}]})
    assert draw.fingerprint(spec) != draw.fingerprint({"data": [{"x": 1.0, "text": "b"}]})
    assert draw.fingerprint(spec) == draw.fingerprint({"data": [{"text": "a", "x": 1.0 + 1e-12}]})
