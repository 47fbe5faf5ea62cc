"""What commands on a workspace share: starting Django, and saying the result as words or JSON."""

import json
import os
import sys
from typing import Any


def start_django() -> None:
    """Make the apps usable; imports of models must come after it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "candor.web.settings")
    django.setup()


def say(facts: dict[str, Any], *, words: str, as_json: bool) -> None:
    """Print a result: one JSON object for machines, or a sentence for people."""
    print(json.dumps(facts, default=str) if as_json else words)


def refuse(message: str, *, as_json: bool) -> int:
    """Print why a command can't be carried out and return its exit code."""
    if as_json:
        print(json.dumps({"error": message}))
    else:
        print(f"candor: {message}", file=sys.stderr)
    return 1
