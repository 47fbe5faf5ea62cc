"""Untrusted files into typed rows: delimited tables and event logs, streamed in bounded memory.

A file is refused as a whole (`IntakeError`) or read to its end; a bad row is a `Problem`, never an exception and never a guess.
Pure: no Django, no clock, no network; only the named file is opened. Start with `open_table` or `open_events`.
"""

from candor.intake.batches import EventBatch, event_batches
from candor.intake.dates import (
    ORDER_NAMES,
    AmbiguousDateOrder,
    DateOrder,
    detect_date_order,
    detect_date_orders,
    order_of_dates,
    parse_date,
    parse_instant,
)
from candor.intake.errors import (
    BrokenArchive,
    BrokenJson,
    BrokenXml,
    EmptyFile,
    FileRefused,
    HeaderOnly,
    IntakeError,
    MissingColumns,
    NotATable,
    TooLarge,
    UnknownCaseType,
    UnsafeXml,
)
from candor.intake.events import EVENT_FIELDS, Event, EventLog, in_case_order, open_events
from candor.intake.fields import Field, Kind, Mapping, recognise
from candor.intake.json_stream import JsonItems, is_json, open_json
from candor.intake.numbers import AmbiguousDecimalMark, DecimalMark, detect_decimal_mark
from candor.intake.ocel import CaseType
from candor.intake.odd_times import OddTimes, Tally
from candor.intake.problems import Problem, csv_lines, plain_cell, safe_cell, write_problems
from candor.intake.sources import Limits
from candor.intake.table import Row, Table, open_table
from candor.intake.typed import Caution, Converter

__all__ = [
    "EVENT_FIELDS",
    "ORDER_NAMES",
    "AmbiguousDateOrder",
    "AmbiguousDecimalMark",
    "BrokenArchive",
    "BrokenJson",
    "BrokenXml",
    "CaseType",
    "Caution",
    "Converter",
    "DateOrder",
    "DecimalMark",
    "EmptyFile",
    "Event",
    "EventBatch",
    "EventLog",
    "Field",
    "FileRefused",
    "HeaderOnly",
    "IntakeError",
    "JsonItems",
    "Kind",
    "Limits",
    "Mapping",
    "MissingColumns",
    "NotATable",
    "OddTimes",
    "Problem",
    "Row",
    "Table",
    "Tally",
    "TooLarge",
    "UnknownCaseType",
    "UnsafeXml",
    "csv_lines",
    "detect_date_order",
    "detect_date_orders",
    "detect_decimal_mark",
    "event_batches",
    "in_case_order",
    "is_json",
    "open_events",
    "open_json",
    "open_table",
    "order_of_dates",
    "parse_date",
    "parse_instant",
    "plain_cell",
    "recognise",
    "safe_cell",
    "write_problems",
]
