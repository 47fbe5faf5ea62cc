"""Event logs, as XES and as tables, tidy, damaged and hostile."""

import gzip
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from candor.intake import (
    AmbiguousDateOrder,
    BrokenXml,
    Event,
    Limits,
    MissingColumns,
    Problem,
    TooLarge,
    UnsafeXml,
    in_case_order,
    open_events,
)

Write = Callable[[str], Path]
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str) -> Path:
        path = tmp_path / "log"
        path.write_text(content)
        return path

    return write


def event(activity: str = "ask", at: str = "2020-01-31T12:00:00.000+01:00", more: str = "") -> str:
    return f'<event><string key="concept:name" value="{activity}"/><date key="time:timestamp" value="{at}"/>{more}</event>'


def trace(*events: str, name: str = "7", more: str = "") -> str:
    return f'<trace><string key="concept:name" value="{name}"/>{more}{"".join(events)}</trace>'


def read(path: Path, **options: object) -> tuple[list[Event], list[Problem]]:
    items = list(open_events(path, **options))
    return [i for i in items if isinstance(i, Event)], [i for i in items if isinstance(i, Problem)]


def test_an_event_carries_what_the_log_says_of_it_and_of_its_case(write: Write) -> None:
    more = (
        '<string key="org:resource" value="Pete"/><string key="lifecycle:transition" value="complete"/>'
        '<int key="cost" value="50"><string key="currency" value="EUR"/></int><list key="tags"><string key="concept:name" value="no"/></list>'
    )
    of_case = '<date key="due" value="2020-02-01T00:00:00+01:00"/><string key="empty" value=""/>'
    (found,), problems = read(write(HEAD + trace(event(more=more), name="NA", more=of_case) + "</log>"))
    assert problems == []
    assert found == Event(
        case="NA",
        activity="ask",
        at=datetime(2020, 1, 31, 11, tzinfo=UTC),
        resource="Pete",
        lifecycle="complete",
        attributes={"cost": "50"},
        case_attributes={"due": "2020-01-31T23:00:00+00:00"},
        position=1,
    )


def test_defaults_and_statistics_of_the_log_are_no_events(write: Write) -> None:
    content = (
        '<global scope="event"><string key="concept:name" value="UNKNOWN"/></global>'
        '<float key="meta"><trace><event/></trace></float>'
    )
    found, problems = read(write(HEAD + content + trace(event()) + "</log>"))
    assert (len(found), problems) == (1, [])


def test_what_an_event_lacks_is_a_problem_and_the_others_come_through(write: Write) -> None:
    good = event()
    nameless = "<trace>" + good + "</trace>"
    bad = trace(
        event(activity=""),
        '<event><string key="concept:name" value="x"/></event>',
        event(at="yesterday"),
        good,
    )
    found, problems = read(write(HEAD + nameless + bad + "</log>"))
    assert [e.position for e in found] == [5]
    assert [(p.row, p.column) for p in problems] == [
        (1, "case:concept:name"),
        (2, "concept:name"),
        (3, "time:timestamp"),
        (4, "time:timestamp"),
    ]
    assert problems[2].message == "Event 3 (line 2) has no time:timestamp."
    assert problems[3].value == "yesterday"


def test_times_without_a_zone_hang_where_the_log_was_written(write: Write) -> None:
    path = write(HEAD + trace(event(at="2020-07-01T12:00:00")) + "</log>")
    (found,), _ = read(path, zone=ZoneInfo("Europe/Amsterdam"))
    assert found.at == datetime(2020, 7, 1, 10, tzinfo=UTC)


def test_names_with_a_prefix_are_the_same_names(write: Write) -> None:
    body = trace(event()).replace("<", "<x:").replace("<x:/", "</x:")
    (found,), _ = read(write(f'<x:log xmlns:x="http://www.xes-standard.org/">{body}</x:log>'))
    assert (found.case, found.activity) == ("7", "ask")


def test_events_of_one_instant_stay_in_file_order(write: Write) -> None:
    late = event("late", "2020-02-01T00:00:00Z")
    found, _ = read(write(HEAD + trace(late, event("b"), event("a"), event("c")) + "</log>"))
    assert [e.activity for e in in_case_order(found)] == ["b", "a", "c", "late"]


def test_an_import_of_a_log_goes_on_where_it_stopped(write: Write) -> None:
    path = write(HEAD + trace(*(event(str(n)) for n in range(9))) + "</log>")
    assert [e.activity for e in open_events(path).events(start=8) if isinstance(e, Event)] == ["7", "8"]


LAUGHS = '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
SECRETS = '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE log SYSTEM "http://example.org/log.dtd">'


@pytest.mark.parametrize("declaration", [LAUGHS, SECRETS, REMOTE, "<!DOCTYPE log>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_log_that_declares_anything_is_refused(tmp_path: Path, declaration: str, encoding: str) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(f'<?xml version="1.0"?>{declaration}<log>{trace(event("&b;"))}</log>'.encode(encoding))
    with pytest.raises(UnsafeXml):
        list(open_events(path))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEAD + trace(event()), "no element found|unclosed"),
        (HEAD + "<trace></log>", "mismatched tag"),
        (HEAD + trace(event("&b;")) + "</log>", "undefined entity"),
        ("<html><body/></html>", "begins with <html>"),
        ("<", "token|no element"),
    ],
)
def test_broken_xml_is_named_with_its_line(write: Write, content: str, reason: str) -> None:
    with pytest.raises(BrokenXml, match=reason):
        list(open_events(write(content)))


def test_events_before_the_break_are_given_first(write: Write) -> None:
    items = iter(open_events(write(HEAD + trace(event()) + "<trace></log>")))
    assert isinstance(next(items), Event)
    with pytest.raises(BrokenXml):
        next(items)


@pytest.mark.parametrize(
    "body",
    [
        trace(event("z" * 9_000_000)),
        "<!--" + "z" * 9_000_000 + "-->",
        trace(event(more="".join(f'<string key="k{n}" value="v"/>' for n in range(30_000)))),
        trace(event(more="<a>" * 100_000)),
        trace(more="".join(f'<string key="k{n}" value="v"/>' for n in range(30_000))),
        trace(more="<a>" * 100_000),
        "<a>" * 100_000,
    ],
    ids=[
        "attribute",
        "comment",
        "attributes",
        "depth of event",
        "attributes of case",
        "depth of case",
        "depth of log",
    ],
)
def test_whatever_would_grow_without_bound_is_stopped(write: Write, body: str) -> None:
    with pytest.raises(TooLarge):
        list(open_events(write(HEAD + body + "</log>")))


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write(HEAD + '<trace><string key="concept:name" value="1"/>')
        for n in range(100_000):
            file.write(event(str(n)))
        file.write("</trace></log>")
    tracemalloc.start()
    count = sum(1 for _ in open_events(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 20_000_000


def test_a_table_of_events_is_recognised_by_its_columns(write: Write) -> None:
    path = write(
        "case,activity,resource,start_time,end_time,case:channel,cost\nNA,ask,Pete,2020-01-31T12:00:00+01:00,2020-01-31T13:00:00+01:00,web,5\n"
    )
    (found,), _ = read(path)
    assert found == Event(
        case="NA",
        activity="ask",
        at=datetime(2020, 1, 31, 11, tzinfo=UTC),
        resource="Pete",
        lifecycle=None,
        attributes={"cost": "5"},
        case_attributes={"channel": "web"},
        position=2,
        ended_at=datetime(2020, 1, 31, 12, tzinfo=UTC),
    )


def test_a_table_without_times_is_no_log(write: Write) -> None:
    with pytest.raises(MissingColumns, match="Time"):
        open_events(write("case,activity\n1,a\n"))


def test_the_order_of_a_tables_dates_is_found_or_asked_for(write: Write) -> None:
    found, _ = read(write("case;activity;timestamp\n1;a;01-02-2020 10:00\n1;b;31-12-2020 10:00\n"))
    assert [e.at.month for e in found] == [2, 12]
    path = write("case;activity;timestamp\n1;a;01-02-2020 10:00\n1;;02-02-2020 10:00\n")
    assert isinstance(open_events(path).date_order, AmbiguousDateOrder)
    found, problems = read(path)
    assert (found, [p.row for p in problems]) == ([], [2, 3, 3])
    found, problems = read(path, date_order="MDY")
    assert [e.at.month for e in found] == [1]
    assert [(p.row, p.column) for p in problems] == [(3, "activity")]


def test_limits_reach_the_log(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress((HEAD + trace(*[event()] * 50_000) + "</log>").encode()))
    with pytest.raises(TooLarge):
        list(open_events(path, limits=Limits(ratio_after=1 << 20, ratio=20)))
