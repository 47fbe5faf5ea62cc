import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["language", "masking", "sentiment", "themes", "tokens", "urgency"])
def test_the_examples_in_the_documentation_run(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"candor.text.{module}"))
    assert tried > 0
    assert failed == 0
