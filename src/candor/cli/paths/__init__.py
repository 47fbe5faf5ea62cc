"""`candor paths`: the paths of the cases in an event log, as tables or JSON. Needs no workspace."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from candor.intake import IntakeError
from candor.warehouse.queries import CaseSummary

from .facts import LEAST, facts, largest_drop_offs, longest_waits, stretch
from .reading import Refused, Request, read_paths

_EXAMPLES = """examples:
  candor paths loans.xes.gz
  candor paths events.csv --case "Case ID" --activity Step --time "Started at" --date-order DMY
  candor paths loans.xes.gz --end A_ACTIVATED --end A_DECLINED --json
"""
_LONGEST = 44  # characters of an activity in a table


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "paths",
        help="the paths of cases in an event log: variants, waits, drop-offs; needs no workspace",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", help="XES, OCEL 2.0 (JSON) or CSV, also .gz")
    parser.add_argument("--case", metavar="COLUMN", help="CSV: the column of cases")
    parser.add_argument("--activity", metavar="COLUMN", help="CSV: the column of activities")
    parser.add_argument("--time", metavar="COLUMN", help="CSV: the column of times")
    parser.add_argument("--date-order", choices=["MDY", "DMY", "YMD"], help="CSV: order of day and month")
    parser.add_argument("--case-type", metavar="TYPE", help="OCEL: the type of object that is the case")
    parser.add_argument(
        "--end", action="append", default=[], metavar="ACTIVITY",
        help="an end that is wanted, and so no drop-off; repeatable",
    )  # fmt: skip
    parser.add_argument("--top", type=int, default=10, metavar="N", help="lines of each table (10)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, count, print; exit code 1 when the file or the options can't be used."""
    given = {"case": arguments.case, "activity": arguments.activity, "at": arguments.time}
    request = Request(
        path=Path(arguments.file),
        columns={key: column for key, column in given.items() if column is not None},
        date_order=arguments.date_order,
        case_type=arguments.case_type,
        top=max(arguments.top, 1),
    )
    try:
        reading = read_paths(request)
        unknown = sorted(set(arguments.end) - {one.name for one in reading.summary.activities})
        if unknown:
            raise Refused(f"There is no activity {unknown[0]!r} in {request.path.name}.")
    except (IntakeError, Refused) as error:
        return _refuse(str(error), as_json=arguments.json)
    except OSError as error:
        return _refuse(f"{error.filename or request.path}: {error.strerror}", as_json=arguments.json)
    if arguments.json:
        print(json.dumps(facts(reading.summary, request.top, arguments.end), ensure_ascii=False, indent=2))
    else:
        _print(reading.summary, request.top, arguments.end)
    for sentence in reading.sentences():
        print(sentence, file=sys.stderr if arguments.json else sys.stdout)
    return 0


def _print(summary: CaseSummary, top: int, wanted: Sequence[str]) -> None:
    print(
        f"{summary.cases:,} cases, {summary.events:,} events, {len(summary.activities):,} activities, "
        f"{summary.variants:,} variants, {len(summary.edges):,} edges, {summary.transitions:,} transitions."
    )
    if not summary.cases:
        return
    print(f"{summary.first:%Y-%m-%d} to {summary.last:%Y-%m-%d} (UTC). {_case_length(summary)}")
    known = [one for one in summary.activities if one.starts or one.ends]
    _table(
        "Where cases start and end",
        ("Activity", "Cases start", "Cases end"),
        [
            (one.name, f"{one.starts:,}", f"{one.ends:,}")
            for one in sorted(known, key=lambda one: (-max(one.starts, one.ends), one.name))[:top]
        ],
    )
    _table(
        "The most taken paths",
        ("Cases", "Share", "Path"),
        [
            (f"{one.cases:,}", f"{one.cases / summary.cases:.1%}", _path(one.activities))
            for one in summary.top_variants[:top]
        ],
    )
    _table(
        "The longest waits: the median, with its 95 % interval by order statistics",
        ("From", "To", "n", "Median", "Interval"),
        [
            (
                one.before,
                one.after,
                f"{one.n:,}",
                stretch(one.median_wait),
                f"{stretch(one.low_wait)} to {stretch(one.high_wait)}",
            )
            for one in longest_waits(summary, top)
        ],
    )
    left_out = sum(one.n < LEAST for one in summary.edges)
    if left_out:
        print(
            f"{left_out:,} of {len(summary.edges):,} edges have fewer than {LEAST} waits, too few for an interval."
        )
    _table(
        "The largest drop-offs: cases that have nothing more, of those that came so far, with Wilson's 95 % interval",
        ("Activity", "Ended", "Of n", "Share", "Interval"),
        [
            (
                one.activity,
                f"{one.ended:,}",
                f"{one.share.n:,}",
                f"{one.share.value:.1%}",
                f"{one.share.low:.1%} to {one.share.high:.1%}",
            )
            for one in largest_drop_offs(summary, top, wanted)
        ],
    )
    print(
        "A case that ends here may have been finished, lost, or still be under way: the log does not say. Name a wanted end by --end."
    )


def _case_length(summary: CaseSummary) -> str:
    median = f"Half of the cases take no longer than {stretch(summary.median_duration)}"
    if summary.low_duration is None:
        return f"{median}; {summary.cases:,} cases are too few for an interval."
    return f"{median} (95 % interval {stretch(summary.low_duration)} to {stretch(summary.high_duration)})."


def _path(activities: Sequence[str]) -> str:
    shown = " → ".join(activities[:6])
    return f"{shown} → … ({len(activities):,} events)" if len(activities) > 6 else shown


def _table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Columns of numbers stand to the right, words to the left."""
    print(f"\n{title}")
    cut = [
        tuple(cell if len(cell) <= _LONGEST or "→" in cell else f"{cell[: _LONGEST - 1]}…" for cell in row)
        for row in rows
    ]
    widths = [max(len(row[place]) for row in (heads, *cut)) for place in range(len(heads))]
    is_number = [
        all(row[place][:1].isdigit() and " to " not in row[place] for row in cut)
        for place in range(len(heads))
    ]
    for row in (heads, *cut):
        cells = (
            f"{cell:>{width}}" if right else f"{cell:<{width}}"
            for cell, width, right in zip(row, widths, is_number, strict=True)
        )
        print(f"  {'  '.join(cells).rstrip()}")
    if not rows:
        print("  none")


def _refuse(message: str, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    else:
        print(f"candor: {message}", file=sys.stderr)
    return 1
