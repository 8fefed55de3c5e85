"""Remove files that no row names: what a crash between writing a file and its row leaves behind."""

import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.storage import Storage
from django.utils import timezone

from cases.models import Analysis, Radiograph, UploadPiece
from cases.models.radiograph import private_storage
from cases.services import resumable

log = structlog.get_logger(__name__)
OLD = timedelta(days=1)
"""Younger files may belong to a transaction that is not committed yet."""
CHUNK = 200
T = TypeVar("T")
NamesOf = Callable[[list[UUID]], set[str]]


def remove_unnamed_files() -> int:
    """Remove old files of private storage that no row names; how many.

    Folders are named by the id of the row, so each chunk is one look-up by key. Files of any
    other shape are left alone. It begins anywhere: where one night is too short for all, the next
    one does not look through the same again.
    """
    storage = private_storage()
    radiographs = (f"radiographs/{name}" for name in _folders(storage, "radiographs"))
    heatmaps = (
        f"heatmaps/{part}/{name}"
        for part in _folders(storage, "heatmaps")
        for name in _folders(storage, f"heatmaps/{part}")
    )
    uploads = (f"uploads/{name}" for name in _folders(storage, "uploads"))
    kinds = [
        (radiographs, _names_of_radiographs),
        (heatmaps, _names_of_heatmaps),
        (uploads, _names_of_pieces),
    ]
    removed = sum(_remove(storage, folders, names) for folders, names in _from_anywhere(kinds))
    log.info("unnamed_files_removed", files=removed)
    return removed


def remove_old_uploads() -> int:
    """Remove what aborted uploads and killed processes left in the folder for incoming files."""
    removed = 0
    oldest = time.time() - OLD.total_seconds()
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        try:
            if path.lstat().st_mtime > oldest:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        except FileNotFoundError:
            continue  # its owner was quicker
        removed += 1
    log.info("old_uploads_removed", entries=removed)
    return removed


def forget_uploads() -> int:
    """Forget the files that came in pieces and are over, whether a case took them or not."""
    forgotten = resumable.forget_old()
    log.info("uploads_forgotten", uploads=forgotten)
    return forgotten


def _names_of_radiographs(keys: list[UUID]) -> set[str]:
    rows = Radiograph.objects.filter(pk__in=keys)
    return {name for row in rows.values_list("original", "canonical", "deep") for name in row}


def _names_of_heatmaps(keys: list[UUID]) -> set[str]:
    return set(Analysis.objects.filter(pk__in=keys).values_list("heatmap", flat=True))


def _names_of_pieces(keys: list[UUID]) -> set[str]:
    return set(UploadPiece.objects.filter(upload__in=keys).values_list("name", flat=True))


def _remove(storage: Storage, folders: Iterator[str], names_of: NamesOf) -> int:
    removed = 0
    oldest = timezone.now() - OLD
    while chunk := list(islice(folders, CHUNK)):
        keyed = {folder: key for folder in chunk if (key := _key(folder))}
        named = names_of(list(keyed.values()))
        for folder in keyed:
            for file in _files(storage, folder):
                path = f"{folder}/{file}"
                # Somebody else may remove it between the list and here.
                with suppress(FileNotFoundError):
                    if path not in named and storage.get_modified_time(path) < oldest:
                        storage.delete(path)
                        removed += 1
    return removed


def _key(folder: str) -> UUID | None:
    try:
        return UUID(folder.rpartition("/")[2])
    except ValueError:
        return None


def _folders(storage: Storage, path: str) -> list[str]:
    return _from_anywhere(_listed(storage, path)[0])


def _files(storage: Storage, path: str) -> list[str]:
    return _listed(storage, path)[1]


def _from_anywhere(things: Sequence[T]) -> list[T]:
    """All of them, in their order and round to the beginning, from a place that chance chooses."""
    start = random.randrange(len(things)) if things else 0  # noqa: S311  (no secret)
    return [*things[start:], *things[:start]]


def _listed(storage: Storage, path: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = storage.listdir(path)
    except FileNotFoundError:
        return [], []
    return sorted(folders), sorted(files)
