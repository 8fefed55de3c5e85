"""One request, to receivers that behave badly in every way that was thought of."""

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cases.webhooks import addresses, transport
from tests.cases.webhooks.receiver import Receiver, receiver, resolver

BODY = b'{"type":"webhook.test"}'


def post(url: str) -> transport.Answer:
    return transport.post(url=url, headers={"webhook-id": "1"}, body=BODY)


def test_what_is_sent_and_what_is_kept_of_the_answer(receiving: Receiver) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"thank \0 you \xff")

    receiving.answerer = answer
    answered = post(receiving.url + "?key=1")
    assert (answered.status, answered.error, answered.is_success) == (200, "", True)
    assert answered.beginning == "thank � you �"
    (received,) = receiving.received
    assert (received.path, received.body) == ("/hook?key=1", BODY)
    assert received.headers["host"] == f"127.0.0.1:{receiving.port}"
    assert received.headers["webhook-id"] == "1"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiving: Receiver, status: int) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Location", receiving.url)
        handler.end_headers()

    receiving.answerer = answer
    answered = post(receiving.url)
    assert (answered.status, answered.is_success) == (status, False)
    assert len(receiving.received) == 1


def test_no_proxy_of_the_environment(receiving: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(receiving.url).is_success


def test_an_answer_without_an_end_is_cut_off(receiving: Receiver) -> None:
    written = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 16384)
            written.append(16384)

    receiving.answerer = answer
    answered = post(receiving.url)
    assert answered.is_success
    assert answered.beginning == "x" * transport.KEPT
    assert sum(written) < 16 * 1024 * 1024  # no more than what socket buffers hold


def test_headers_that_drip_hold_nobody_longer_than_the_deadline(
    receiving: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.6)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
        for _ in range(40):
            handler.wfile.write(b"y")
            time.sleep(0.1)

    receiving.answerer = answer
    began = time.monotonic()
    answered = post(receiving.url)
    assert time.monotonic() - began < 2
    assert (answered.status, answered.error) == (None, "timeout")


def test_a_text_that_drips_after_the_status_counts_as_answered(
    receiving: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.6)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"y")
            time.sleep(0.1)

    receiving.answerer = answer
    began = time.monotonic()
    answered = post(receiving.url)
    assert time.monotonic() - began < 2
    assert answered.is_success
    assert set(answered.beginning) == {"y"}


def test_nobody_there_and_no_http(loopback: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/").error == "connection_failed"


def test_something_else_than_http(receiving: Receiver) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"+PONG\r\n\r\n")

    receiving.answerer = answer
    assert post(receiving.url).error == "no_http_answer"


def test_the_address_is_checked_at_every_delivery(receiving: Receiver, settings: Any) -> None:
    assert post(receiving.url).is_success
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    assert post(f"http://localhost:{receiving.port}/").error == "address_refused"
    assert post(receiving.url).error == "url_refused"
    settings.WEBHOOK_ALLOW_HTTP = False
    assert post("http://receiver.example/").error == "url_refused"
    assert len(receiving.received) == 1


def test_rebinding_leads_nowhere_else(receiving: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time: the connection goes to the address
    that was checked, and nobody asks again."""
    asked = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    monkeypatch.setattr(addresses, "look_up", look_up)
    connected = []
    real = socket.create_connection

    def create_connection(address: tuple[str, int], *args: Any, **options: Any) -> socket.socket:
        connected.append(address)
        return real(address, *args, **options)

    monkeypatch.setattr(socket, "create_connection", create_connection)
    assert post(f"http://receiver.example:{receiving.port}/").is_success
    assert asked == ["receiver.example"]
    assert connected == [("127.0.0.1", receiving.port)]
    assert receiving.received[0].headers["host"] == f"receiver.example:{receiving.port}"


def test_the_next_address_is_tried_where_nobody_answers(
    receiving: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "look_up", resolver("127.9.9.9", "127.0.0.1"))
    assert post(f"http://receiver.example:{receiving.port}/").is_success


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for receiver.example, signed by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("receiver.example")]), False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "receiver.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_tls_goes_by_the_name_and_not_by_the_address(
    certificate: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    monkeypatch.setattr(addresses, "look_up", resolver("127.0.0.1"))
    asked_for = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _tls, name, _context: asked_for.append(name)
    with receiver(context) as receiving:
        url = f"https://receiver.example:{receiving.port}/"
        assert post(url).error == "tls_failed"  # nobody trusts who signed it
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(transport, "trusted", lambda: trusting)
        assert post(url).is_success
        assert post(f"https://other.example:{receiving.port}/").error == "tls_failed"
        assert len(receiving.received) == 1
    assert asked_for == ["receiver.example", "receiver.example", "other.example"]
