"""One lender of full size for the tests of the generator, and workspaces that are loaded once for many tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from candor.demo import Chunk, Lender

TODAY = date(2026, 11, 22)
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def lender() -> Lender:
    return Lender(today=TODAY, seed=2026)


@pytest.fixture(scope="session")
def chunk(lender: Lender) -> Chunk:
    return next(lender.chunks())


@contextmanager
def loaded_once(lender: Lender, home: Path, blocker: DjangoDbBlocker) -> Iterator[Path]:
    """A workspace that holds the lender while the block runs, and is rolled back after it."""
    from candor.demo.load import load_lender

    with (
        blocker.unblock(),
        override_settings(CANDOR_HOME=home, PASSWORD_HASHERS=HASHERS),
        transaction.atomic(),
    ):
        load_lender(lender=lender)
        yield home
        transaction.set_rollback(True)
