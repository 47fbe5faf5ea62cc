"""One lender of full size for all tests of the generator: two seconds to draw."""

from datetime import date

import pytest

from candor.demo import Chunk, Lender

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def lender() -> Lender:
    return Lender(today=TODAY, seed=2026)


@pytest.fixture(scope="session")
def chunk(lender: Lender) -> Chunk:
    return next(lender.chunks())
