"""The browser that the tests drive, and what they ask every page."""

import shutil
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any, *, rules: list[str] | None = None) -> list[tuple[str, list[str]]]:
    """What axe finds on the page, with the elements concerned; of `rules` only, if given."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    found = page.evaluate("only => axe.run({runOnly: only})", only)
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]


def listen(page: Any, address: str) -> list[str]:
    """Collects what the browser complains about, what it is refused, and which other hosts it asks."""
    complaints: list[str] = []
    own = (address, "data:", "blob:", "about:")
    page.on("console", lambda told: told.type == "error" and complaints.append(told.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(own) else complaints.append(asked.url))
    return complaints
