"""Mutation testing of the scores: change the library one step at a time and see whether the tests notice.

`python -m tests.mutants [--most N] [--skip N] [--minutes M] [--seed S] [--in MODULE]…` tries mutants in random order, prints each as
killed or survived with its place, and then the share killed. The tests are collected once. For each mutant the process is forked,
the changed code put in place of the true one in the memory of the fork, and the tests that call the changed function run, the
quickest first; the files of the checkout are never touched. Survivors are either a gap in the tests or no change at all: read them.
"""

import argparse
import ast
import copy
import importlib
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
from types import FrameType, FunctionType, ModuleType
from typing import TextIO

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "candor.analytics"
TESTS = (
    "test_scores.py",
    "test_score_borders.py",
    "test_score_properties.py",
    "test_score_coverage.py",
    "test_comparisons.py",
    "test_odd_input.py",
)
MODULES = ("scores", "net_promoter", "proportions", "comparisons", "histogram")
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


def put_in_place(mutant: Mutant) -> None:
    """Give the functions of the true module the changed code, defaults and constants, wherever they were imported."""
    true = importlib.import_module(f"{PACKAGE}.{mutant.module}")
    changed = ModuleType(true.__name__)
    exec(compile(mutant.tree, str(true.__file__), "exec"), changed.__dict__)
    for name, new in vars(changed).items():
        old = vars(true).get(name)
        if isinstance(old, FunctionType) and old.__module__ == true.__name__:
            _recode(old, new)
        elif isinstance(old, type) and old.__module__ == true.__name__:
            for part in vars(old).keys() & vars(new).keys():
                _recode(_function(vars(old)[part]), _function(vars(new)[part]))
        elif isinstance(old, int | float | tuple | dict) and not name.startswith("__") and old != new:
            for module in [one for key, one in sys.modules.items() if key.startswith(PACKAGE)]:
                if vars(module).get(name) is old:
                    setattr(module, name, new)


def _function(member: object) -> object:
    return getattr(member, "fget", None) or getattr(member, "__func__", member)


def _recode(old: object, new: object) -> None:
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        if len(old.__code__.co_freevars) == len(new.__code__.co_freevars):
            old.__code__ = new.__code__
        old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__


class Trial:
    """A plugin that tries mutants in place of running the tests."""

    def __init__(self, mutants: Sequence[Mutant], minutes: float) -> None:
        self.mutants, self.end = mutants, time.monotonic() + 60 * minutes
        self.tried = self.killed = 0

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        calls = _calls_of({one.module for one in self.mutants}, session.items)
        for mutant in self.mutants:
            if time.monotonic() > self.end:
                break
            line = _function_at(mutant.module, mutant.line)
            fast_first = [
                item
                for _, called, item in sorted(calls, key=lambda call: call[0])
                if (mutant.module, line) in called or (line is None and mutant.module in dict(called))
            ]
            dead = _in_a_fork(lambda items=fast_first, mutant=mutant: _try(items, mutant)) != 0
            self.tried, self.killed = self.tried + 1, self.killed + dead
            _say(f"{'killed  ' if dead else 'SURVIVED'} {mutant.place}")
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Only in a fork: the first failure ends it."""
        if report.failed:
            os._exit(1)


Call = tuple[float, set[tuple[str, int]], pytest.Item]


def _calls_of(modules: set[str], items: Sequence[pytest.Item]) -> list[Call]:
    """How long each test takes as the library stands, and which functions it calls, by module and first line.

    Raises:
        SystemExit: A test fails.
    """
    with tempfile.TemporaryFile("w+") as told:
        if _in_a_fork(lambda: _listen(items, modules, told)):
            sys.exit("The tests fail as the library stands: mend that first.")
        told.seek(0)
        heard = json.load(told)
    return [
        (seconds, {(module, line) for module, line in called}, item)
        for (seconds, called), item in zip(heard, items, strict=True)
    ]


def _listen(items: Sequence[pytest.Item], modules: set[str], told: TextIO) -> int:
    files, heard = {}, []
    for module in modules:
        path = ROOT / "src/candor/analytics" / f"{module}.py"
        files[str(path)] = module
        put_in_place(
            Mutant(module, 0, "none", ast.parse(path.read_text(encoding="utf-8")))
        )  # changes nothing
    for item in items:
        called: set[tuple[str, int]] = set()

        def note(
            frame: FrameType, event: str, argument: object, called: set[tuple[str, int]] = called
        ) -> None:
            module = files.get(frame.f_code.co_filename) if event == "call" else None
            if module:
                called.add((module, frame.f_code.co_firstlineno))

        start = time.perf_counter()
        sys.setprofile(note)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        sys.setprofile(None)
        heard.append((time.perf_counter() - start, sorted(called)))
    json.dump(heard, told)
    told.flush()
    return 0


def _try(items: Sequence[pytest.Item], mutant: Mutant) -> int:
    signal.alarm(SECONDS)
    put_in_place(mutant)
    for item in items:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return 0


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
    every = [mutant for module in arguments.modules or MODULES for mutant in mutants_of(module)]
    random.Random(arguments.seed).shuffle(every)
    trial = Trial(every[arguments.skip : arguments.skip + arguments.most], arguments.minutes)
    # A failure is enough here: the smallest example that fails would only be looked for in vain.
    hypothesis.settings.register_profile(
        "mutants",
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        derandomize=True,
        deadline=None,
    )
    hypothesis.settings.load_profile("mutants")
    options = ["-s", "-c", os.devnull, "--rootdir", str(ROOT), "--noconftest", "--import-mode=importlib"]
    options += ["-p", "no:cacheprovider", "-p", "no:django", "-p", "no:terminal", "-W", "error"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-o", "markers=slow", "-m", "not slow"]
    pytest.main([*options, *(str(ROOT / "tests/analytics" / name) for name in TESTS)], plugins=[trial])
    share = trial.killed / max(trial.tried, 1)
    _say(f"{trial.killed} of {trial.tried} mutants killed, of {len(every)} there are ({share:.0%})")


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
