"""A program of the demo site's telemedicine partner, and a server that fails on purpose."""

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from fracture_client import Client
from tests.clients.stubborn import Stubborn, handler_of
from tests.running_site import RunningSite

PARTNER = "Island Telemedicine"


@pytest.fixture(scope="session")
def partner_key(site: RunningSite) -> str:
    made = site.manage("create_api_key", "--organization", PARTNER, "--name", "client tests")
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@pytest.fixture
def api(site: RunningSite, partner_key: str) -> Iterator[Client]:
    with Client(site.base_url, partner_key) as client:
        yield client


@pytest.fixture
def stubborn() -> Iterator[Stubborn]:
    """A real server on this machine that answers what it is told to, in turn."""
    told = Stubborn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(told))
    told.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()
