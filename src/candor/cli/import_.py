"""`candor import`: bring a file in from the command line, with a progress bar."""

import argparse
import logging
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from candor.foundation.errors import DomainError

from .workspace import open_workspace, prepare_home, refuse, say, start_django

if TYPE_CHECKING:
    from django_tasks.base import Task

    from candor.apps.imports.models import ImportBatch

_EXAMPLES = """examples:
  candor import customers customers.csv --source crm
  candor import complaints complaints.csv.gz
  candor import reviews reviews.json
  candor import social posts.csv
  candor import events log.xes.gz --journey permits
  candor import events orders.jsonocel --case-type order
  candor import surveys wide.csv --source airport-2017 --column key=RESPNUM --column weight=WEIGHT \\
      --question NETPRO=nps --blank NETPRO=11 --received-on 2017-05-15
  candor import surveys answers.csv --source relationship --long
  candor import surveys "Our survey_May 2, 2026_10.15.csv"
  candor import undo 3
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "import", help="bring in customers, complaints, reviews, social posts, survey answers or events", epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter, add_help=False,
    )  # fmt: skip
    parser.add_argument(
        "-h", "--help", action=_Help, nargs=0, help="show this, and every format that is understood"
    )
    parser.add_argument("kind", help="customers, complaints, reviews, social, surveys, events; or undo")
    parser.add_argument(
        "file",
        help="CSV (also .gz, .zip), JSON of a review site, XES or OCEL 2.0 JSON (also .gz); for undo the number of the import",
    )
    parser.add_argument("--source", help="what the file's system is called; its ids are unique within it")
    parser.add_argument("--journey", help="events: the journey they belong to")
    parser.add_argument(
        "--case-type", metavar="TYPE", help="events, OCEL: the type of object that is the case"
    )
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
    parser.add_argument(
        "--word",
        action="append",
        default=[],
        metavar="KIND:WORD=NUMBER",
        help="surveys: the number that a word on a scale stands for, such as 'csat:Very satisfied=5'",
    )
    parser.add_argument(
        "--low-is-good",
        action="append",
        default=[],
        metavar="COLUMN",
        help="surveys: a question whose low answers are the good ones",
    )
    parser.add_argument("--received-on", metavar="DAY", help="surveys: the day, for files that hold none")
    parser.add_argument(
        "--long", action="store_true", help="surveys: one row an answer instead of one row a person"
    )
    parser.add_argument(
        "--date-order", choices=["MDY", "DMY", "YMD"], help="order of day and month in all dates"
    )
    parser.add_argument(
        "--unknown-units",
        choices=["create", "without", "refuse"],
        default="refuse",
        help="rows whose unit nobody knows: make the unit, import without it, or hand the row back (default)",
    )
    parser.add_argument(
        "--unknown-people",
        choices=["keep", "refuse"],
        default="keep",
        help="rows whose work was done by somebody nobody knows: keep the name as it stands (default), or hand the row back",
    )
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="KEY=CHOICE",
        help="answer what an import asks, such as clock=rules",
    )
    parser.add_argument("--bad-rows", metavar="FILE", help="write the rows that did not fit here")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


class _Help(argparse.Action):
    """The usual help, and the files of other survey tools that are read unedited: their list is known once Django runs."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        prepare_home()
        start_django()
        from candor.apps.surveys.formats import all_formats

        lines = (f"  {one.name}: {one.looks_like}" for one in all_formats())
        print(
            parser.format_help(),
            "answers of other survey tools, each file unedited (candor import surveys FILE):",
            *lines,
            sep="\n",
        )
        parser.exit()


def run(arguments: argparse.Namespace) -> int:
    logging.getLogger("candor.foundation.jobs").setLevel(
        logging.CRITICAL
    )  # what goes wrong is told below, in words
    try:
        open_workspace()
        batch = _undo(arguments.file) if arguments.kind == "undo" else _bring_in(arguments)
    except (DomainError, OSError, ValueError) as error:
        return refuse(str(error), as_json=arguments.json)
    return _report(batch, arguments)


def _undo(number: str) -> "ImportBatch":
    from candor.apps.imports import services, tasks
    from candor.apps.imports.models import ImportBatch
    from candor.foundation.errors import NotFound

    batch = ImportBatch.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    if batch is None:
        raise NotFound(f"There is no import number {number}.")
    services.undo(batch=batch, by=None, later=tasks.run_undo_of.enqueue)
    return _see_through(batch, tasks.run_undo_of, is_quiet=True)


def _bring_in(arguments: argparse.Namespace) -> "ImportBatch":
    from django.db import OperationalError

    from candor.apps.imports import services, tasks
    from candor.apps.imports.errors import ImportStopped
    from candor.foundation.errors import NotFound

    path = Path(arguments.file)
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    batch = services.take_path(kind=arguments.kind, path=path, by=None, options=_options(arguments))
    try:
        services.start(batch=batch, by=None, later=tasks.run.enqueue)
    except DomainError:
        batch.delete()  # a file whose columns are unclear can't be asked about here
        raise
    try:
        return _see_through(batch, tasks.run, is_quiet=arguments.json)
    except OperationalError as error:
        batch.refresh_from_db()
        raise ImportStopped(services.why_stopped(batch=batch, error=error)) from error
    except KeyboardInterrupt:
        services.stop_import(batch=batch, reason="You stopped it.")
        raise


def _see_through(batch: "ImportBatch", task: "Task[Any, Any]", *, is_quiet: bool) -> "ImportBatch":
    """Run the batch's job in this process, or wait for the worker that was quicker, telling how far it is.

    It is a job like any other, so that a worker goes on with it if this process dies.
    """
    ended = threading.Event()
    bar = threading.Thread(target=_draw_bar, args=(batch.pk, ended), daemon=True)
    if not is_quiet and sys.stderr.isatty():
        bar.start()
    try:
        _run_or_wait(batch, task)
    finally:
        ended.set()
        if bar.is_alive():
            bar.join(timeout=1)
    return batch


def _run_or_wait(batch: "ImportBatch", task: "Task[Any, Any]") -> None:
    from candor.foundation.jobs import Worker
    from candor.foundation.models import Job

    arguments = {"args": [batch.pk], "kwargs": {}}
    job = Job.objects.filter(task_path=task.module_path, arguments=arguments).latest("pk")
    Worker().run_this(job.pk)
    batch.refresh_from_db()
    while batch.is_under_way:
        time.sleep(0.2)
        batch.refresh_from_db()


def _draw_bar(batch_pk: int, ended: threading.Event) -> None:
    from django.db import connection

    from candor.apps.imports.models import ImportBatch

    width = 40
    while not ended.wait(0.3):
        share, rows = ImportBatch.objects.values_list("share_read", "rows_read").get(pk=batch_pk)
        bar = "█" * round(share * width) + "·" * (width - round(share * width))
        print(f"\r{bar} {share:4.0%}  {rows:,} rows", end="", file=sys.stderr, flush=True)
    print("\r" + " " * (width + 40) + "\r", end="", file=sys.stderr, flush=True)
    connection.close()


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    options: dict[str, Any] = dict(_pairs(arguments.answer)) | {
        "columns": dict(_pairs(arguments.column)),
        "unknown_units": arguments.unknown_units,
        "unknown_people": arguments.unknown_people,
    }
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
    for name, number in _pairs(arguments.word):
        kind, _colon, word = name.partition(":")
        options.setdefault("words", {}).setdefault(kind, {})[word] = number
    for name in ("source", "journey", "case_type", "received_on"):
        if value := getattr(arguments, name):
            options[name] = value
    if arguments.date_order:
        options |= {
            f"date_order_{key}": arguments.date_order
            for key in (
                "received_on",
                "since_on",
                "sent_on",
                "decided_on",
                "at",
                "received_at",
                "written_at",
                "changed_at",
                "replied_at",
            )
        }
    if arguments.low_is_good:
        options["low_is_good"] = arguments.low_is_good
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
        "report": batch.report,
    }  # fmt: skip
    if arguments.bad_rows and batch.rows_bad:
        Path(arguments.bad_rows).write_text("".join(services.bad_rows_csv(batch)), encoding="utf-8")
        facts["bad_rows_file"] = arguments.bad_rows
    say(facts, words=_words(batch, arguments), as_json=arguments.json)
    return 1 if batch.state == "failed" else 0


def _words(batch: "ImportBatch", arguments: argparse.Namespace) -> str:
    if batch.state == "undone":
        return f"Import {batch.pk} is undone: {batch.message or 'everything it brought is gone.'}"
    lines = [
        f"Import {batch.pk}: {batch.rows_read:,} rows read, {batch.rows_added:,} added, "
        f"{batch.rows_known:,} known from before, {batch.rows_bad:,} bad."
    ]
    if batch.rows_bad and not arguments.bad_rows:
        lines.append("See the bad rows with --bad-rows FILE, or on the import's page.")
    odd = [_words_of_odd(kind, found["n"]) for kind, found in sorted(batch.report.items())]
    return "\n".join([*lines, *odd, *filter(None, batch.message.splitlines())])


def _words_of_odd(kind: str, n: int) -> str:
    reason = kind.removeprefix("left_out_").replace("_", " ")
    what, they = ("row is", "it was") if n == 1 else ("rows are", "they were")
    return f"{n:,} {what} {reason}; {they} {'left out' if kind.startswith('left_out_') else 'kept'}."
