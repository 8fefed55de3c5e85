"""A program of the demo site's telemedicine partner, and a server that fails on purpose."""

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from fracture_client import Client
from tests.clients.stubborn import Stubborn, handler_of
from tests.running_site import RunningSite

PARTNER, HOSPITAL = "Island Telemedicine", "Harbour Hospital"
READER = "clinician@harbour.example"


def made_key(site: RunningSite, organization: str, *scopes: str) -> str:
    """A real key of an organization."""
    asked = [word for scope in scopes for word in ("--scope", scope)]
    made = site.manage(
        "create_api_key", "--organization", organization, "--name", "client tests", *asked
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@pytest.fixture(scope="session")
def partner_key(site: RunningSite) -> str:
    return made_key(site, PARTNER)


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
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()
