"""Clients that send or take their time, or break off: the site answers everybody else."""

import contextlib
import io
import socket
import threading
from collections.abc import Iterator

import pytest
import requests
from PIL import Image

from tests.factories import phantom
from tests.running_site import RunningSite
from tests.site.test_api_contract import HOME, MAKE_HOME

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]
MANY = 40
"""More than the site has threads."""
FORM = "multipart/form-data; boundary=x"


@pytest.fixture(scope="module")
def key(site: RunningSite) -> str:
    assert site.manage("shell", "--command", MAKE_HOME).returncode == 0
    made = site.manage("create_api_key", "--organization", HOME, "--name", "slow")
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def head(path: str, key: str = "", length: int = 50_000_000) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {FORM}"]
    lines += [f"Content-Length: {length}"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    return "\r\n".join([*lines, "", ""]).encode()


def connected(site: RunningSite) -> socket.socket:
    return socket.create_connection(("127.0.0.1", site.port), timeout=20)


@contextlib.contextmanager
def dripping(site: RunningSite, beginning: bytes, number: int = MANY) -> Iterator[None]:
    """So many clients that have sent this much, and a byte a second since."""
    stop = threading.Event()
    clients = [connected(site) for _n in range(number)]

    def drip() -> None:
        while not stop.wait(1):
            for client in clients:
                with contextlib.suppress(OSError):
                    client.sendall(b"a")

    with contextlib.ExitStack() as stack:
        for client in clients:
            stack.enter_context(client)
            client.sendall(beginning)
        thread = threading.Thread(target=drip)
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        stop.wait(4)
        yield


def answers(site: RunningSite) -> None:
    for path in ("/livez", "/login/", "/livez"):
        assert requests.get(f"{site.base_url}{path}", timeout=10).status_code in {200, 404}


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"POST /api/v1/cases/ HTTP/1.1\r\nHost: local",
        head("/api/v1/cases/"),
        head("/api/v1/nothing/"),
        head("/login/"),
    ],
    ids=["nothing", "half a header", "no key", "nowhere", "a page"],
)
def test_who_drips_stops_nobody(site: RunningSite, beginning: bytes) -> None:
    with dripping(site, beginning):
        answers(site)


def test_who_drips_with_a_key_stops_nobody(site: RunningSite, key: str) -> None:
    with dripping(site, head("/api/v1/cases/", key) + b"--x\r\n"):
        answers(site)


def test_who_does_not_read_stops_nobody(site: RunningSite, key: str) -> None:
    """Each asks for the same large image, and takes none of it."""
    noise = Image.effect_noise((3000, 3000), 90)
    file = io.BytesIO()
    noise.save(file, "PNG")
    sent = requests.post(
        f"{site.base_url}/api/v1/cases/",
        headers={"Authorization": f"Bearer {key}"},
        data={"patient_reference": "LARGE"},
        files={"radiographs": ("noise.png", file.getvalue())},
        timeout=120,
    )
    assert sent.status_code == 202, sent.text
    path = f"/api/v1/radiographs/{sent.json()['radiographs'][0]['id']}/canonical/"
    asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
    with contextlib.ExitStack() as stack:
        for _n in range(MANY):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", site.port))
            client.sendall(asked.encode())
        answers(site)


def test_a_slow_link_gets_through(site: RunningSite, key: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="'
    body = part + b'patient_reference"\r\n\r\nSLOW\r\n'
    body += part + b'radiographs"; filename="a.png"\r\n\r\n' + phantom() + b"\r\n--x--\r\n"
    with connected(site) as client:
        client.sendall(head("/api/v1/cases/", key, len(body)))
        pieces = 8
        size = -(-len(body) // pieces)
        for place in range(0, len(body), size):
            client.sendall(body[place : place + size])
            threading.Event().wait(0.6)
        assert client.recv(4096).startswith(b"HTTP/1.1 202 ")


def test_a_form_of_unknown_length_gets_through(site: RunningSite, key: str) -> None:
    """As many libraries send what they stream: in chunks."""
    part = b'--x\r\nContent-Disposition: form-data; name="'
    pieces = [
        part + b'patient_reference"\r\n\r\nCHUNKED\r\n',
        part + b'radiographs"; filename="a.png"\r\n\r\n' + phantom(),
        b"\r\n--x--\r\n",
    ]
    answer = requests.post(
        f"{site.base_url}/api/v1/cases/",
        headers={"Authorization": f"Bearer {key}", "Content-Type": FORM},
        data=iter(pieces),
        timeout=60,
    )
    assert answer.status_code == 202, answer.text


def test_what_is_said_to_be_too_large_is_refused_before_it_comes(
    site: RunningSite, key: str
) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="radiographs"; filename="a.png"\r\n\r\n'
    with connected(site) as client:
        client.sendall(head("/api/v1/cases/", key, 10**9) + part + b"x" * 200_000)
        answer = client.recv(65536)
        while b"errors" not in answer:
            answer += client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"too_many_bytes"' in answer


def test_what_breaks_off_leaves_nothing(site: RunningSite, key: str) -> None:
    address = f"{site.base_url}/api/v1/cases/?page_size=100&patient_reference=BROKEN"
    part = b'--x\r\nContent-Disposition: form-data; name="'
    body = part + b'patient_reference"\r\n\r\nBROKEN\r\n'
    body += part + b'radiographs"; filename="a.png"\r\n\r\n' + phantom()
    for length in (len(body) + 1000, 60_000_000):
        with connected(site) as client:
            client.sendall(head("/api/v1/cases/", key, length) + body)
    answers(site)
    told = requests.get(address, headers={"Authorization": f"Bearer {key}"}, timeout=20)
    assert told.json()["results"] == []
    assert "Traceback" not in site.output
