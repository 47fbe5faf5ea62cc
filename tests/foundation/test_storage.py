"""The workspace's warehouse is counted by the engine that the setting names."""

import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from candor.foundation.storage import warehouse
from candor.warehouse import WarehouseError
from candor.warehouse.engine import DuckEngine


def test_duckdb_counts_unless_the_setting_says_otherwise(settings: LazySettings, tmp_path: Path) -> None:
    settings.CANDOR_HOME = tmp_path
    assert isinstance(warehouse().engine, DuckEngine)
    assert warehouse().engine.rows("SELECT count(*) FROM events") == [(0,)]


def test_the_setting_gives_the_questions_to_spark(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    from candor.warehouse import spark

    def never(master: str, further: dict[str, str]) -> None:
        started.append(master)
        raise RuntimeError("no cluster here")

    monkeypatch.setattr(spark, "started", never)
    settings.CANDOR_HOME, settings.CANDOR_ENGINE = tmp_path, "spark"
    settings.CANDOR_SPARK_MASTER = "spark://cluster.example:7077"
    with pytest.raises(RuntimeError, match="no cluster here"):
        warehouse().engine.rows("SELECT count(*) FROM events")
    assert set(started) == {"spark://cluster.example:7077"}


def test_a_missing_engine_is_said_with_what_to_install(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    settings.CANDOR_HOME, settings.CANDOR_ENGINE = tmp_path, "spark"
    with pytest.raises(WarehouseError) as caught:
        warehouse().engine.rows("SELECT count(*) FROM events")
    assert caught.value.code == "warehouse_engine_missing"
    assert "candor-cx[spark]" in str(caught.value)
