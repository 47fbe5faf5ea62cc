"""`candor move`: a workspace that has grown goes to a PostgreSQL server with everything in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from candor.cli.workspace import MIGRATING
from tests.cli.running import EMAIL, PASSWORD, SERVER, Workspace, complaints_csv, eventually, new_database

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not SERVER, reason="needs PostgreSQL: make test-postgres"),
]
LOADED = ["demo", "--load-only", "--size", "0.02", "--json"]


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("sqlite") / "home", "")
    assert workspace.run(*LOADED, seconds=300).code == 0
    return workspace


@pytest.fixture
def small(loaded_once: Workspace, tmp_path: Path) -> Workspace:
    """A lender on SQLite."""
    return loaded_once.copy_to(tmp_path / "home")


def _change(workspace: Workspace, command: str, *values: object) -> None:
    with closing(sqlite3.connect(workspace.home / "candor.sqlite3")) as record, record:
        assert record.execute(command, values).rowcount == 1


def test_everything_is_there_afterwards_and_goes_on(small: Workspace, tmp_path: Path) -> None:
    moved = small.run("move", "--to", address := new_database(), "--json")
    assert moved.code == 0, moved.out + moved.err
    grown = Workspace(small.home, address)
    for table, rows in moved.json["rows"].items():
        query = f"SELECT count(*) FROM {table}"
        assert small.record(query) == grown.record(query) == [(rows,)]
    assert moved.json["rows"]["feedback_feedback"] > 100
    query = "SELECT key, title, comment, weight, kind FROM feedback_feedback ORDER BY id"
    assert small.record(query) == grown.record(query)
    verified, again, asked, imported, told = grown.run_in_turn(
        ["warehouse", "verify", "--json"],
        LOADED,
        ["import", "complaints", file := complaints_csv(tmp_path / "c.csv", 30), "--json"],
        ["import", "complaints", file, "--answer", "clock=rules", "--json"],
        ["warehouse", "verify", "--json"],
    )
    assert verified.json["equal"] is True
    assert again.json["loaded"] is False
    assert "clock=rules (The rule set that fits each) or clock=simple" in asked.json["error"]
    assert imported.json["rows_added"] == 30, "new rows are numbered after the old ones"
    assert told.json["facts"] > verified.json["facts"]


def test_a_row_that_postgresql_refuses_is_named_and_nothing_is_moved(small: Workspace) -> None:
    ((customer,),) = small.record("SELECT max(id) FROM customers_customer")
    _change(small, "UPDATE customers_customer SET name = ? WHERE id = ?", "x" * 5_000, customer)
    refused = small.run("move", "--to", address := new_database(), "--json")
    assert refused.code == 1
    assert f"customers.Customer {customer}, name: value too long" in refused.json["error"]
    assert Workspace(small.home, address).record("SELECT count(*) FROM organization_person") == [(0,)]
    _change(small, "UPDATE customers_customer SET name = ? WHERE id = ?", "Nul\x00 and void", customer)
    moved = small.run("move", "--to", address, "--json")
    assert (moved.code, moved.json["cleaned"]) == (0, 1)
    grown = Workspace(small.home, address)
    assert grown.record(f"SELECT name FROM customers_customer WHERE id = {customer}") == [("Nul and void",)]


def test_a_database_that_is_used_wrong_or_away_is_refused(small: Workspace, tmp_path: Path) -> None:
    used = Workspace(tmp_path / "other")
    assert used.run("init", "--email", EMAIL, "--password", PASSWORD).code == 0
    refusals = {
        used.database: "holds a record already",
        "mysql://localhost/candor": "expected postgresql://",
        "postgresql://nobody@127.0.0.1:1/candor": "can't be prepared",
    }
    for address, words in refusals.items():
        refused = small.run("move", "--to", address, "--json")
        assert refused.code == 1
        assert words in refused.json["error"]


def test_who_starts_while_another_brings_the_record_to_its_shape_waits_for_it(tmp_path: Path) -> None:
    import psycopg

    started = Workspace(tmp_path / "home")
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with psycopg.connect(started.database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        process = started.start("init", "--email", EMAIL, "--password", PASSWORD)
        eventually(lambda: started.record(waiting) == [(1,)], "the second to wait")
        assert started.record("SELECT to_regclass('django_migrations')") == [(None,)]
        other.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert started.record("SELECT count(*) FROM organization_person") == [(1,)]
