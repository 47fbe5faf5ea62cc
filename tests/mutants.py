"""Mutation testing of the scores: change the library one step at a time and see whether the tests notice.

`python -m tests.mutants [--most N] [--skip N] [--minutes M] [--seed S] [--in MODULE]…` tries mutants in random order, prints each as
killed or survived with its place, and then the share killed. Each mutant runs in a forked process that loads the changed
module in place of the true one; the files of the checkout are never touched. Only the tests that call the changed function run,
the quickest first. Survivors are either a gap in the tests or no change at all: read them.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, TextIO

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "candor.analytics"
TESTS = (
    "test_scores.py",
    "test_score_properties.py",
    "test_score_coverage.py",
    "test_comparisons.py",
    "test_odd_input.py",
)
MODULES = ("scores", "net_promoter", "proportions", "comparisons", "histogram")
NOTHING_RAN = 5  # pytest's exit code when no test was selected
SECONDS = 120  # after which a mutant that never ends counts as killed

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module."""

    module: str
    line: int
    change: str
    tree: ast.Module

    @property
    def place(self) -> str:
        return f"src/candor/analytics/{self.module}.py:{self.line}: {self.change}"


def mutants_of(module: str) -> list[Mutant]:
    """Every single change of a module, in the order of its lines."""
    tree = ast.parse((ROOT / "src/candor/analytics" / f"{module}.py").read_text(encoding="utf-8"))
    return [_mutant(module, tree, place, number) for place, number in _places(tree)]


def _places(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Place of each node that runs, and the number of each change that it allows."""
    idle = _idle(tree)
    for place, node in enumerate(ast.walk(tree)):
        if id(node) not in idle:
            yield from ((place, number) for number in range(len(_changes(node))))


def _idle(tree: ast.Module) -> set[int]:
    """What computes nothing: annotations, messages of errors, and ``least_n=0``, which 1 and −1 mean as well."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            found.append(node.annotation)
        if isinstance(node, ast.FunctionDef):
            found += [*node.decorator_list, *([node.returns] if node.returns else [])]
            found += [value for value in node.args.kw_defaults if value and _is_zero(value)]
        if isinstance(node, ast.ClassDef):
            found += node.decorator_list
        if isinstance(node, ast.Raise) and node.exc:
            found.append(node.exc)
    return {id(part) for node in found for part in ast.walk(node)}


def _is_zero(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _changes(node: ast.AST) -> list[tuple[str, ast.AST]]:
    """The changes that a node allows, each in words and as a new node."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        others = _COMPARISONS.get(type(node.ops[0]), ())
        return [_with(node, "ops", [other()]) for other in others]
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return [_with(node, "op", _ARITHMETIC[type(node.op)]())]
    if isinstance(node, ast.BoolOp):
        return [_with(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        return [(f"{ast.unparse(node)} → {ast.unparse(node.operand)}", node.operand)]
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return [_with(node, "value", not node.value)]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return [_with(node, "value", node.value + step) for step in (1, -1)]
    if isinstance(node, ast.Return) and node.value and ast.unparse(node.value) != "None":
        return [_with(node, "value", ast.Constant(None))]
    return []


def _with(node: ast.AST, field: str, value: object) -> tuple[str, ast.AST]:
    changed = copy.copy(node)
    setattr(changed, field, value)
    return f"{_brief(node)} → {_brief(changed)}", changed


def _brief(node: ast.AST) -> str:
    words = " ".join(ast.unparse(node).split())
    return words if len(words) <= 60 else f"{words[:57]}…"


def _mutant(module: str, tree: ast.Module, place: int, number: int) -> Mutant:
    changed = copy.deepcopy(tree)
    target = list(ast.walk(changed))[place]
    words, new = _changes(target)[number]
    for parent in ast.walk(changed):
        for field, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, field, new)
            elif isinstance(value, list) and any(item is target for item in value):
                setattr(parent, field, [new if item is target else item for item in value])
    return Mutant(module, getattr(target, "lineno", 0), words, ast.fix_missing_locations(changed))


class _Loader(importlib.abc.Loader):
    """Runs the changed module in place of the true one."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.tree, f"{self.mutant.module}.py", "exec"), module.__dict__)


class _Finder(importlib.abc.MetaPathFinder):
    """Hands out the changed module where the true one is asked for."""

    def __init__(self, mutant: Mutant) -> None:
        self.loader = _Loader(mutant)
        self.name = f"{PACKAGE}.{mutant.module}"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self.loader) if fullname == self.name else None


class _Calls:
    """A plugin that notes how long each test takes and which functions of the module it calls."""

    def __init__(self, module: str) -> None:
        self.file = str(ROOT / "src/candor/analytics" / f"{module}.py")
        self.called: dict[str, list[int]] = {}
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        lines: set[int] = set()

        def note(frame: FrameType, event: str, argument: object) -> None:
            if event == "call" and frame.f_code.co_filename == self.file:
                lines.add(frame.f_code.co_firstlineno)

        start = time.perf_counter()
        sys.setprofile(note)
        try:
            yield
        finally:
            sys.setprofile(None)
            self.called[item.nodeid] = sorted(lines)
            self.seconds[item.nodeid] = time.perf_counter() - start


class _Only:
    """A plugin that keeps the tests which call the changed function, the quickest first."""

    def __init__(self, calls: _Calls, line: int | None) -> None:
        self.calls, self.line = calls, line

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [
            item
            for item in items
            if self.line is None or self.line in self.calls.called.get(item.nodeid, [self.line])
        ]
        items.sort(key=lambda item: self.calls.seconds.get(item.nodeid, 0.0))


def calls_of(module: str) -> _Calls:
    """Run the tests of a module as the library stands, in a forked process, and note what each of them calls.

    Raises:
        SystemExit: They fail.
    """
    calls = _Calls(module)
    with tempfile.TemporaryFile("w+") as told:
        if _in_a_fork(lambda: _run(None, calls, told)):
            sys.exit(f"The tests of {module} fail as the library stands: mend that first.")
        told.seek(0)
        calls.called, calls.seconds = json.load(told)
    return calls


def is_killed(mutant: Mutant, calls: _Calls) -> bool:
    """Whether the tests that call the changed function fail with the mutant in place."""
    only = _Only(calls, _function_at(mutant.module, mutant.line))
    return _in_a_fork(lambda: _run(mutant, only)) not in (0, NOTHING_RAN)


def _function_at(module: str, line: int) -> int | None:
    """First line of the innermost function around a line, counting its decorators; None outside of functions."""
    tree = ast.parse((ROOT / "src/candor/analytics" / f"{module}.py").read_text(encoding="utf-8"))
    around = [
        min([node.lineno, *(one.lineno for one in node.decorator_list)])
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around, default=None)


def _in_a_fork(work: Callable[[], int]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = work()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _run(mutant: Mutant | None, plugin: object, told: TextIO | None = None) -> int:
    """In the forked process: the exit code of the tests."""
    signal.alarm(SECONDS)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    # A failure is enough here: the smallest example that fails would only be looked for in vain.
    hypothesis.settings.register_profile(
        "mutants",
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        derandomize=True,
        deadline=None,
    )
    hypothesis.settings.load_profile("mutants")
    if mutant:
        sys.meta_path.insert(0, _Finder(mutant))
    folder = ROOT / "tests" / "analytics"
    options = [
        "-x",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        str(ROOT),
        "--noconftest",
        "--import-mode=importlib",
    ]
    options += ["-p", "no:cacheprovider", "-p", "no:django", "-p", "no:xdist", "-W", "error"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-o", "markers=slow", "-m", "not slow"]
    code = int(pytest.main([*options, *(str(folder / name) for name in TESTS)], plugins=[plugin]))
    if told and isinstance(plugin, _Calls):
        json.dump((plugin.called, plugin.seconds), told)
        told.flush()
    return code


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description="Mutation testing of the scores."
    )
    parser.add_argument("--most", type=int, default=60, help="try at most so many")
    parser.add_argument("--skip", type=int, default=0, help="leave out so many at first: the whole in pieces")
    parser.add_argument("--minutes", type=float, default=60, help="start none after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--in", dest="modules", action="append", choices=MODULES, metavar="MODULE")
    arguments = parser.parse_args(words)
    end = time.monotonic() + 60 * arguments.minutes
    _warm_up()
    modules = arguments.modules or MODULES
    calls = {module: calls_of(module) for module in modules}
    every = [mutant for module in modules for mutant in mutants_of(module)]
    random.Random(arguments.seed).shuffle(every)
    tried = killed = 0
    for mutant in every[arguments.skip : arguments.skip + arguments.most]:
        if time.monotonic() > end:
            break
        dead = is_killed(mutant, calls[mutant.module])
        tried, killed = tried + 1, killed + dead
        _say(f"{'killed  ' if dead else 'SURVIVED'} {mutant.place}")
    _say(f"{killed} of {tried} mutants killed, of {len(every)} there are ({killed / max(tried, 1):.0%})")


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _warm_up() -> None:
    """Load what the tests need and the mutants don't change, once for all forks."""
    for name in (
        "numpy",
        "scipy.stats",
        "scipy.optimize",
        "statsmodels.api",
        "statsmodels.stats.api",
    ):
        loaded: Any = importlib.import_module(name)
        assert loaded


if __name__ == "__main__":
    main()
