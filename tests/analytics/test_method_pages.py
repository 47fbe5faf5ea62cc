"""Every worked example in the documentation of methods runs and prints what the page says."""

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*(DOCS / "methods").rglob("*.md"), *(DOCS / "guide").glob("*.md")])
EXAMPLE = re.compile(r"^```(?:python|pycon)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SECTIONS = (r"^## When (it|they) misleads?$", r"^## Worked examples?$", r"^(## )?Sources?\b")


def _examples(page):
    """The page's Python blocks at their own lines, so that a failure names the line of the page."""
    text = page.read_text(encoding="utf-8")
    kept = [" "] * 0
    place = 0
    for block in EXAMPLE.finditer(text):
        kept.append("\n" * text.count("\n", place, block.start(1)))
        kept.append(block.group(1))
        place = block.end(1)
    return "".join(kept)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if ">>>" in page.read_text(encoding="utf-8")], ids=lambda page: page.stem
)
def test_the_worked_examples_of_a_page_run_as_printed(page):
    test = doctest.DocTestParser().get_doctest(_examples(page), {}, page.name, str(page), 0)
    assert test.examples
    output: list[str] = []
    failed, _ = doctest.DocTestRunner(verbose=False).run(test, out=output.append)
    assert not failed, "".join(output)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.parent.name != "guide" and page.stem != "index"],
    ids=lambda page: page.stem,
)
def test_a_page_of_a_method_says_what_when_it_misleads_and_whence(page):
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert [section for section in SECTIONS if not re.search(section, text, re.MULTILINE)] == []


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+\.md)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
