"""HTTP to other systems: it leads where it was meant to, ends in time, and never inside of the network unless it may."""

import datetime
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import LazySettings

from candor.foundation import outgoing
from candor.foundation.errors import AddressRefused, CannotUnseal, NoAnswer
from candor.foundation.sealed import seal, unseal
from tests.listening import Listener, listening


@pytest.fixture
def listener(settings: LazySettings) -> Iterator[Listener]:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    with listening() as one:
        yield one


def _resolving_to(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Names resolve to these addresses, one after another; numbers to themselves. Returns the names that were asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            asked.append(host)
            host = answers[min(len(asked), len(answers)) - 1]
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "100.100.100.200", "192.0.0.192", "168.63.129.16", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "ff02::1", "3fff::1",
    ],
)  # fmt: skip
def test_an_address_inside_of_a_network_is_not_asked(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert not outgoing.is_public(ipaddress.ip_address(address))
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("a connection was opened"))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        outgoing.send("GET", f"https://{host}/")


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_an_address_of_the_internet_is(address: str) -> None:
    assert outgoing.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "LOCALHOST."])
def test_other_ways_to_write_this_machine_are_not_asked(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("a connection was opened"))
    with pytest.raises((AddressRefused, NoAnswer)):
        outgoing.send("GET", f"https://{host}:1/")


@pytest.mark.parametrize(
    "url",
    ["", "hook", "ftp://x.example/", "file:///etc/passwd", "https://", "https://a:b@x.example/", "https://x.example:port/",
     "http://x.example/", "https://x.example/\r\nHost: y", "https://x.example/ y", "https://" + "a" * 300 + ".example/"],
)  # fmt: skip
def test_what_is_no_safe_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        outgoing.check_address(url)


def test_a_name_is_resolved_once_and_the_connection_goes_where_it_was_looked(
    settings: LazySettings, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["hook.example"]
    asked = _resolving_to(monkeypatch, "127.0.0.1", "10.255.255.1")
    answer = outgoing.send("POST", listener.address.replace("127.0.0.1", "hook.example"), body=b"x")
    assert (answer.status, answer.text) == (200, "ok")
    assert asked == ["hook.example"]
    assert listener.requests[0].headers["host"].startswith("hook.example:")


def test_a_name_of_the_internet_that_resolves_to_the_inside_is_refused(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolving_to(monkeypatch, "169.254.169.254")
    with pytest.raises(AddressRefused):
        outgoing.send("GET", "https://innocent.example/latest/meta-data/")
    assert listener.requests == []


def test_a_whole_network_may_be_allowed(settings: LazySettings, listener: Listener) -> None:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["crm.internal", "127.0.0.0/8"]
    assert outgoing.send("GET", listener.address).status == 200
    with pytest.raises(AddressRefused):
        outgoing.send("GET", "https://10.0.0.1/")


def test_a_redirect_is_handed_back_and_not_followed(listener: Listener) -> None:
    listener.status, listener.headers = 302, {"Location": "http://169.254.169.254/latest/"}
    answer = outgoing.send("GET", listener.address)
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/latest/")
    assert len(listener.requests) == 1


def test_no_proxy_of_the_environment_is_used(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert outgoing.send("GET", listener.address).status == 200


def test_an_answer_is_read_up_to_its_bound(listener: Listener) -> None:
    listener.body = b"x" * 100_000
    answer = outgoing.send("GET", listener.address, most_bytes=1_000)
    assert (len(answer.body), answer.is_cut) == (1_000, True)
    with pytest.raises(NoAnswer):
        answer.json()
    with pytest.raises(NoAnswer):
        outgoing.Answer(200, body=b"[" * 200_000).json()


@pytest.mark.parametrize("slow", [{"wait": 3.0}, {"drips": True, "body": b"x" * 200}])
def test_whoever_is_slow_or_drips_is_cut_off_at_the_deadline(
    listener: Listener, slow: dict[str, Any]
) -> None:
    for name, value in slow.items():
        setattr(listener, name, value)
    begun = time.monotonic()
    with pytest.raises(NoAnswer, match=r"within 0\.4 seconds"):
        outgoing.send("GET", listener.address, deadline=0.4)
    assert time.monotonic() - begun < 1.5


def test_who_does_not_listen_is_told_apart_from_who_may_not_be_asked(settings: LazySettings) -> None:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NoAnswer, match="refused the connection"):
        outgoing.send("GET", f"http://127.0.0.1:{port}/")


def _certificate(folder: Path, name: str) -> ssl.SSLContext:
    """A server's side with a certificate for `name` that nobody has signed but itself; it lies in the folder as cert.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_a_certificate_is_checked_against_the_name_though_the_connection_goes_to_a_number(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.0/8"]
    _resolving_to(monkeypatch, "127.0.0.1")
    with listening(_certificate(tmp_path, "hook.example")) as listener:
        address = listener.address.replace("127.0.0.1", "hook.example")
        with pytest.raises(NoAnswer, match="certificate"):
            outgoing.send("GET", address)
        trusting = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        monkeypatch.setattr(outgoing, "_trusted", lambda: trusting)
        assert outgoing.send("GET", address).status == 200
        with pytest.raises(NoAnswer, match="certificate"):
            outgoing.send("GET", address.replace("hook.example", "other.example"))
    assert [request.headers["host"].split(":")[0] for request in listener.requests] == ["hook.example"]


def test_a_sealed_secret_opens_with_the_same_key_alone(settings: LazySettings) -> None:
    sealed = seal("whsec_abc")
    assert "whsec_abc" not in sealed
    assert unseal(sealed) == "whsec_abc"
    settings.SECRET_KEY = "another"
    with pytest.raises(CannotUnseal):
        unseal(sealed)
