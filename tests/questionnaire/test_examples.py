import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "checking",
        "definition",
        "evaluation",
        "expressions",
        "piping",
        "reading",
        "values",
        "walking",
        "concerns",
        "wording",
    ],
)
def test_the_examples_in_the_documentation_run(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"candor.questionnaire.{module}"))
    assert tried > 0
    assert failed == 0
