"""Events from the future, from 1948, out of order and doubled: counted with examples, never changed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from candor.intake import Event
from candor.intake.odd_times import OddTimes

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def an_event(
    case: str, activity: str, hours: float, position: int = 1, lifecycle: str | None = None
) -> Event:
    return Event(case, activity, NOW + timedelta(hours=hours), None, lifecycle, {}, {}, position)


def found(*events: Event) -> dict[str, int]:
    odd = OddTimes(NOW)
    for event in events:
        odd.look(event)
    return {name: tally.n for name, tally in odd.found.items()}


def test_a_tidy_log_has_nothing_odd() -> None:
    assert (
        found(an_event("1", "a", -3), an_event("2", "a", -9), an_event("1", "b", -3), an_event("1", "c", -1))
        == {}
    )


def test_each_oddity_is_told_apart() -> None:
    old = Event("9", "born", datetime(1948, 2, 29, tzinfo=UTC), None, None, {}, {}, 1)
    assert found(an_event("1", "a", 0.05)) == {}, "clocks may be five minutes ahead"
    assert found(an_event("1", "a", 1)) == {"future": 1}
    assert found(old) == {"before_1970": 1}
    assert found(an_event("1", "a", -1), an_event("2", "b", -5), an_event("1", "b", -2)) == {
        "out_of_order": 1
    }
    assert found(an_event("1", "a", -1), an_event("1", "b", -1), an_event("1", "a", -1)) == {"doubled": 1}
    started, ended = (an_event("1", "a", -1, lifecycle=word) for word in ("start", "complete"))
    assert found(started, ended) == {}


def test_one_late_outlier_does_not_make_all_that_follow_odd() -> None:
    hours = [-9, -8, -20, -7, -6]
    assert found(*(an_event("1", str(n), hour) for n, hour in enumerate(hours))) == {"out_of_order": 1}


def test_examples_are_the_first_ones_and_few() -> None:
    odd = OddTimes(NOW)
    for n in range(20):
        odd.look(an_event(str(n), "a", 1, position=n))
    assert [e.position for e in odd.take()["future"].examples] == [0, 1, 2, 3, 4]
    assert odd.take() == {}


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("ab"), st.integers(-50, 50)), max_size=40))
def test_counts_are_what_a_plain_reading_says(rows: list[tuple[str, str, int]]) -> None:
    events = [an_event(case, activity, hour) for case, activity, hour in rows]
    before = [[e for e in events[:n] if e.case == event.case] for n, event in enumerate(events)]
    late = sum(any(e.at > event.at for e in seen) for event, seen in zip(events, before, strict=True))
    assert found(*events).get("out_of_order", 0) == late
    assert found(*events).get("future", 0) == sum(e.at > NOW for e in events)
