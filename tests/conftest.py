"""Fixtures for every test: the cast of people, a model version, the real radiographs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.models import Organization, User
from cases.models import ModelVersion
from tests.databases import empty_database, several_connections  # noqa: F401  (fixtures)
from tests.embedded_broker import EmbeddedBroker, embedded_broker
from tests.factories import ModelVersionFactory, OrganizationFactory, UserFactory
from tests.postgres import start_postgres
from tests.running_site import RunningSite, running_site


@pytest.fixture(scope="session")
def fracatlas() -> Path:
    """The FracAtlas folder; the test is skipped where it is not."""
    folder = Path(os.environ.get("FRACATLAS_DIR", "../shared/data/fracatlas")).resolve()
    if not (folder / "dataset.csv").exists():
        pytest.skip(f"no FracAtlas radiographs at {folder} (FRACATLAS_DIR)")
    return folder


@pytest.fixture
def hospital(db: None) -> Organization:
    """Reads its own cases and those that `sender` submits."""
    return OrganizationFactory(name="Harbour Hospital")


@pytest.fixture
def sender(hospital: Organization) -> Organization:
    """A telemedicine partner: submits, and `hospital` reads."""
    return OrganizationFactory(
        name="Island Telemedicine",
        kind=Organization.Kind.PARTNER,
        default_reading_organization=hospital,
    )


@pytest.fixture
def elsewhere(db: None) -> Organization:
    return OrganizationFactory(name="Elsewhere Clinic")


@pytest.fixture
def owner(sender: Organization) -> User:
    """Submitted the case."""
    return UserFactory(email="owner@island.example", organization=sender, role=User.Role.PARTNER)


@pytest.fixture
def colleague(sender: Organization) -> User:
    """Works where the case was submitted."""
    return UserFactory(
        email="colleague@island.example", organization=sender, role=User.Role.CLINICIAN
    )


@pytest.fixture
def reader(hospital: Organization) -> User:
    """A clinician of the reading organization."""
    return UserFactory(email="reader@harbour.example", organization=hospital)


@pytest.fixture
def partner(hospital: Organization) -> User:
    """A partner of yet another organization that the same hospital reads for."""
    other = OrganizationFactory(
        name="Valley Telemedicine",
        kind=Organization.Kind.PARTNER,
        default_reading_organization=hospital,
    )
    return UserFactory(email="partner@valley.example", organization=other, role=User.Role.PARTNER)


@pytest.fixture
def stranger(elsewhere: Organization) -> User:
    return UserFactory(email="stranger@elsewhere.example", organization=elsewhere)


@pytest.fixture
def administrator(sender: Organization) -> User:
    """Administers the submitting organization."""
    return UserFactory(
        email="admin@island.example",
        organization=sender,
        role=User.Role.ORGANIZATION_ADMINISTRATOR,
    )


@pytest.fixture
def reading_administrator(hospital: Organization) -> User:
    return UserFactory(
        email="admin@harbour.example",
        organization=hospital,
        role=User.Role.ORGANIZATION_ADMINISTRATOR,
    )


@pytest.fixture
def operator(db: None) -> User:
    """The platform operator."""
    return UserFactory(
        email="operator@platform.example", organization=None, role="", is_superuser=True
    )


@pytest.fixture
def model_version(db: None) -> ModelVersion:
    """An active model version (a row; tests of the worker install the real bundle)."""
    return ModelVersionFactory(is_active=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The platform, started by `manage.py run` and ready; shared, so leave it ready.

    Mark tests that use it with `@pytest.mark.xdist_group("site")`: one start for all of them.
    Its API counts requests and takes any number: schemathesis would see nothing but 429.
    """
    limits = ("API_REQUESTS_PER_KEY", "API_REQUESTS_PER_ORGANIZATION")
    plenty = dict.fromkeys((*limits, "API_UNFINISHED_PER_ORGANIZATION"), "1000000")
    with running_site(tmp_path_factory.mktemp("site"), **plenty) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """An embedded broker of the test's own, up and empty."""
    with embedded_broker(tmp_path / "broker-var") as started:
        yield started


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """DATABASE_URL of a real PostgreSQL server with an empty database."""
    with start_postgres() as url:
        yield url
