"""HTTP to other systems, whose addresses people type in: only to the public internet, unless an administrator of the server says otherwise.

A name is resolved once and the connection goes to the address that was looked at, so that a name which resolves otherwise the second
time (DNS rebinding) leads nowhere else. Redirects are handed back and never followed, proxies are not used, an answer is read up to a
bound, and the whole exchange ends at a deadline. The certificate is checked against the name. Built on the standard library, whose
`connect` may be replaced; resolving itself takes as long as the system's resolver allows.
"""

import http.client
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings

from .errors import AddressRefused, NoAnswer

DEADLINE = 10.0  # seconds for everything after the name is resolved
MOST_BYTES = 5_000_000
_RESERVED_4 = [ipaddress.ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")]
_PUBLIC_6 = ipaddress.ip_network("2000::/3")
_RESERVED_6 = [
    ipaddress.ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other system said; names of headers in lower case, `is_cut` where the body was longer than asked for."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_cut: bool = False
    seconds: float = 0.0

    @property
    def is_success(self) -> bool:
        """Whether the status is one of the two hundreds."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            NoAnswer: it is none, or was cut.
        """
        try:
            if self.is_cut:
                raise ValueError
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise NoAnswer("The other system answered with something that is no JSON.") from error


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    deadline: float = DEADLINE,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """Ask another system once, and hand back whatever status it answers with, a redirect too.

    Raises:
        AddressRefused: the address is none that may be asked; trying again does not help.
        NoAnswer: it could not be reached, its certificate is not good, or it did not answer in time.
    """
    parts = check_address(url)
    begun = time.monotonic()
    connection = _connection(parts, _resolve(parts), deadline)
    watch = threading.Timer(deadline, connection.cut_off)
    watch.daemon = True
    watch.start()
    try:
        answer = _exchange(connection, method, parts, headers or {}, body, most_bytes)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(_why(error, connection, deadline)) from error
    finally:
        watch.cancel()
        connection.close()
    if connection.is_cut_off:  # what came until then is no whole answer
        raise NoAnswer(_why(None, connection, deadline))
    return Answer(*answer, seconds=time.monotonic() - begun)


def check_address(url: str) -> SplitResult:
    """The parts of an address that may be asked as far as its words tell: https, or http to a host that is allowed to be private.

    Raises:
        AddressRefused: it is no such address.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # refuses one that is no number
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except (ValueError, UnicodeError) as error:
        raise AddressRefused("This is no address of the web. It begins with https://.") from error
    if parts.scheme not in {"http", "https"} or not host or any(ord(c) <= 32 or ord(c) == 127 for c in url):
        raise AddressRefused("This is no address of the web. It begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("The address must not hold a user name or password.")
    if parts.scheme == "http" and not _may_be_private(host):
        raise AddressRefused(
            "Only https:// keeps what is sent from being read on the way. Plain http is for hosts in CANDOR_OUTGOING_PRIVATE_HOSTS."
        )
    return parts


def _may_be_private(host: str) -> bool:
    """Whether the server's administrator has allowed this name, or the network of this address, to be private."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower().rstrip(".") in {word.lower() for word in settings.CANDOR_OUTGOING_PRIVATE_HOSTS}
    return _is_allowed(address)


def _is_allowed(address: Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.CANDOR_OUTGOING_PRIVATE_HOSTS)))


@lru_cache(maxsize=8)
def _networks(
    words: tuple[str, ...],
) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    found = []
    for word in words:
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            continue  # a name
    return tuple(found)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet: not private, loopback, link-local, shared, reserved, multicast, nor
    the metadata service of a cloud; of IPv6 that carries an IPv4 address, that one counts."""
    if isinstance(address, ipaddress.IPv4Address):
        is_reserved = any(address in network for network in _RESERVED_4)
        return address.is_global and not address.is_multicast and not is_reserved
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _PUBLIC_6 and not any(address in network for network in _RESERVED_6)


def _resolve(parts: SplitResult) -> list[Address]:
    """The addresses behind a name that may be asked."""
    host = parts.hostname or ""
    try:
        rows = socket.getaddrinfo(host, parts.port or parts.scheme, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows))
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"The name {host} can't be resolved.") from error
    asked = [
        address for address in found if is_public(address) or _is_allowed(address) or _may_be_private(host)
    ]
    if not asked:
        raise AddressRefused(
            f"{host} is an address inside a network. Whoever runs the server may allow it in CANDOR_OUTGOING_PRIVATE_HOSTS."
        )
    return asked


class _Pinned(http.client.HTTPConnection):
    """A connection to the addresses that were looked at, whatever the name resolves to by now."""

    def __init__(self, host: str, port: int, addresses: list[Address], timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self.addresses, self.is_cut_off = addresses, False
        self.tls: ssl.SSLContext | None = None
        self.wire: socket.socket | None = None  # `sock` is let go as soon as the answer begins

    def connect(self) -> None:
        self.sock = self.wire = self._first_that_answers()
        if self.is_cut_off:
            raise TimeoutError
        if self.tls is not None:
            safe = self.tls.wrap_socket(self.wire, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = self.wire = safe
            safe.do_handshake()  # only now, so that it can be cut off too

    def _first_that_answers(self) -> socket.socket:
        last: OSError = OSError("no address")
        for address in self.addresses:
            if self.is_cut_off:
                break
            try:
                return socket.create_connection((str(address), self.port), self.timeout)
            except OSError as error:
                last = error
        raise last

    def cut_off(self) -> None:
        """End the exchange from another thread: whatever waits for the socket wakes up."""
        self.is_cut_off = True
        if self.wire is not None:
            try:
                self.wire.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself


def _connection(parts: SplitResult, addresses: list[Address], deadline: float) -> _Pinned:
    is_safe = parts.scheme == "https"
    connection = _Pinned(
        parts.hostname or "", parts.port or (443 if is_safe else 80), addresses, max(deadline / 2, 0.1)
    )
    if is_safe:
        connection.tls = _trusted()
        connection.default_port = 443  # so that the Host header names no port where none was given
    return connection


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Certificates of the system's authorities; SSL_CERT_FILE adds a company's own."""
    return ssl.create_default_context()


def _exchange(
    connection: _Pinned,
    method: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    body: bytes | None,
    most_bytes: int,
) -> tuple[int, dict[str, str], bytes, bool]:
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?[]')}" if parts.query else ""
    )
    own = {"User-Agent": "Candor", "Accept-Encoding": "identity", "Connection": "close"}
    connection.request(method, target, body=body, headers=own | dict(headers))
    response = connection.getresponse()
    read = response.read(most_bytes + 1)
    names = {name.lower(): value for name, value in response.getheaders()}
    return response.status, names, read[:most_bytes], len(read) > most_bytes


def _why(error: Exception | None, connection: _Pinned, deadline: float) -> str:
    host = connection.host
    if connection.is_cut_off or isinstance(error, TimeoutError):
        return f"{host} did not answer within {deadline:g} seconds."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {host} is not good: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return f"No secure connection to {host} could be made ({error.reason or 'TLS'})."
    if isinstance(error, ConnectionRefusedError):
        return f"{host} refused the connection."
    return f"{host} gave no answer that could be read ({type(error).__name__})."
