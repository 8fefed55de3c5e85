"""Running workers follow the active model; only those that need a model load one."""

import json
import shutil
from pathlib import Path

import psutil
import pytest
from pytest_django.fixtures import Settings

from cases.models import ModelVersion, Worker
from cases.services.analyses import queue_analysis
from cases.services.model_versions import activate
from fracture_platform.running.prepare import shipped_bundle
from inference_worker.installation import install
from tests.factories import RadiographFactory
from tests.inference_worker.samples import baseline
from tests.queue.platform import Platform, assert_one_result, status_of, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("broker")]


def another_version(folder: Path) -> Path:
    """The shipped bundle under another version."""
    bundle = shipped_bundle()
    assert bundle is not None
    copy = shutil.copytree(bundle, folder / "another")
    manifest = json.loads((copy / "bundle.json").read_text())
    (copy / "bundle.json").write_text(json.dumps(manifest | {"version": "test"}))
    return copy


def test_a_running_worker_follows_the_active_model(
    platform: Platform, model: ModelVersion, tmp_path: Path, settings: Settings
) -> None:
    settings.MODEL_BUNDLE_DIRS = [
        settings.MODEL_BUNDLE_DIRS[0],
        platform.folder / "var" / "models",
    ]
    platform.start_worker()
    child = platform.child()
    before = queue_analysis(radiograph=RadiographFactory())
    wait_for(lambda: status_of(before) == "succeeded", seconds=10)
    second = install(another_version(tmp_path))
    activate(model_version=second)
    rows = Worker.objects.filter(kind=Worker.Kind.INFERENCE, model_version=second)
    wait_for(rows.exists, seconds=10)
    after = queue_analysis(radiograph=RadiographFactory())
    still_old = queue_analysis(radiograph=RadiographFactory(), model_version=model)
    for analysis, version in ((before, model), (after, second), (still_old, model)):
        wait_for(lambda a=analysis: status_of(a) == "succeeded", seconds=10)  # type: ignore[misc]
        assert_one_result(analysis)
        assert analysis.model_version == version
        assert analysis.weights_sha256 == version.weights_sha256
    assert platform.child() == child


def test_the_baseline_beside_it_is_switched_to_and_back(
    platform: Platform, model: ModelVersion
) -> None:
    """Two networks with other inputs and other maps, in one running worker."""
    floor = install(baseline())
    assert floor.name != model.name
    platform.start_worker()
    child = platform.child()
    answered = []
    for version in (model, floor, model):
        activate(model_version=version)
        rows = Worker.objects.filter(kind=Worker.Kind.INFERENCE, model_version=version)
        wait_for(rows.exists, seconds=20)
        analysis = queue_analysis(radiograph=RadiographFactory())
        wait_for(lambda a=analysis: status_of(a) == "succeeded", seconds=10)  # type: ignore[misc]
        assert_one_result(analysis)
        answered.append(analysis)
    assert [analysis.model_version for analysis in answered] == [model, floor, model]
    assert answered[0].logit == answered[2].logit
    assert answered[0].logit != answered[1].logit
    assert platform.child() == child


def libraries(process: psutil.Process) -> str:
    return Path(f"/proc/{process.pid}/maps").read_text()


def test_only_the_inference_worker_loads_a_model(platform: Platform) -> None:
    platform.start("housekeeping")
    platform.start_worker()
    wait_for(Worker.objects.filter(kind=Worker.Kind.HOUSEKEEPING).exists, seconds=20)
    housekeeping = psutil.Process(platform.processes["housekeeping"].pid)
    assert "ai_edge_litert" in libraries(platform.child())
    for process in (housekeeping, *housekeeping.children()):
        assert "ai_edge_litert" not in libraries(process)
    for process in (housekeeping, platform.child()):
        assert "tensorflow" not in libraries(process)
    assert Worker.objects.get(kind=Worker.Kind.HOUSEKEEPING).model_version is None
