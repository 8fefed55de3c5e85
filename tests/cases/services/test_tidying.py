"""Housekeeping removes what a crash left behind, and nothing that a row names or may name soon."""

import contextlib
import os
import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases import tasks
from cases.models import Radiograph, Worker
from cases.models.radiograph import private_storage
from cases.services import tidying, workers
from tests.factories import AnalysisFactory, RadiographFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> Path:
    """A storage and an incoming folder of the test's own: other tests leave old files, too."""
    private = settings.STORAGES["private"] | {"OPTIONS": {"location": tmp_path / "storage"}}
    settings.STORAGES = settings.STORAGES | {"private": private}
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return tmp_path


def stored(name: str, *, days_old: float = 2) -> str:
    """A file in private storage, and its age."""
    storage = private_storage()
    name = storage.save(name, ContentFile(b"x"))
    age(Path(storage.path(name)), days_old)
    return name


def age(path: Path, days: float) -> None:
    moment = time.time() - days * 86400
    os.utime(path, (moment, moment))


def test_files_that_no_row_names() -> None:
    radiograph = RadiographFactory()
    folder = f"radiographs/{radiograph.pk}"
    named = {field: stored(f"{folder}/{field}.png") for field in ("original", "canonical")}
    Radiograph.objects.filter(pk=radiograph.pk).update(**named)
    analysis = AnalysisFactory(radiograph=radiograph, succeeded=True)
    place = f"heatmaps/{str(analysis.pk)[:2]}/{analysis.pk}"
    analysis.heatmap.name = stored(f"{place}/kept.png")
    analysis.save()
    fresh = stored(f"radiographs/{uuid4()}/original.png", days_old=0.9)
    foreign = stored("radiographs/notes/readme.txt")
    half_a_case = stored(f"radiographs/{uuid4()}/original.png")
    replaced = stored(f"{folder}/deep.png")
    unwritten = stored(f"{place}/lost.png")

    assert tidying.remove_unnamed_files() == 3
    storage = private_storage()
    assert all(map(storage.exists, [*named.values(), analysis.heatmap.name, fresh, foreign]))
    assert not any(map(storage.exists, [half_a_case, replaced, unwritten]))
    assert tidying.remove_unnamed_files() == 0


def test_more_folders_than_one_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "CHUNK", 2)
    lost = [stored(f"radiographs/{uuid4()}/original.png") for _ in range(5)]
    assert tidying.remove_unnamed_files() == 5
    assert not any(map(private_storage().exists, lost))


def test_what_aborted_uploads_left(folders: Path) -> None:
    incoming = folders / "incoming"
    old_file, young_file, old_folder = (incoming / f"{uuid4()}" for _ in range(3))
    old_file.write_bytes(b"x")
    young_file.write_bytes(b"x")
    old_folder.mkdir()
    (old_folder / "canonical.png").write_bytes(b"x")
    age(old_file, 2)
    age(old_folder, 2)
    tasks.remove_unnamed_files()
    assert not old_file.exists()
    assert not old_folder.exists()
    assert young_file.exists()


def test_workers_that_are_long_gone() -> None:
    for name in ("here", "gone"):
        workers.heartbeat(name=name, kind=Worker.Kind.INFERENCE, started_at=timezone.now())
    Worker.objects.filter(name="gone").update(seen_at=timezone.now() - tidying.OLD * 2)
    tasks.forget_silent_workers()
    assert list(Worker.objects.values_list("name", flat=True)) == ["here"]


def test_a_night_that_is_cut_short_does_not_begin_where_the_last_one_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each night reaches one look-up; after enough nights nothing is left."""
    monkeypatch.setattr(tidying, "CHUNK", 1)
    kept = [stored(f"radiographs/{uuid4()}/original.png", days_old=0) for _ in range(4)]
    lost = [stored(f"radiographs/{uuid4()}/original.png") for _ in range(2)]
    place = "heatmaps/ab"
    lost += [stored(f"{place}/{uuid4()}/lost.png") for _ in range(2)]

    class CutShort(Exception):
        pass

    looked_up: list[object] = []

    def one_look_up(keys: list[UUID]) -> set[str]:
        looked_up.append(keys)
        if len(looked_up) == 2:
            raise CutShort
        return set()

    for kind in ("_names_of_radiographs", "_names_of_heatmaps"):
        monkeypatch.setattr(tidying, kind, one_look_up)
    for _ in range(400):
        looked_up.clear()
        with contextlib.suppress(CutShort):
            tidying.remove_unnamed_files()
        if not any(map(private_storage().exists, lost)):
            break
    assert not any(map(private_storage().exists, lost))
    assert all(map(private_storage().exists, kept))
