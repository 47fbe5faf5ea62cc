"""The contents page names what the modules offer, and costs next to nothing to open."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from candor import analytics

NOT_LISTED = {"inputs"}
"""Modules that serve other modules and are no part of the contents."""


def _modules() -> list[str]:
    return sorted(m.name for m in pkgutil.iter_modules(analytics.__path__) if m.name not in NOT_LISTED)


@pytest.mark.parametrize("module", _modules())
def test_the_contents_page_lists_every_public_name_of_each_module(module):
    assert sorted(analytics.CONTENTS.get(module, ())) == sorted(
        importlib.import_module(f"candor.analytics.{module}").__all__
    )


def test_every_listed_name_can_be_fetched_from_the_top():
    for names in analytics.CONTENTS.values():
        for name in names:
            assert getattr(analytics, name) is not None


def test_no_name_is_offered_by_two_modules():
    names = [name for names in analytics.CONTENTS.values() for name in names]
    assert len(names) == len(set(names))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="net_demoter_score"):
        _ = analytics.net_demoter_score


def test_type_checkers_see_every_module_of_the_contents():
    text = Path(analytics.__file__).read_text(encoding="utf-8")
    for module in analytics.CONTENTS:
        assert f"from candor.analytics.{module} import *" in text


def test_importing_the_library_is_quick_and_loads_no_heavy_package():
    code = (
        "import sys, time; start = time.perf_counter(); import candor.analytics; "
        "took = time.perf_counter() - start; "
        "heavy = {'pandas', 'sklearn', 'scipy', 'numpy', 'django', 'ruptures'} & set(sys.modules); "
        "print(took, *heavy)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert float(out[0]) < 0.5
    assert out[1:] == []


def test_using_the_library_never_loads_pandas_scikit_learn_or_statsmodels():
    code = (
        "import sys; from candor import analytics; "
        "[getattr(analytics, n) for names in analytics.CONTENTS.values() for n in names]; "
        "print(*({'pandas', 'sklearn', 'statsmodels', 'django'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == []


def test_no_name_is_also_that_of_a_module():
    """Importing `candor.analytics.x` would put the module in the place of the function `x`."""
    names = {name for names in analytics.CONTENTS.values() for name in names}
    assert not names & set(_modules())
