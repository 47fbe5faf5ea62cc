"""The arithmetic of clocks: holidays, weekends, pauses, hours, zones and days that are longer or shorter than others."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candor.apps.complaints.clocks import Terms
from candor.apps.complaints.working_time import (
    Span,
    Term,
    TimeUnit,
    WorkCalendar,
    due_at,
    holidays_of,
)

LONDON = WorkCalendar(zone="Europe/London", country="GB", subdivision="ENG")
NEW_YORK = WorkCalendar(zone="America/New_York", country="US")
PLAIN = WorkCalendar()


def _london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/London"))


def test_three_business_days_step_over_a_weekend_and_a_bank_holiday() -> None:
    """Received on the Thursday before Easter 2026: Good Friday, the weekend and Easter Monday do not count."""
    due = due_at(Term(3, TimeUnit.WORKING_DAYS), start=_london(2026, 4, 2, 10), calendar=LONDON)
    assert due == _london(2026, 4, 9, 17)


def test_eight_weeks_end_with_the_same_weekday() -> None:
    due = due_at(Term(8, TimeUnit.WEEKS), start=_london(2026, 3, 3, 15), calendar=LONDON)
    assert due == _london(2026, 4, 29, 0), "from midnight on after Tuesday, 28 April"


def test_six_months_from_the_last_of_august_end_with_february() -> None:
    due = due_at(Term(6, TimeUnit.MONTHS), start=_london(2026, 8, 31, 12), calendar=LONDON)
    assert due == _london(2027, 3, 1, 0)


def test_what_comes_after_closing_counts_as_received_on_the_next_working_day() -> None:
    term, friday_evening = Term(1, TimeUnit.WORKING_DAYS), _london(2026, 6, 5, 18)
    assert due_at(term, start=friday_evening, calendar=LONDON, from_working_day=True) == _london(
        2026, 6, 9, 17
    )
    assert due_at(term, start=friday_evening, calendar=LONDON) == _london(2026, 6, 8, 17)


def test_own_days_off_and_days_worked_stand_above_weekday_and_holiday() -> None:
    own = WorkCalendar(country="GB", subdivision="ENG", days_off=(date(2026, 6, 2),), days_worked=(date(2026, 6, 6), date(2026, 5, 25)))  # fmt: skip
    assert not own.is_working(date(2026, 6, 2))
    assert own.is_working(date(2026, 6, 6)), "a Saturday that is worked"
    assert own.is_working(date(2026, 5, 25)), "a bank holiday that is worked"


def test_a_day_counts_unless_the_clock_stood_still_for_all_of_it() -> None:
    term, start = Term(3, TimeUnit.WORKING_DAYS), datetime(2026, 6, 1, 10, tzinfo=UTC)
    short = [Span(datetime(2026, 6, 2, 9, tzinfo=UTC), datetime(2026, 6, 2, 16, 59, tzinfo=UTC))]
    whole = [Span(datetime(2026, 6, 2, 9, tzinfo=UTC), datetime(2026, 6, 2, 17, tzinfo=UTC))]
    assert due_at(term, start=start, calendar=PLAIN, paused=short) == datetime(2026, 6, 4, 17, tzinfo=UTC)
    assert due_at(term, start=start, calendar=PLAIN, paused=whole) == datetime(2026, 6, 5, 17, tzinfo=UTC)


def test_working_hours_run_only_while_the_company_is_open_and_the_clock_runs() -> None:
    friday = datetime(2026, 6, 5, 15, tzinfo=UTC)
    term = Term(4, TimeUnit.WORKING_HOURS)
    assert due_at(term, start=friday, calendar=PLAIN) == datetime(2026, 6, 8, 11, tzinfo=UTC)
    pause = [Span(datetime(2026, 6, 8, 9, 30, tzinfo=UTC), datetime(2026, 6, 8, 10, tzinfo=UTC))]
    assert due_at(term, start=friday, calendar=PLAIN, paused=pause) == datetime(
        2026, 6, 8, 11, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_at_the_change_of_the_clocks_is_still_one_day(day: date, hours: int) -> None:
    whole = LONDON.whole(day)
    assert whole.end - whole.start == timedelta(hours=hours)
    start = datetime.combine(day - timedelta(days=1), time(12), ZoneInfo("Europe/London"))
    due = due_at(Term(2, TimeUnit.DAYS), start=start, calendar=LONDON)
    assert due.astimezone(ZoneInfo("Europe/London")).time() == time(0)
    assert LONDON.day_of(due) == day + timedelta(days=2)


def test_the_same_instant_is_another_day_elsewhere() -> None:
    instant = datetime(2026, 6, 2, 2, tzinfo=UTC)  # still 1 June in New York
    term = Term(1, TimeUnit.DAYS)
    assert due_at(term, start=instant, calendar=NEW_YORK) == datetime(2026, 6, 3, 4, tzinfo=UTC)
    assert due_at(term, start=instant, calendar=PLAIN) == datetime(2026, 6, 4, 0, tzinfo=UTC)


def test_calendars_that_make_no_sense_are_refused() -> None:
    for wrong in ({"weekdays": ()}, {"weekdays": (7,)}, {"opens": time(17)}, {"zone": "Atlantis/City"}, {"country": "ZZ"}):  # fmt: skip
        with pytest.raises(ValueError, match=r".+"):
            WorkCalendar(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="1 to 1,000"):
        Term(0, TimeUnit.DAYS)


def test_terms_survive_being_stored() -> None:
    terms = Terms(
        acknowledge=Term(3, TimeUnit.WORKING_DAYS), decide=Term(8, TimeUnit.WEEKS), refer=Term(6, TimeUnit.MONTHS),
        ombudsman_name="Ombudsman", most_paused_days=10, from_working_day=True, calendar=LONDON,
    )  # fmt: skip
    assert Terms.from_stored(terms.to_stored()) == terms


def test_holidays_are_named() -> None:
    assert (date(2026, 4, 3), "Good Friday") in holidays_of(LONDON, 2026)
    assert holidays_of(PLAIN, 2026) == []


# -- Whatever the calendar, the term and the pauses ------------------------------------------------------------------

ZONES = ["UTC", "Europe/London", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Australia/Lord_Howe", "Africa/Casablanca"]  # fmt: skip
calendars = st.builds(
    WorkCalendar,
    zone=st.sampled_from(ZONES),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found))),
    opens=st.times(time(0), time(11)),
    closes=st.times(time(12), time(23, 59)),
    country=st.sampled_from(["", "GB", "US", "DE"]),
    days_off=st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=4).map(tuple),
)
calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
terms = st.builds(Term, st.integers(1, 30), st.sampled_from(list(TimeUnit)))
days = st.builds(Term, st.integers(1, 30), st.sampled_from([TimeUnit.WORKING_DAYS, TimeUnit.DAYS, TimeUnit.WEEKS]))  # fmt: skip
starts = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC))


@st.composite
def pauses(draw: st.DrawFn) -> list[Span]:
    first = draw(st.lists(st.tuples(starts, st.timedeltas(timedelta(minutes=1), timedelta(days=20))), max_size=4))  # fmt: skip
    return [Span(at, at + long) for at, long in first]


@calmly
@given(terms, starts, calendars, pauses())
def test_a_clock_ends_after_it_begins_and_no_pause_brings_it_forward(
    term: Term, start: datetime, calendar: WorkCalendar, paused: list[Span]
) -> None:
    plain = due_at(term, start=start, calendar=calendar)
    late = due_at(term, start=start, calendar=calendar, paused=paused)
    assert start < plain <= late


@calmly
@given(terms, starts, calendars, pauses())
def test_pauses_mean_the_same_in_any_order_and_cut_into_pieces(
    term: Term, start: datetime, calendar: WorkCalendar, paused: list[Span]
) -> None:
    due = due_at(term, start=start, calendar=calendar, paused=paused)
    halves = [part for one in paused for mid in [one.start + (one.end - one.start) / 2] for part in (Span(one.start, mid), Span(mid, one.end))]  # fmt: skip
    assert due_at(term, start=start, calendar=calendar, paused=[*reversed(halves)]) == due
    assert due_at(term, start=start, calendar=calendar, paused=[*paused, *paused]) == due


@calmly
@given(terms, starts, calendars, pauses())
def test_a_pause_after_the_end_changes_nothing(
    term: Term, start: datetime, calendar: WorkCalendar, paused: list[Span]
) -> None:
    due = due_at(term, start=start, calendar=calendar, paused=paused)
    after = Span(due, due + timedelta(days=9))
    assert due_at(term, start=start, calendar=calendar, paused=[*paused, after]) == due


@calmly
@given(days, starts, calendars, pauses())
def test_as_many_days_count_as_the_term_has(
    term: Term, start: datetime, calendar: WorkCalendar, paused: list[Span]
) -> None:
    """Counted anew, day by day, from the other end."""
    due = due_at(term, start=start, calendar=calendar, paused=paused)
    last = calendar.day_of(due - timedelta(microseconds=1))
    first = calendar.day_of(start)
    is_working = term.unit == TimeUnit.WORKING_DAYS
    counted = 0
    for n in range(1, (last - first).days + 1):
        day = first + timedelta(days=n)
        span = calendar.hours(day) if is_working else calendar.whole(day)
        if is_working and not calendar.is_working(day):
            continue
        minutes = _covered(span, paused)
        counted += minutes < span.end - span.start
    assert counted == term.amount * (7 if term.unit == TimeUnit.WEEKS else 1)


def _covered(span: Span, paused: list[Span]) -> timedelta:
    """How much of a stretch is under any of the pauses, by its corners."""
    corners = sorted(
        {span.start, span.end, *(at for one in paused for at in one if span.start < at < span.end)}
    )
    pieces = pairwise(corners)
    return sum(
        (
            end - start
            for start, end in pieces
            if any(one.start <= start and end <= one.end for one in paused)
        ),
        timedelta(),
    )


@calmly
@given(starts, calendars, st.integers(1, 60))
def test_one_more_unit_never_ends_earlier(start: datetime, calendar: WorkCalendar, amount: int) -> None:
    for unit in TimeUnit:
        one, more = (due_at(Term(n, unit), start=start, calendar=calendar) for n in (amount, amount + 1))
        assert one < more


@calmly
@given(starts, calendars, st.integers(1, 40))
def test_working_days_are_counted_back(start: datetime, calendar: WorkCalendar, amount: int) -> None:
    due = due_at(Term(amount, TimeUnit.WORKING_DAYS), start=start, calendar=calendar)
    first, last = calendar.day_of(start), calendar.day_of(due - timedelta(microseconds=1))
    after = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    assert sum(map(calendar.is_working, after)) == amount
