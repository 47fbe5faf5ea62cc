"""The `candor` command: finds its subcommands in this package."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from typing import Protocol

import candor
from candor import cli


class Command(Protocol):
    """What a module of this package offers."""

    def register(self, subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add a subparser whose default `run` is a function from arguments to an exit code."""


def build_parser() -> argparse.ArgumentParser:
    """The parser with every subcommand in it."""
    parser = argparse.ArgumentParser(
        prog="candor", description="The honest customer-experience system: every number with its doubt."
    )
    parser.add_argument("--version", action="version", version=f"candor {candor.__version__}")
    subparsers = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for module in sorted(pkgutil.iter_modules(cli.__path__), key=lambda found: found.name):
        if module.name not in {"main", "workspace", "__main__"}:
            importlib.import_module(f"candor.cli.{module.name}").register(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (0 well, 1 refused, 2 wrong usage, 130 interrupted)."""
    try:
        parsed = build_parser().parse_args(arguments)
        return int(parsed.run(parsed) or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
