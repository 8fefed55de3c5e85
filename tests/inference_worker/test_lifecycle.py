"""A worker's child says which model it holds, and loads none when it only keeps house."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, InterfaceError
from pytest_django.fixtures import Settings

from cases import reconciler
from cases.models import ModelVersion, Worker
from cases.services import model_versions, workers
from inference_worker import lifecycle
from inference_worker.installation import install
from inference_worker.lifecycle import Heart, kind_of
from inference_worker.loaded import Loaded, load
from tests.factories import ModelVersionFactory
from tests.inference_worker.samples import shipped

pytestmark = pytest.mark.django_db(transaction=True)  # a heart closes the connections it used


@pytest.fixture(autouse=True)
def _inference_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = lifecycle.Identity(name="inference@test", kind=Worker.Kind.INFERENCE)
    monkeypatch.setattr(lifecycle, "identity", identity)
    monkeypatch.setattr(lifecycle, "loaded", Loaded())


@pytest.mark.parametrize(
    ("queues", "kind"),
    [
        ({"inference.urgent", "inference.routine"}, "inference"),
        ({"inference.routine"}, "inference"),
        ({"housekeeping"}, "housekeeping"),
        ({"housekeeping", "inference.urgent"}, "inference"),
        ({"webhooks"}, "webhooks"),
        ({"housekeeping", "webhooks"}, "housekeeping"),
    ],
)
def test_the_queues_tell_the_kind(queues: set[str], kind: str) -> None:
    assert kind_of(queues) == kind


def test_it_reports_the_model_that_it_holds(installed: ModelVersion) -> None:
    Heart().beat()
    row = Worker.objects.get()
    assert (row.name, row.kind, row.engine) == ("inference@test", "inference", "litert")
    assert row.model_version == installed


def test_it_follows_the_active_model(installed: ModelVersion, another: ModelVersion) -> None:
    heart = Heart()
    heart.beat()
    model_versions.activate(model_version=another)
    heart.beat()
    assert Worker.objects.get().model_version == another


@pytest.fixture
def another(tmp_path: Path, settings: Settings) -> ModelVersion:
    """The shipped bundle, installed from elsewhere as another version."""
    settings.MODEL_BUNDLE_DIRS = [settings.MODEL_BUNDLE_DIRS[0], tmp_path / "models"]
    copy = shutil.copytree(shipped(), tmp_path / "sent")
    manifest = json.loads((copy / "bundle.json").read_text())
    (copy / "bundle.json").write_text(json.dumps(manifest | {"version": "other"}))
    return install(copy)


@pytest.mark.parametrize("kind", [DatabaseError, InterfaceError])
def test_a_database_that_goes_away(
    installed: ModelVersion, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    """Neither the end of a child nor the start of a worker fails for it."""

    def gone(**_: object) -> None:
        raise kind("connection already closed")

    lifecycle.child_starts()
    monkeypatch.setattr(workers, "forget", gone)
    lifecycle.child_ends()
    assert Worker.objects.exists()
    monkeypatch.setattr(reconciler, "run_once", gone)
    lifecycle.parent_is_ready()


def test_without_an_active_model(caplog: pytest.LogCaptureFixture) -> None:
    heart = Heart()
    for _ in range(3):
        heart.beat()
    row = Worker.objects.get()
    assert (row.model_version, row.engine) == (None, "")
    assert caplog.text.count("no_model_loaded") == 1


def test_a_model_that_is_not_installed_here_is_not_reported() -> None:
    ModelVersionFactory(is_active=True)
    Heart().beat()
    assert Worker.objects.get().model_version is None


def test_weights_other_than_registered_are_not_run(installed: ModelVersion) -> None:
    ModelVersion.objects.update(weights_sha256="f" * 64)
    Heart().beat()
    assert Worker.objects.get().model_version is None


def test_housekeeping_holds_no_model(
    installed: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = lifecycle.Identity(name="housekeeping@test", kind=Worker.Kind.HOUSEKEEPING)
    monkeypatch.setattr(lifecycle, "identity", identity)
    Heart().beat()
    assert Worker.objects.get().model_version is None


def test_a_child_signs_on_and_off(installed: ModelVersion) -> None:
    lifecycle.child_starts()
    assert Worker.objects.get().model_version == installed
    lifecycle.child_ends()
    assert not Worker.objects.exists()


def test_two_models_are_kept(installed: ModelVersion, another: ModelVersion) -> None:
    loaded = Loaded(capacity=2)
    first, second = loaded.get(installed), loaded.get(another)
    assert loaded.get(installed) is first
    third = ModelVersionFactory(name=installed.name, version="unknown")
    with pytest.raises(Exception, match="No bundle"):
        loaded.get(third)
    assert (loaded.get(installed), loaded.get(another)) == (first, second)
    small = Loaded(capacity=1)
    held = small.get(installed)
    small.get(another)
    assert small.get(installed) is not held


def test_loading_warms_up(installed: ModelVersion, caplog: pytest.LogCaptureFixture) -> None:
    assert load(installed).engine == "litert"
    assert "warm_up_ms" in caplog.text


def test_no_deep_learning_framework_comes_in() -> None:
    """What a CPU worker imports: neither TensorFlow nor Keras, and no runtime before it loads."""
    code = (
        "import django; django.setup(); import sys\n"
        "from fracture_platform.celery import app\n"
        "app.loader.import_default_modules()\n"
        "assert 'inference_worker.analyse_radiograph' in app.tasks\n"
        "assert not {'tensorflow', 'keras', 'ai_edge_litert'} & set(sys.modules)\n"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "fracture_platform.settings.test", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
