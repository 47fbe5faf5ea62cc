"""The simulated lender, served by the product itself, and a browser that signs people in."""

from collections.abc import Iterator
from typing import Any

import pytest

from candor.demo.staging import PASSWORD
from tests.browser.chromium import ARGUMENTS, CHROMIUM, listen
from tests.cli.running import Workspace, served

DESKTOP = 1440
SOON = 60_000  # milliseconds


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The simulated lender, served by the product itself."""
    workspace = Workspace(tmp_path_factory.mktemp("lender") / "home")
    loaded = workspace.run("demo", "--load-only", "--size", "0.05", "--json", seconds=300)
    assert loaded.code == 0, loaded.err
    with served(workspace) as server:
        yield server.address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Closed with its module: while it is open an event loop runs, and Django would refuse the database to other tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def sign_in(browser: Any, address: str) -> Iterator[Any]:
    """Signs a person in and returns their page, which notes what the browser complains about."""
    contexts = []

    def signed_in(email: str, width: int = DESKTOP, scheme: str = "light") -> Any:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SOON)
        page.complaints = listen(page, address)
        page.goto("/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", level=1, name="Home").wait_for()
        return page

    yield signed_in
    for context in contexts:
        context.close()
