"""The contents page names what the modules offer, and costs next to nothing to open."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from candor import analytics

NOT_LISTED = {"door", "inputs"}
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


def test_every_function_stands_on_the_index_of_methods_beside_a_page_that_exists():
    docs = Path(__file__).parents[2] / "docs/methods"
    rows = [
        line for line in (docs / "index.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    named = {
        name for row in rows for name in re.findall(r"`(\w+)`", row) if re.search(r"\]\([\w-]+\.md\)", row)
    }
    offered = {
        name
        for names in analytics.CONTENTS.values()
        for name in names
        if inspect.isfunction(inspect.unwrap(getattr(analytics, name)))
    }
    assert offered - named == set()
    assert all(hasattr(analytics, name) for name in named)


def test_the_table_by_field_name_holds_what_the_tables_above_do_not_name():
    text = (Path(__file__).parents[2] / "docs/methods/index.md").read_text(encoding="utf-8")
    tables, by_field_name = text.split("## By field name")
    rows = by_field_name.split("## How the library is checked")[0]
    assert set(re.findall(r"`(\w+)`", tables)) & set(re.findall(r"`(\w+)`", rows)) == set()


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


def test_a_function_got_from_the_top_keeps_its_name_words_and_defaults():
    function, own = analytics.rank_intervals, importlib.import_module("candor.analytics.ranks").rank_intervals
    assert function.__wrapped__ is own
    assert (function.__name__, function.__doc__) == (own.__name__, own.__doc__)
    assert inspect.signature(function) == inspect.signature(own)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: analytics.top_box_share(favourable=None, n=3), "favourable is None; expected a number"),
        (lambda: analytics.mean_score(counts={1: 3, 2: "many"}), r"counts\[2\] is 'many'; expected a number"),
        (lambda: analytics.nps_of([9, 10]), r"histogram is \[9, 10\]; expected a Histogram"),
        (lambda: analytics.shrink([1, None], [1, 1]), r"values is \[1, None\]; expected numbers"),
        (lambda: analytics.rank_ideas({"new": (3,)}), "expected 2 entries"),
        (lambda: analytics.erlang_b(load=float("nan"), agents=3), "load is nan; expected a finite number"),
    ],
)
def test_what_is_no_number_or_no_table_is_named_at_the_door(call, words):
    with pytest.raises(analytics.BadParameter, match=words):
        call()


FIELD_NAMES = """
NPS|eNPS|CSAT|CES|ACSI|top box|Tango|Wilson|Poisson|raking|IPF|sample size|power|finite population|non-response|Mann–Whitney|permutation
Newcombe|McNemar|signed ranks|shrinkage|empirical Bayes|league tables|funnel plot|overdispersion|case-mix|risk adjustment|false discovery
regression to the mean|XmR|SPC|Laney|EWMA|CUSUM|PELT|STL|confidence sequences|Mann–Kendall|LMG|Shapley|relative weights|IPA|Kano|SERVQUAL
response surface|BG/NBD|Gamma-Gamma|sBG|CLV|Kaplan–Meier|Cox|TARP|value at stake|DiD|Erlang|staffing|stress test|SimPy|stepped wedge|CUPED
Neyman|suppression|differencing|disclosure|Bradley–Terry|OKR|maturity|kappa|Krippendorff|Cronbach|omega|Markov|conformance
customer effort score|top-2-box|bottom box|Dirichlet|Garwood|Kish|minimum detectable change|iterative proportional fitting|weight trimming
Manski|response rates|partial pooling|Mogstad|indirect standardisation|O/E|Benjamini–Hochberg|Holm|anytime-valid|p chart|retention
expected loss|key driver analysis|importance–performance matrix|attrition|ceiling effects|service level|discrete-event simulation
complementary suppression|fair exposure|measurability|invitations|conversion
"""


@pytest.mark.parametrize("place", ["src/candor/analytics/__init__.py", "docs/methods/index.md"])
def test_a_reader_finds_a_method_by_the_name_that_the_field_gives_it(place):
    page = (Path(__file__).parents[2] / place).read_text(encoding="utf-8").replace("case mix", "case-mix")
    page = re.sub(r"\s*\n[ #]*", " ", page)
    names = FIELD_NAMES.strip().replace("\n", "|").split("|")
    assert [name for name in names if not re.search(_as_a_word(name), page, _case_of(name))] == []


def _as_a_word(name):
    return rf"(?<!\w){re.escape(name)}(?!\w)"


def _case_of(name):
    """`CES` is not found in "differences", nor `DiD` in "Did it change?"."""
    return 0 if name[1:] != name[1:].lower() else re.IGNORECASE
