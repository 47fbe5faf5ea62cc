"""Named queries: facts in, small frozen rows out, each written once in the SQL that DuckDB, PostgreSQL and Spark agree on
(CTEs, explicit tie-breaks, `?` for every value; no QUALIFY, GROUP BY ALL, arg_max, intervals or approximate functions)."""

from candor.warehouse.queries.answers import Cell, Histogram, Span, answer_span, bands, counts_by, histograms
from candor.warehouse.queries.conformance import Added, Conformance, Designed, DesignedStep, conformance
from candor.warehouse.queries.drift import Drift, PathMix, paths_by_month
from candor.warehouse.queries.episodes import (
    Behind,
    Episode,
    episodes_behind,
    events_of_journey,
    last_event_at,
)
from candor.warehouse.queries.events import (
    CustomerEpisode,
    Event,
    EventFilter,
    episodes_of_customer,
    events_of_customer,
)
from candor.warehouse.queries.filters import EVERYTHING, GROUPS, Filter
from candor.warehouse.queries.funnels import Closing, Elapsed, Funnel, FunnelOf, FunnelStep, funnel
from candor.warehouse.queries.health import LogHealth, log_health
from candor.warehouse.queries.passes import Passed, Passes, Passing, channels_of_cases, passes
from candor.warehouse.queries.paths import (
    NO_CASES,
    Activity,
    CaseSummary,
    Edge,
    Paths,
    Places,
    Stretch,
    Variant,
    event_cases,
    event_cases_by,
    event_cases_of_two,
)
from candor.warehouse.queries.rework import PingPong, Repeat, Rework, Reworked, rework
from candor.warehouse.queries.spectrum import Began, Spectrum, spectrum
from candor.warehouse.queries.stops import FirstPass, Stop, first_passes, stops
from candor.warehouse.queries.touchpoints import Between, TimeBetween, time_between
from candor.warehouse.queries.transitions import Ending, Move, TowardsGoal, Transitions, WayTaken, transitions
from candor.warehouse.queries.waiting import BlockWaits, Waiting, Waits, waiting
from candor.warehouse.queries.ways import CASE_GROUPS, EVERYBODY, Log, ask, ask_one, way_of, way_of_two

__all__ = [
    "CASE_GROUPS",
    "EVERYBODY",
    "EVERYTHING",
    "GROUPS",
    "NO_CASES",
    "Activity",
    "Added",
    "Began",
    "Behind",
    "Between",
    "BlockWaits",
    "CaseSummary",
    "Cell",
    "Closing",
    "Conformance",
    "CustomerEpisode",
    "Designed",
    "DesignedStep",
    "Drift",
    "Edge",
    "Elapsed",
    "Ending",
    "Episode",
    "Event",
    "EventFilter",
    "Filter",
    "FirstPass",
    "Funnel",
    "FunnelOf",
    "FunnelStep",
    "Histogram",
    "Log",
    "LogHealth",
    "Move",
    "Passed",
    "Passes",
    "Passing",
    "PathMix",
    "Paths",
    "PingPong",
    "Places",
    "Repeat",
    "Rework",
    "Reworked",
    "Span",
    "Spectrum",
    "Stop",
    "Stretch",
    "TimeBetween",
    "TowardsGoal",
    "Transitions",
    "Variant",
    "Waiting",
    "Waits",
    "WayTaken",
    "answer_span",
    "ask",
    "ask_one",
    "bands",
    "channels_of_cases",
    "conformance",
    "counts_by",
    "episodes_behind",
    "episodes_of_customer",
    "event_cases",
    "event_cases_by",
    "event_cases_of_two",
    "events_of_customer",
    "events_of_journey",
    "first_passes",
    "funnel",
    "histograms",
    "last_event_at",
    "log_health",
    "passes",
    "paths_by_month",
    "rework",
    "spectrum",
    "stops",
    "time_between",
    "transitions",
    "waiting",
    "way_of",
    "way_of_two",
]
