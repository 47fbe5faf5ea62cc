"""The people of the lender: 120 loan officers in teams for every 20,000 customers.

Each chunk of customers brings its own crew, in new teams of the same twenty branches.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from candor.demo import truths
from candor.demo.clock import WINDOW_DAYS, Clock, Floats, Ints
from candor.demo.names import ORIGINS, plain
from candor.demo.places import LENDER_NAME, MAIL_DOMAIN, PLACES, REGIONS
from candor.demo.rows import StaffRow, UnitRow
from candor.demo.streams import Streams

OFFICERS = 120
TEAM_SIZE = 6
OFFICERS_PER_PROCESSOR = 3
UNDERWRITERS_PER_REGION = 3
CARE_AGENTS = 8
CARE_UNIT = "CARE"
ORGANIZATION = "HHL"


@dataclass(frozen=True, slots=True)
class Pool:
    """People of one job, sorted by place, so that a random one of a place is one step away."""

    staff: Ints
    first: Ints
    count: Ints

    def anyone(self, place: Ints, rng: np.random.Generator) -> Ints:
        """One member, as an index into the crew, for each place."""
        return self.staff[self.position(place, rng)]

    def position(self, place: Ints, rng: np.random.Generator) -> Ints:
        """The same as a position in this pool, to look up what only the pool knows."""
        offset = np.floor(rng.random(place.shape) * self.count[place]).astype(np.int64)
        return np.asarray(self.first[place] + offset, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works on one chunk of customers, and how each loan officer truly is (0 is average)."""

    units: tuple[UnitRow, ...]
    staff: tuple[StaffRow, ...]
    officers: Pool
    processors: Pool
    underwriters: Pool
    care: Pool
    informing: Floats
    communication: Floats
    warmth: Floats
    competence: Floats
    branch_mood: Floats


def officers_per_branch() -> list[int]:
    """How many loan officers each branch has; at least two, 120 together."""
    shares = np.array([place.share for place in PLACES])
    exact = OFFICERS * shares / shares.sum()
    counts = np.maximum(np.floor(exact), 2).astype(int)
    for index in np.argsort(counts - exact, kind="stable")[: OFFICERS - counts.sum()]:
        counts[index] += 1
    return [int(count) for count in counts]


class _Roster:
    """Hires people under names that nobody in the roster has yet."""

    def __init__(self, streams: Streams, clock: Clock) -> None:
        self._rng = streams.of("staff")
        self._clock = clock
        self.chunk = streams.chunk
        self._taken: set[str] = set()
        self.staff: list[StaffRow] = []

    def hire(self, role: str, unit: str) -> int:
        name = self._new_name()
        number = self.chunk * 1_000 + len(self.staff)
        mail = ".".join(plain(part) for part in name.split(" ", 1))
        suffix = f"{self.chunk}" if self.chunk else ""
        joined = self._clock.today - timedelta(days=WINDOW_DAYS + int(self._rng.gamma(1.6, 1_100)))
        row = StaffRow(f"E{number:05d}", name, f"{mail}{suffix}@{MAIL_DOMAIN}", role, unit, joined)
        self.staff.append(row)
        return len(self.staff) - 1

    def _new_name(self) -> str:
        shares = np.array([origin.share for origin in ORIGINS])
        while True:
            origin = ORIGINS[int(self._rng.choice(len(ORIGINS), p=shares / shares.sum()))]
            given = origin.given[int(self._rng.integers(len(origin.given)))]
            name = f"{given} {origin.family[int(self._rng.integers(len(origin.family)))]}"
            if name not in self._taken:
                self._taken.add(name)
                return name


def build_crew(streams: Streams, clock: Clock) -> Crew:
    """The crew of a chunk; the first chunk also brings the organization, regions and branches."""
    roster = _Roster(streams, clock)
    units: list[UnitRow] = list(_standing_units()) if streams.chunk == 0 else []
    if streams.chunk == 0:
        _hire_leaders(roster)
    officers: list[list[int]] = []
    processors: list[list[int]] = []
    for place, count in zip(PLACES, officers_per_branch(), strict=True):
        team_units, team_officers, team_processors = _staff_branch(roster, place.key, place.name, count)
        units += team_units
        officers.append(team_officers)
        processors.append(team_processors)
    underwriters = [
        [roster.hire("underwriter", f"{region}-UW") for _ in range(UNDERWRITERS_PER_REGION)]
        for region in REGIONS
    ]
    care = [[roster.hire("care agent", CARE_UNIT) for _ in range(CARE_AGENTS)]]
    rng = streams.of("officers")
    region = np.repeat([list(REGIONS).index(place.region) for place in PLACES], officers_per_branch())
    return Crew(
        units=tuple(units),
        staff=tuple(roster.staff),
        officers=_pool(officers),
        processors=_pool(processors),
        underwriters=_pool(underwriters),
        care=_pool(care),
        informing=_even(rng.normal(0, 0.35, OFFICERS), region),
        communication=_even(rng.normal(0, 0.35, OFFICERS), region),
        warmth=_even(rng.normal(0, 0.40, OFFICERS), region),
        competence=_even(rng.normal(0, 0.30, OFFICERS), region),
        branch_mood=_branch_moods(Streams(streams.seed)),
    )


def _standing_units() -> list[UnitRow]:
    regions = [UnitRow(key, name, "region", ORGANIZATION) for key, (name, _) in REGIONS.items()]
    underwriting = [
        UnitRow(f"{key}-UW", f"{name} underwriting", "team", key) for key, (name, _) in REGIONS.items()
    ]
    branches = [UnitRow(place.key, place.name, "location", place.region) for place in PLACES]
    return [
        UnitRow(ORGANIZATION, LENDER_NAME, "organization", None),
        UnitRow(CARE_UNIT, "Customer care", "team", ORGANIZATION),
        *regions,
        *underwriting,
        *branches,
    ]


def _hire_leaders(roster: _Roster) -> None:
    roster.hire("chief executive", ORGANIZATION)
    roster.hire("customer experience lead", ORGANIZATION)
    roster.hire("analyst", ORGANIZATION)
    roster.hire("administrator", ORGANIZATION)
    for region in REGIONS:
        roster.hire("region director", region)
    for place in PLACES:
        roster.hire("branch manager", place.key)


def _staff_branch(
    roster: _Roster, branch: str, name: str, count: int
) -> tuple[list[UnitRow], list[int], list[int]]:
    teams = -(-count // TEAM_SIZE)
    first = roster.chunk * teams
    units = [
        UnitRow(f"{branch}-T{first + number + 1}", f"{name} team {first + number + 1}", "team", branch)
        for number in range(teams)
    ]
    for unit in units:
        roster.hire("team manager", unit.key)
    officers = [roster.hire("loan officer", units[number % teams].key) for number in range(count)]
    helpers = max(1, round(count / OFFICERS_PER_PROCESSOR))
    processors = [roster.hire("processor", units[number % teams].key) for number in range(helpers)]
    return units, officers, processors


def _pool(groups: list[list[int]]) -> Pool:
    counts = np.array([len(group) for group in groups], dtype=np.int64)
    flat = np.array([member for group in groups for member in group], dtype=np.int64)
    return Pool(staff=flat, first=np.cumsum(counts) - counts, count=counts)


def _branch_moods(streams: Streams) -> Floats:
    """Small lasting differences between branches, none for the branches with a planted story."""
    moods = streams.of("branches").normal(0, 0.10, len(PLACES))
    told = (truths.IMPROVED_BRANCH, truths.LUCKY_BRANCH, truths.SLOW_BRANCH)
    plain = np.array([place.name not in told for place in PLACES])
    region = np.array([list(REGIONS).index(place.region) for place in PLACES])
    even = np.zeros(len(PLACES))
    even[plain] = _even(moods[plain], region[plain])
    return even


def _even(values: Floats, region: Ints) -> Floats:
    """The same differences within each region, and none between regions."""
    means = np.bincount(region, values) / np.bincount(region)
    return np.asarray(values - means[region], dtype=np.float64)
