"""Batches of columns hold the events that the log itself gives, however the file is read."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.intake import FileRefused, Problem, event_batches, open_events
from candor.intake.batches import micros_of
from candor.intake.plain_xes import NotPlain, plain_pieces
from candor.intake.sources import Limits, Source

HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0"><global><string key="concept:name" value="?"/></global>\n'
EVENT = '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="{}"/><int key="n" value="1"/></event>\n'
STAMP = "2020-02-29T23:59:59.123+01:00"


def event(name: str = "a", stamp: str = STAMP) -> str:
    return EVENT.format(name, stamp)


def trace(*events: str, name: str = "c1") -> str:
    return f'<trace>\n<string key="concept:name" value="{name}"/>{"".join(events)}</trace>\n'


def written(folder: Path, *traces: str, end: str = "</log>\n") -> Path:
    path = folder / "log.xes"
    path.write_text(HEADER + "".join(traces) + end, encoding="utf-8")
    return path


def by_events(path: Path) -> tuple[list[tuple[str, str, int]], list[Problem]]:
    items = list(open_events(path))
    good = [(e.case, e.activity, micros_of(e.at)) for e in items if not isinstance(e, Problem)]
    return good, [item for item in items if isinstance(item, Problem)]


def by_batches(path: Path, at_most: int = 2) -> tuple[list[tuple[str, str, int]], list[Problem]]:
    good, problems = [], []
    for item in event_batches(open_events(path), at_most=at_most):
        if isinstance(item, Problem):
            problems.append(item)
            continue
        cases, activities = list(item.case_names), list(item.activity_names)
        good += [
            (cases[c], activities[a], at)
            for c, a, at in zip(item.cases, item.activities, item.micros, strict=True)
        ]
    return good, problems


def is_plain(path: Path) -> bool:
    with Source(path, Limits()) as source:
        try:
            return bool([*plain_pieces(source)])
        except NotPlain:
            return False


PLAIN = [
    trace(event(), event("b", "2020-01-01T00:00:00Z")) + trace(event("ü", "1948-01-01T00:00:00.5-11:30"), name="Ä"),
    trace(event("a &amp; b"), event("&lt;x&gt;")),
    trace() + trace(event(" spaced ")) + trace(event(stamp="2020-01-01T00:00:00.123456+00:00")),
    trace(event(), name="c1") + trace(event(), name="c1"),
    trace(*(event(letter * length) for letter in "ab" for length in (7, 8, 9, 31, 64, 65, 300))),
    trace(event("abcdefgh"), event("abcdefgh1"), event("abcdefgi"), event("abcdefgh")),
    trace('<event><id key="x" value=""/><date key="time:timestamp" value="2020-01-01T00:00:00Z"/><string key="concept:name" value="z>"/></event>'),
]  # fmt: skip
ODD = [
    trace(event(stamp="2020-01-01T00:00:00")),
    trace(event(stamp="2020-02-30T00:00:00Z")),
    trace(event(stamp="soon")),
    trace(event(""), event("b")),
    trace("<!-- <event> -->", event()),
    trace('<event><string value="a" key="concept:name"/><date key="time:timestamp" value="2020-01-01T00:00:00Z"/></event>'),
    trace("<event><string key='concept:name' value='a'/><date key='time:timestamp' value='2020-01-01T00:00:00Z'/></event>"),
    trace('<event><string key="x" value="y"><string key="concept:name" value="deep"/></string></event>', event()),
    trace(event("&#65;"), event("a\tb")),
    trace(event(), '<string key="late" value="1"/>'),
    trace('<event><string key="concept:name" value="a"/></event>', event("b")),
    trace('<event><string key="concept:name" value="a"/><string key="concept:name" value="b"/><date key="time:timestamp" value="2020-01-01T00:00:00Z"/></event>'),
    trace("<event/>", event()),
    trace('<event><list key="l"><values><string key="concept:name" value="in a list"/></values></list></event>', event()),
    "<trace>" + event() + "</trace>",
    "<trace >" + event() + "</trace>" + trace(event()),
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_the_common_form_is_read_at_once_and_right(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    assert is_plain(path)
    assert by_batches(path) == by_events(path)


@pytest.mark.parametrize("text", ODD)
def test_what_is_odd_is_left_to_the_careful_reader_from_where_it_comes(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, trace(event()), text)
    assert not is_plain(path)
    assert by_batches(path) == by_events(path)


@pytest.mark.parametrize("end", ["", "</log><log/>", "<trace>", "</log> text", "</log><!-- the end -->"])
def test_a_file_ends_as_a_log_does(tmp_path: Path, end: str) -> None:
    path = written(tmp_path, trace(event()), end=end)
    assert not is_plain(path)
    try:
        expected = by_events(path)
    except FileRefused as error:
        with pytest.raises(type(error)):
            by_batches(path)
    else:
        assert by_batches(path) == expected


def test_other_encodings_and_declared_entities_are_not_plain(tmp_path: Path) -> None:
    text = HEADER.replace("UTF-8", "ISO-8859-1") + trace(event("ü")) + "</log>"
    (tmp_path / "latin.xes").write_bytes(text.encode("latin-1"))
    assert not is_plain(tmp_path / "latin.xes")
    assert by_batches(tmp_path / "latin.xes") == by_events(tmp_path / "latin.xes")
    declared = (
        HEADER.replace("<log", '<!DOCTYPE log [<!ENTITY a "b">]><log', 1) + trace(event("&a;")) + "</log>"
    )
    (tmp_path / "entity.xes").write_text(declared)
    assert not is_plain(tmp_path / "entity.xes")
    with pytest.raises(FileRefused):
        by_batches(tmp_path / "entity.xes")


@given(st.lists(st.lists(st.tuples(st.text(min_size=1, max_size=6), st.datetimes()), max_size=4), max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_names_and_times_come_out_as_by_the_careful_reader(
    tmp_path_factory: pytest.TempPathFactory, cases: list[list[tuple[str, object]]]
) -> None:
    def safe(text: str) -> str:
        return (
            "".join(c for c in text if c.isprintable())
            .replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace('"', "&quot;")
        )

    traces = [
        trace(*(event(safe(name), f"{at}Z".replace(" ", "T")) for name, at in case), name=f"c{number % 3}")
        for number, case in enumerate(cases)
    ]
    path = written(tmp_path_factory.mktemp("any"), *traces)
    assert by_batches(path) == by_events(path)


def test_real_logs_are_of_the_common_form(real_data: Path, tmp_path: Path) -> None:
    for name in ("receipt/receipt.xes.gz", "running_example/running-example.xes"):
        path = real_data / name
        assert by_batches(path, 1000) == by_events(path)
    assert is_plain(real_data / "receipt" / "receipt.xes.gz")
    packed = real_data / "receipt" / "receipt.xes.gz"
    broken = tmp_path / "cut.xes"
    broken.write_bytes(gzip.decompress(packed.read_bytes())[:200_000])
    with pytest.raises(FileRefused):
        by_batches(broken)
