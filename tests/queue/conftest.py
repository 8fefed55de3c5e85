"""Fixtures of the tests on the real broker: a platform of one's own, with the shipped model."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image
from pytest_django.plugin import DjangoDbBlocker

from cases import dispatch
from cases.models import ModelVersion
from cases.services import model_versions
from fracture_platform.running.prepare import shipped_bundle
from inference_worker.installation import install
from tests.databases import own_database
from tests.embedded_broker import EmbeddedBroker
from tests.queue.platform import Platform, own_broker


@pytest.fixture(scope="session")
def migrated(
    empty_database: Path,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Path:
    """A database file with all tables and the shipped model active; each test gets a copy."""
    path = Path(shutil.copy(empty_database, tmp_path_factory.mktemp("queue")))
    bundle = shipped_bundle()
    assert bundle is not None, f"no bundle in {settings.MODEL_BUNDLE_DIRS[0]}"
    with django_db_blocker.unblock(), own_database(path):
        model_versions.activate(model_version=install(bundle))
    return path


@pytest.fixture
def platform(
    migrated: Path,
    tmp_path: Path,
    server: EmbeddedBroker,
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Platform]:
    """Nothing runs yet but the broker; what the test starts is ended with it."""
    shutil.copy(migrated, tmp_path / "db.sqlite3")
    monkeypatch.setattr(dispatch, "_silent_until", 0.0)
    running = Platform(folder=tmp_path, broker=server)
    with (
        django_db_blocker.unblock(),
        own_database(tmp_path / "db.sqlite3"),
        own_broker(server.url),
    ):
        try:
            yield running
        finally:
            running.end()


@pytest.fixture
def model(platform: Platform) -> ModelVersion:
    return ModelVersion.objects.get(is_active=True)


@pytest.fixture
def quick(platform: Platform) -> Platform:
    """The same with short leases, for tests that wait for several of them to run out."""
    platform.environment = {
        "LEASE_SECONDS": "3",
        "LEASE_RENEWAL_SECONDS": "1",
        "RECONCILER_SECONDS": "1",
    }
    return platform


@pytest.fixture(scope="session")
def slow_file() -> bytes:
    """A canonical radiograph large enough that a worker can be caught while it works: noise."""
    pixels = np.random.default_rng(0).integers(0, 255, (5000, 5000), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
