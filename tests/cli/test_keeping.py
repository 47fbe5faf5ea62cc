"""The commands that keep the warehouse's files sound and few."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from candor.warehouse import Warehouse
from tests.cli.running import Workspace


def _filled(workspace: Workspace) -> Warehouse:
    """Three files: a case that ended long ago, and two that go on."""
    workspace.run("warehouse", "project", "--json")
    warehouse = Warehouse(workspace.home / "warehouse")
    now = datetime.now(UTC).replace(tzinfo=None)
    for customer, age in ((1, 900), (2, 3), (3, 3)):
        warehouse.append_events(_event(customer, now - timedelta(days=age + step)) for step in range(3))
    return warehouse


def _event(customer: int, at: datetime) -> dict[str, Any]:
    return {"journey": "loan", "case_id": str(customer), "activity": "call", "at": at, "customer": customer}


def test_files_are_put_together_old_cases_go_and_what_is_left_over_is_removed(workspace: Workspace) -> None:
    warehouse = _filled(workspace)
    compacted, forever, retained, vacuumed = workspace.run_in_turn(
        ["warehouse", "compact", "--all", "--json"],
        ["warehouse", "retain", "--json"],
        ["warehouse", "retain", "--days", "365", "--json"],
        ["warehouse", "vacuum", "--json"],
    )
    assert (compacted.code, compacted.json) == (0, {"events": 0})
    assert (forever.code, "CANDOR_EVENT_RETENTION_DAYS" in forever.json["error"]) == (1, True)
    assert (retained.code, retained.json) == (0, {"events": 3, "days": 365})
    assert vacuumed.json["files"] > 3
    assert warehouse.engine.rows("SELECT count(*), min(customer) FROM events") == [(6, 2)]
    assert len(warehouse.files("events")) == 1


def test_customers_are_erased_with_proof(workspace: Workspace) -> None:
    warehouse = _filled(workspace)
    erased, words = workspace.run_in_turn(
        ["warehouse", "erase", "1", "2", "--json"], ["warehouse", "erase", "1"]
    )
    assert (erased.code, erased.json["events"], erased.json["traces"]["found"]) == (0, 6, [])
    assert erased.json["traces"]["files"] > 0
    assert "none holds the customers" in words.out
    assert warehouse.engine.rows("SELECT DISTINCT customer FROM events") == [(3,)]


def test_a_damaged_file_fails_the_verification_and_is_mended(workspace: Workspace) -> None:
    warehouse = _filled(workspace)
    verify = ["warehouse", "verify", "--json"]
    (sound,) = workspace.run_in_turn(verify)
    Path(warehouse.files("events")[0]).write_bytes(b"PAR1")
    damaged, words, mended, again = workspace.run_in_turn(
        verify, verify[:-1], ["warehouse", "mend", "--json"], verify
    )
    assert (sound.code, damaged.code, len(damaged.json["faults"])) == (0, 1, 1)
    assert "candor warehouse mend" in words.out
    assert (mended.code, mended.json["rows"]) == (0, 3)
    assert (again.code, again.json["rows"]) == (0, 6)


def test_events_of_impossible_days_and_those_that_came_late_or_twice_are_told(workspace: Workspace) -> None:
    warehouse = _filled(workspace)
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    odd = [now + timedelta(days=9), datetime(1948, 5, 4), now - timedelta(days=5), now - timedelta(days=5)]
    warehouse.append_events(
        _event(7, at) | {"source": "tills", "received_at": now, "event_id": str(n)}
        for n, at in enumerate(odd)
    )
    told, words = workspace.run_in_turn(["warehouse", "health", "--json"], ["warehouse", "health"])
    unknown, tills = told.json["sources"]
    assert (unknown["source"], unknown["events"], unknown["late"]) == (None, 9, 0)
    counts = {name: tills[name] for name in ("events", "late", "doubled", "future", "too_old")}
    assert counts == {"events": 4, "late": 3, "doubled": 1, "future": 1, "too_old": 1}
    assert tills["first"] == "1948-05-04T00:00:00"
    assert "tills: events 4, cases 1, 1948-05-04 to" in words.out
    assert "All of them are kept." in words.out
