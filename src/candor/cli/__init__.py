"""The command line: one module a command, each with `register(subparsers)` and `run(arguments) -> exit code`."""

from .main import main

__all__ = ["main"]
