"""Every example in the docstrings of the library runs and prints what it says."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

from candor import analytics

MODULES = sorted(module.name for module in pkgutil.iter_modules(analytics.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run_as_printed(name):
    module = importlib.import_module(f"candor.analytics.{name}")
    output: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder().find(module):
        runner.run(test, out=output.append)
    assert not runner.failures, "".join(output)


@pytest.mark.parametrize("name", sorted(analytics.CONTENTS))
def test_every_public_function_says_what_it_does(name):
    module = importlib.import_module(f"candor.analytics.{name}")
    public = [getattr(module, public) for public in module.__all__]
    silent = [
        thing.__name__
        for thing in public
        if (inspect.isfunction(thing) or inspect.isclass(thing)) and not thing.__doc__
    ]
    assert silent == []
