"""Where things lie on disk: the data folder and the warehouse inside it."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from candor.warehouse import Warehouse
from candor.warehouse.engine import DuckEngine, Engine


def home() -> Path:
    """The data folder (CANDOR_HOME), made if need be."""
    folder = Path(settings.CANDOR_HOME)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def folder(name: str) -> Path:
    """A folder inside the data folder, made if need be."""
    path = home() / name
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def warehouse() -> Warehouse:
    """The workspace's warehouse."""
    return _warehouse(home() / "warehouse")


@lru_cache(maxsize=4)
def _warehouse(path: Path) -> Warehouse:
    return Warehouse(path, engine=_engine)


def _engine(warehouse: Warehouse) -> Engine:
    """The engine that CANDOR_ENGINE names."""
    if settings.CANDOR_ENGINE == "duckdb":
        return DuckEngine(warehouse)
    from candor.warehouse.spark import SparkEngine

    return SparkEngine(warehouse, master=settings.CANDOR_SPARK_MASTER, copies=settings.CANDOR_SPARK_COPIES)
