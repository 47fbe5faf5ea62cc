"""Every example in the library and on its methods pages runs and prints what it says."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

from candor import analytics

METHODS = Path(__file__).parents[2] / "docs" / "methods"
PAGES = sorted(page for page in METHODS.glob("*.md") if page.stem != "index")


@pytest.mark.parametrize("module", [found.name for found in pkgutil.iter_modules(analytics.__path__)])
def test_the_examples_of_a_module_run(module):
    failed, _ = doctest.testmod(importlib.import_module(f"candor.analytics.{module}"))
    assert failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_worked_example_of_a_methods_page_runs(page):
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert tried > 0, "a methods page shows a worked example"
    assert failed == 0
