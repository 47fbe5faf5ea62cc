"""Mutation testing of the scores: change the library one step at a time and see whether the tests notice.

`python -m tests.mutants [--most N] [--minutes M] [--seed S] [--in MODULE]…` tries mutants in random order, prints each as
killed or survived with its place, and then the share killed. Each mutant runs in a forked process that loads the changed module in place of the true one; the
files of the checkout are never touched. Survivors are either a gap in the tests or no change at all: read them.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "candor.analytics"
TESTS = {
    "scores": ("test_scores.py", "test_odd_input.py", "test_score_properties.py"),
    "net_promoter": ("test_scores.py", "test_score_coverage.py", "test_comparisons.py"),
    "proportions": ("test_scores.py", "test_comparisons.py", "test_score_properties.py"),
    "comparisons": ("test_comparisons.py", "test_odd_input.py"),
    "histogram": ("test_scores.py", "test_comparisons.py", "test_score_properties.py"),
}
"""Each module that is changed, and the tests that should notice."""
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


def is_killed(module: str, mutant: Mutant | None) -> bool:
    """Whether the tests of a module fail with the mutant in place (with None: as the library stands)."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = _run(TESTS[module], mutant)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return status != 0


def _run(tests: Sequence[str], mutant: Mutant | None) -> int:
    """In the forked process: the exit code of the tests."""
    signal.alarm(SECONDS)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    if mutant:
        sys.meta_path.insert(0, _Finder(mutant))
    folder = ROOT / "tests" / "analytics"
    files = [str(folder / name) for name in tests]
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
    plugins = [
        "-p",
        "no:cacheprovider",
        "-p",
        "no:django",
        "-W",
        "error",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    plugins += ["-o", "markers=slow"]
    return int(pytest.main([*options, *plugins, "-m", "not slow", *files]))


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description="Mutation testing of the scores."
    )
    parser.add_argument("--most", type=int, default=60, help="try at most so many")
    parser.add_argument("--minutes", type=float, default=60, help="start none after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--in", dest="modules", action="append", choices=TESTS, metavar="MODULE")
    arguments = parser.parse_args(words)
    end = time.monotonic() + 60 * arguments.minutes
    _warm_up()
    modules = arguments.modules or list(TESTS)
    if failing := [module for module in modules if is_killed(module, None)]:
        sys.exit(f"The tests of {', '.join(failing)} fail as the library stands: mend that first.")
    every = [mutant for module in modules for mutant in mutants_of(module)]
    random.Random(arguments.seed).shuffle(every)
    tried = killed = 0
    for mutant in every[: arguments.most]:
        if time.monotonic() > end:
            break
        dead = is_killed(mutant.module, mutant)
        tried, killed = tried + 1, killed + dead
        _say(f"{'killed  ' if dead else 'SURVIVED'} {mutant.place}")
    _say(f"{killed} of {tried} mutants killed, of {len(every)} there are ({killed / max(tried, 1):.0%})")


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _warm_up() -> None:
    """Load what the tests need and the mutants don't change, once for all forks."""
    for name in (
        "hypothesis",
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
