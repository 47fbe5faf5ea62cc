"""Named queries: facts in, small frozen rows out, each written once in the SQL that DuckDB, PostgreSQL and Spark agree on
(CTEs, explicit tie-breaks, `?` for every value; no QUALIFY, GROUP BY ALL, arg_max, intervals or approximate functions)."""

from candor.warehouse.queries.answers import Cell, Histogram, Span, answer_span, bands, counts_by, histograms
from candor.warehouse.queries.events import (
    Activity,
    CaseSummary,
    Edge,
    Event,
    EventFilter,
    Variant,
    event_cases,
    events_of_customer,
)
from candor.warehouse.queries.filters import EVERYTHING, GROUPS, Filter

__all__ = [
    "EVERYTHING",
    "GROUPS",
    "Activity",
    "CaseSummary",
    "Cell",
    "Edge",
    "Event",
    "EventFilter",
    "Filter",
    "Histogram",
    "Span",
    "Variant",
    "answer_span",
    "bands",
    "counts_by",
    "event_cases",
    "events_of_customer",
    "histograms",
]
