"""`candor import`: bring a file in from the command line, with a progress bar."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .workspace import migrate, prepare_home, refuse, say, start_django

if TYPE_CHECKING:
    from candor.apps.imports.models import ImportBatch

_EXAMPLES = """examples:
  candor import complaints complaints.csv.gz
  candor import events log.xes.gz --journey permits
  candor import surveys wide.csv --source airport-2017 --column key=RESPNUM --column weight=WEIGHT \\
      --question NETPRO=nps --blank NETPRO=11 --received-on 2017-05-15
  candor import surveys answers.csv --source relationship --long
  candor import undo 3
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "import", help="bring in complaints, survey answers or events", epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("kind", help="complaints, surveys, events; or undo")
    parser.add_argument(
        "file", help="CSV (also .gz, .zip), XES (also .gz); for undo the number of the import"
    )
    parser.add_argument("--source", help="what the file's system is called; its ids are unique within it")
    parser.add_argument("--journey", help="events: the journey they belong to")
    parser.add_argument(
        "--column", action="append", default=[], metavar="FIELD=COLUMN", help="use this column for a field"
    )
    parser.add_argument(
        "--question",
        action="append",
        default=[],
        metavar="COLUMN=KIND",
        help="surveys: a question, such as Q1=nps",
    )
    parser.add_argument(
        "--blank", action="append", default=[], metavar="COLUMN=CODE", help="a code that means no answer"
    )
    parser.add_argument("--received-on", metavar="DAY", help="surveys: the day, for files that hold none")
    parser.add_argument(
        "--long", action="store_true", help="surveys: one row an answer instead of one row a person"
    )
    parser.add_argument(
        "--date-order", choices=["MDY", "DMY", "YMD"], help="order of day and month in all dates"
    )
    parser.add_argument("--bad-rows", metavar="FILE", help="write the rows that did not fit here")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    prepare_home()
    start_django()
    migrate()
    from candor.foundation.errors import DomainError

    try:
        batch = _undo(int(arguments.file)) if arguments.kind == "undo" else _bring_in(arguments)
    except (DomainError, OSError, ValueError) as error:
        return refuse(str(error), as_json=arguments.json)
    return _report(batch, arguments)


def _undo(number: int) -> "ImportBatch":
    from candor.apps.imports import services
    from candor.apps.imports.models import ImportBatch
    from candor.foundation.errors import NotFound

    batch = ImportBatch.objects.filter(pk=number).first()
    if batch is None:
        raise NotFound(f"There is no import number {number}.")
    return services.run_undo(batch=services.undo(batch=batch, by=None, in_background=False))


def _bring_in(arguments: argparse.Namespace) -> "ImportBatch":
    from candor.apps.imports import services
    from candor.apps.organization.queries import root_unit
    from candor.foundation.errors import NotFound

    if root_unit() is None:
        raise NotFound("There is no workspace here yet. Run `candor init` first, or set CANDOR_HOME.")
    batch = services.take_path(
        kind=arguments.kind, path=Path(arguments.file), by=None, options=_options(arguments)
    )
    batch = services.start(batch=batch, by=None, in_background=False)
    return _run_here(batch, is_quiet=arguments.json)


def _run_here(batch: "ImportBatch", *, is_quiet: bool) -> "ImportBatch":
    """Run the import in this process, telling how far it is."""
    import threading

    from candor.apps.imports import services

    ended = threading.Event()
    bar = threading.Thread(target=_draw_bar, args=(batch, ended), daemon=True)
    if not is_quiet and sys.stderr.isatty():
        bar.start()
    try:
        services.run_import(batch=batch)
    finally:
        ended.set()
    if bar.is_alive():
        bar.join(timeout=1)
    return batch


def _draw_bar(batch: "ImportBatch", ended: Any) -> None:
    width = 40
    while not ended.wait(0.2):
        done = round(batch.share_read * width)
        bar = "█" * done + "·" * (width - done)
        print(
            f"\r{bar} {batch.share_read:4.0%}  {batch.rows_read:,} rows", end="", file=sys.stderr, flush=True
        )
    print("\r" + " " * (width + 40) + "\r", end="", file=sys.stderr, flush=True)


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    options: dict[str, Any] = {"columns": dict(_pairs(arguments.column))}
    questions = dict(_pairs(arguments.question))
    blanks: dict[str, list[str]] = {}
    for column, code in _pairs(arguments.blank):
        blanks.setdefault(column, []).append(code)
    if questions:
        options["questions"] = [
            {"column": column, "kind": kind, "blanks": blanks.pop(column, [])}
            for column, kind in questions.items()
        ]
    if blanks:
        options["blanks"] = blanks
    for name in ("source", "journey", "received_on"):
        if value := getattr(arguments, name):
            options[name] = value
    if arguments.date_order:
        options |= {
            f"date_order_{key}": arguments.date_order
            for key in ("received_on", "sent_on", "decided_on", "at", "received_at")
        }
    if arguments.long:
        options["layout"] = "long"
    return options


def _pairs(texts: list[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise ValueError(f"'{text}' has no '='; expected NAME=VALUE.")
        pairs.append((name, value))
    return pairs


def _report(batch: "ImportBatch", arguments: argparse.Namespace) -> int:
    from candor.apps.imports import services

    facts = {
        "import": batch.pk, "state": batch.state, "rows_read": batch.rows_read, "rows_added": batch.rows_added,
        "rows_known": batch.rows_known, "rows_bad": batch.rows_bad, "notes": batch.message.splitlines(),
    }  # fmt: skip
    if arguments.bad_rows and batch.rows_bad:
        Path(arguments.bad_rows).write_text("".join(services.bad_rows_csv(batch)), encoding="utf-8")
        facts["bad_rows_file"] = arguments.bad_rows
    say(facts, words=_words(batch, arguments), as_json=arguments.json)
    return 1 if batch.state == "failed" else 0


def _words(batch: "ImportBatch", arguments: argparse.Namespace) -> str:
    if batch.state == "undone":
        return f"Import {batch.pk} is undone: everything it brought is gone."
    lines = [
        f"Import {batch.pk}: {batch.rows_read:,} rows read, {batch.rows_added:,} added, "
        f"{batch.rows_known:,} known from before, {batch.rows_bad:,} bad."
    ]
    if batch.rows_bad and not arguments.bad_rows:
        lines.append("See the bad rows with --bad-rows FILE, or on the import's page.")
    return "\n".join([*lines, *filter(None, batch.message.splitlines())])
