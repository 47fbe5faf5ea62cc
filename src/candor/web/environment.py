"""Typed readers of environment variables; a secret may also come from a file named in `<NAME>_FILE`."""

import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """The value as it stands."""
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """A yes or no."""
    value = os.environ.get(name, str(default)).strip().lower()
    if value in _TRUE | _FALSE:
        return value in _TRUE
    raise ImproperlyConfigured(f"{name} is '{value}'; expected yes or no")


def whole_number(name: str, default: int) -> int:
    """An integer."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is '{value}'; expected a whole number") from error


def words(name: str, default: str = "") -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def countries(name: str, default: str) -> list[str]:
    """Codes of countries (ISO 3166) separated by commas."""
    codes = [code.upper() for code in words(name, default)]
    for code in codes:
        if not re.fullmatch("[A-Z]{2}", code):
            raise ImproperlyConfigured(f"{name} holds '{code}'; expected codes of countries such as US,GB")
    return codes


def one_of(name: str, *choices: str) -> str:
    """One of a few words, the first of which is the default."""
    value = os.environ.get(name, "").strip().lower() or choices[0]
    if value in choices:
        return value
    raise ImproperlyConfigured(f"{name} is '{value}'; expected {' or '.join(choices)}")


def secret(name: str) -> str:
    """A secret from the variable, or from the file that `<NAME>_FILE` names."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, "")


def database(name: str, *, home: Path) -> dict[str, object]:
    """Django's database settings: SQLite in the data folder, or the PostgreSQL that the variable's URL names."""
    address = secret(name)
    if not address:
        return _sqlite(home / "candor.sqlite3")
    return postgres(name, address)


def postgres(name: str, address: str) -> dict[str, object]:
    """Django's settings of the PostgreSQL database at an address, which came from `name`."""
    url = urlparse(address)
    if url.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"{name} starts with '{url.scheme}'; expected postgresql://user:password@host/name"
        )
    options = dict(parse_qsl(url.query))  # as libpq knows them: sslmode, sslrootcert, host of a socket
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.removeprefix("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or options.pop("host", ""),
        "PORT": str(url.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,  # opening SQLite anew for each request costs ten times the request
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # read-then-write transactions otherwise fail under concurrency
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
            ),
        },
    }
