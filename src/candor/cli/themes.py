"""`candor themes`: look for themes in the comments now, and print what was found."""

import argparse
from typing import TYPE_CHECKING, Any

from .workspace import open_workspace, refuse, say

if TYPE_CHECKING:
    from candor.apps.insights.models import ThemeRun


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("themes", help="look for themes in the comments now, and print them")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError

    try:
        open_workspace()
    except DomainError as error:
        return refuse(str(error), as_json=arguments.json)
    from candor.apps.insights import comments, services

    found = [_facts(made) for made in services.discover(as_of=comments.last_day())]
    words = "\n".join(_words(facts) for facts in found) or "There are no comments to read yet."
    say({"runs": found}, words=words, as_json=arguments.json)
    return 0


def _facts(made: "ThemeRun") -> dict[str, Any]:
    from candor.apps.insights.queries import themes_of_run

    return {
        "language": made.language,
        "outcome": made.outcome,
        "since": made.since,
        "until": made.as_of,
        "comments": made.n_comments,
        "different": made.n_distinct,
        "themes": [
            {"name": theme.name, "n": theme.n, "standing": theme.standing, "words": theme.terms, "stability": theme.stability}
            for theme in themes_of_run(made)
        ],
        "frequent_words": [] if made.outcome == "ok" else made.codes,
    }  # fmt: skip


def _words(facts: dict[str, Any]) -> str:
    head = f"{facts['comments']:,} comments in {facts['language']}, {facts['since']} to {facts['until']}: "
    if facts["outcome"] == "too_few":
        return f"{head}too few different ones to tell themes ({facts['different']:,} of at least 300)."
    if facts["outcome"] == "none_stable":
        return f"{head}no theme comes back reliably."
    lines = [
        f"{theme['n']:>7,}  {theme['name']}{'  (tentative)' if theme['standing'] == 'tentative' else ''}"
        for theme in facts["themes"]
    ]
    return "\n".join([f"{head}{len(lines)} themes.", *lines])
