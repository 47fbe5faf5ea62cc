"""`candor score`: scores of a file with their intervals, as a table, JSON or a page. Needs no workspace."""

import argparse
import json
import sys
from pathlib import Path

from candor.analytics import AnalyticsError, Histogram, total_of
from candor.intake import IntakeError

from .measures import MEASURES, Measure
from .page import page
from .reading import Reading, WrongColumn, read_answers
from .results import Result, estimate_groups, tier_groups

_EXAMPLES = """examples:
  candor score 2017.csv.gz --measure nps --score NETPRO --blank 11
  candor score 2017.csv.gz --measure nps --score NETPRO --blank 11 --weight WEIGHT --by DESTGEO
  candor score survey.csv --measure csat --score satisfaction --by branch --html report.html
  candor score survey.csv --measure ces --score effort --scale 1-5 --reversed --json
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "score",
        help="scores of a CSV with their intervals; needs no workspace",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", help="CSV, also .gz or .zip: one row an answer")
    parser.add_argument("--measure", required=True, choices=sorted(MEASURES), help="what to compute")
    parser.add_argument("--score", required=True, metavar="COLUMN", help="the column of answers")
    parser.add_argument("--weight", metavar="COLUMN", help="a column of weights")
    parser.add_argument(
        "--blank", action="append", default=[], metavar="CODE", help="a code that means no answer; repeatable"
    )
    parser.add_argument("--by", metavar="COLUMN", help="one score for each value of this column")
    parser.add_argument(
        "--favourable", type=int, metavar="CELLS", help="csat, ces: how many cells at the good end count"
    )
    parser.add_argument(
        "--scale",
        metavar="LOW-HIGH",
        help="ends of the scale; left out: csat 1-5, ces 1-7, mean what was answered",
    )
    parser.add_argument(
        "--reversed", action="store_true", help="csat, ces: the low answers are the good ones"
    )
    parser.add_argument(
        "--least", type=int, default=30, metavar="N", help="fewer answers are shown as words (30)"
    )
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals (0.95)")
    parser.add_argument("--json", action="store_true", help="print a JSON list of objects, one a group")
    parser.add_argument("--html", type=Path, metavar="OUT", help="also write a page with charts")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, estimate, print; exit code 1 when the file or the options can't be used."""
    try:
        reading = read_answers(
            arguments.file,
            score=arguments.score,
            weight=arguments.weight,
            by=arguments.by,
            blanks=arguments.blank,
            allowed=MEASURES[arguments.measure].allowed,
        )
        everyone = total_of(reading.groups.values())
        measure = Measure.chosen(
            arguments.measure,
            everyone,
            favourable=arguments.favourable,
            scale=arguments.scale,
            is_reversed=arguments.reversed,
        )
        results = estimate_groups(measure, reading.groups, level=arguments.level, least_n=arguments.least)
        whole = measure.estimate(everyone, level=arguments.level, least_n=arguments.least)
        _print(arguments, measure, reading, results, Result("All", whole))
        if arguments.html:
            _write_page(arguments, measure, reading, results, Result("All", whole), everyone)
    except (IntakeError, AnalyticsError, WrongColumn) as error:
        return _refuse(str(error), as_json=arguments.json)
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}", as_json=arguments.json)
    return 0


def _print(
    arguments: argparse.Namespace, measure: Measure, reading: Reading, results: list[Result], whole: Result
) -> None:
    if arguments.json:
        shown = results if arguments.by else [whole]
        print(json.dumps([result.facts() for result in shown], ensure_ascii=False, indent=2))
    else:
        lines = [*results, whole] if arguments.by else [whole]
        _print_table(measure, lines, by=arguments.by or "", level=arguments.level)
    for note in [*measure.notes(), *reading.notes()]:
        print(note, file=sys.stderr if arguments.json else sys.stdout)


def _print_table(measure: Measure, results: list[Result], *, by: str, level: float) -> None:
    heads = (by, measure.label, f"{level:.0%} interval", "Answers")
    rows = [(result.group, *measure.cells(result.estimate), f"{result.estimate.n:,}") for result in results]
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(4)]
    for row in (heads, *rows):
        name, value, interval, n = row
        print(
            f"{name:<{widths[0]}}  {value:<{widths[1]}}  {interval:<{widths[2]}}  {n:>{widths[3]}}".strip()
            if by
            else f"{value:<{widths[1]}}  {interval:<{widths[2]}}  {n:>{widths[3]}}"
        )
    methods = sorted({result.estimate.method for result in results if result.estimate.n})
    print(f"\nMethod: {'; '.join(methods) or 'none'}.")
    if results[-1].estimate.design_effect:
        whole = results[-1].estimate
        print(
            f"Weighted: design effect {whole.design_effect:.2f}, "
            f"as sure as {whole.n_effective:,.0f} answers of equal weight."
        )


def _write_page(
    arguments: argparse.Namespace,
    measure: Measure,
    reading: Reading,
    results: list[Result],
    whole: Result,
    everyone: Histogram,
) -> None:
    tiers = tier_groups(measure, reading.groups, least_n=arguments.least) if arguments.by else {}
    arguments.html.write_text(
        page(
            measure=measure,
            source=Path(arguments.file).name,
            column=arguments.score.strip(),
            by=(arguments.by or "").strip(),
            results=results if arguments.by else [],
            whole=whole,
            everyone=everyone,
            tiers=tiers,
            notes=[*measure.notes(), *reading.notes()],
        ),
        encoding="utf-8",
    )
    print(f"Written: {arguments.html}", file=sys.stderr)


def _refuse(message: str, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": message}))
    else:
        print(f"candor: {message}", file=sys.stderr)
    return 1
