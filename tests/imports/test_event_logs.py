"""Event logs brought in as files: which object is the case, and what is odd about them."""

import json
from pathlib import Path

import pytest
from django.test import Client

from candor.apps.imports import services
from candor.apps.imports.models import ImportBatch
from candor.foundation.jobs import Worker
from candor.foundation.storage import warehouse
from candor.warehouse.queries import event_cases
from tests.cli.running import Workspace
from tests.intake.test_object_centric_logs import ORDERS
from tests.world import World

ODD = """case_id,activity,timestamp
NA,ask,2026-01-01T10:00:00Z
NA,answer,2026-01-01T09:00:00Z
NA,answer,2026-01-01T11:00:00Z
NA,answer,2026-01-01T11:00:00Z
7,born,1948-02-29T00:00:00Z
7,end of the loan,2199-12-31T00:00:00Z
?,ask,2026-01-01T10:00:00Z
,ask,2026-01-01T10:00:00Z
"""


def _bring_in(path: Path, **options: object) -> ImportBatch:
    batch = services.take_path(kind="events", path=path, by=None, options=dict(options))
    services.start(batch=batch, by=None)
    return services.run_import(batch=batch)


def test_an_object_centric_log_comes_in_under_the_proposed_case(world: World, tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonocel"
    path.write_text(json.dumps(ORDERS))
    batch = _bring_in(path, journey="orders")
    assert (batch.rows_read, batch.rows_added, batch.rows_bad) == (5, 6, 0)
    found = event_cases(warehouse(), journey="orders")
    assert (found.cases, found.events) == (2, 6)
    assert "1 events touch several objects of type “order”" in batch.message
    again = _bring_in(path, journey="orders")
    assert (again.rows_added, again.rows_known) == (0, 6)


def test_the_page_asks_which_object_is_the_case(client: Client, world: World, tmp_path: Path) -> None:
    client.force_login(world.clara)
    path = tmp_path / "orders.json"
    path.write_text(json.dumps(ORDERS))
    with path.open("rb") as file:
        client.post("/imports/new/events/", {"file": file})
    batch = ImportBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/columns/").content.decode()
    assert "What is the case?" in page
    assert 'value="order" checked' in page
    client.post(
        f"/imports/{batch.pk}/columns/",
        {"option.case_type": "item", "option.journey": "items", "start": "yes"},
    )
    Worker().run_all()
    assert event_cases(warehouse(), journey="items").cases == 3


@pytest.mark.parametrize("text", ['{"a": 1}', '{"events": [', "{"])
def test_json_that_is_no_log_is_refused(client: Client, world: World, tmp_path: Path, text: str) -> None:
    client.force_login(world.clara)
    path = tmp_path / "x.json"
    path.write_text(text)
    with path.open("rb") as file:
        assert client.post("/imports/new/events/", {"file": file}).status_code == 400
    assert not ImportBatch.objects.exists()


def test_odd_events_are_kept_counted_and_shown(client: Client, world: World, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(ODD)
    batch = _bring_in(path, journey="odd")
    assert (batch.rows_added, batch.rows_bad) == (6, 2), "NA is a case, ? and nothing are none"
    assert {kind: odd["n"] for kind, odd in batch.report.items()} == {
        "future": 1, "before_1970": 1, "out_of_order": 1, "doubled": 1,
    }  # fmt: skip
    assert batch.report["before_1970"]["examples"] == [
        {"row": 6, "case": "7", "activity": "born", "at": "1948-02-29T00:00:00+00:00"}
    ]
    assert event_cases(warehouse(), journey="odd").events == 6
    client.force_login(world.clara)
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "They lie before 1970" in page
    assert "end of the loan" in page
    client.force_login(world.ada)
    assert "end of the loan" not in client.get(f"/imports/{batch.pk}/").content.decode()


def test_the_report_grows_over_chunks_and_goes_with_the_import(world: World, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    rows = "".join(f"{n},born,1948-01-01T00:00:00Z\n" for n in range(20_050))
    path.write_text("case_id,activity,timestamp\n" + rows)
    batch = _bring_in(path)
    assert batch.report["before_1970"]["n"] == 20_050
    assert len(batch.report["before_1970"]["examples"]) == 5
    services.undo(batch=batch, by=None)
    services.run_undo(batch=batch)
    batch.refresh_from_db()
    assert batch.report == {}


def test_the_command_tells_what_is_odd_and_takes_the_type_of_the_case(
    workspace: Workspace, tmp_path: Path
) -> None:
    odd, orders = tmp_path / "odd.csv", tmp_path / "orders.json"
    odd.write_text(ODD)
    orders.write_text(json.dumps(ORDERS))
    first, second, third = workspace.run_in_turn(
        ["import", "events", odd, "--json"],
        ["import", "events", orders, "--case-type", "truck", "--json"],
        ["import", "events", orders, "--case-type", "ship", "--json"],
    )
    assert first.json["report"]["future"]["n"] == 1
    assert second.json["rows_added"] == 2
    assert third.code == 1
    assert "the log has: order, item, truck" in third.json["error"]
