"""What must be there before the processes start: tables, static files, a model, demo sign-ins.

Each step is done once and then costs next to nothing, so `manage.py run` and a container's start
can go through all of them every time.
"""

import contextlib
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import DatabaseError


def database() -> None:
    """Bring the tables up to date, the cache's included. CommandError when that cannot be."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    except DatabaseError as error:
        raise CommandError(f"The database cannot be used: {error}") from None


def static_files() -> None:
    """Collect what the pages load, when any of it has changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    found = _fingerprint()
    if stamp.exists() and stamp.read_text() == found:
        return
    # A folder that holds the stamp is ours to empty: what is gone from the source goes from it too.
    call_command("collectstatic", verbosity=0, interactive=False, clear=stamp.exists())
    stamp.write_text(found)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def model() -> str:
    """See that an active model is there whose files can be used; a sentence if not, or if changed.

    Where none is active, or the files of the active one are gone or not those that were
    registered, it is the bundle that ships. Under production settings nobody but the operator
    changes which model answers: there the sentence asks for that. Raises CommandError when the
    shipped one cannot be used and none was active; else the rest of the platform works without.
    """
    said = _model()
    _register_others()
    return said


def _model() -> str:
    active, bundle = _active(), shipped_bundle()
    if active is None:
        if bundle:
            _install(bundle)
        return ""
    try:
        # Verifies each file; to activate what is active changes nothing.
        call_command("activate_model", active.name, active.version, stdout=io.StringIO())
    except CommandError as error:
        reason = f"The active model {active} cannot be used: {error}"
    else:
        return ""
    if bundle is None or not settings.DEMO:
        return f"{reason} What comes in waits; install it again, or activate another."
    try:
        _install(bundle)
    except CommandError as error:
        return f"{reason} {error}"
    return f"{reason} {active_model()}, which ships with the platform, is active instead."


def _register_others() -> None:
    """Make every bundle that ships one that can be switched to, whichever is active."""
    versions = apps.get_model("cases", "ModelVersion")._default_manager
    for folder in shipped_bundles():
        manifest = json.loads((folder / "bundle.json").read_text())
        known = versions.filter(name=manifest.get("name"), version=manifest.get("version"))
        if not known.exists():
            # What cannot be used is not needed to start: switching to it says why.
            with contextlib.suppress(CommandError):
                _install(folder, activate=False)


def _install(bundle: Path, *, activate: bool = True) -> None:
    """In a process of its own, because trying a model loads an inference runtime for good."""
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "install_model", str(bundle)),
            *(["--activate"] if activate else []),
        ],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"The model was not installed. {done.stderr.strip()[-500:]}")


def active_model() -> str | None:
    """Name and version of the active model, looked up by name: this package imports no app."""
    row = _active()
    return None if row is None else str(row)


def _active() -> Any:
    return apps.get_model("cases", "ModelVersion")._default_manager.filter(is_active=True).first()


def shipped_bundle() -> Path | None:
    """The bundle to begin with: no mere demonstration if there is another, and of those the one
    with the highest AUC measured."""
    return max(shipped_bundles(), key=_merit, default=None)


def _merit(folder: Path) -> tuple[bool, float, str]:
    manifest = json.loads((folder / "bundle.json").read_text())
    auc = (manifest.get("metrics", {}).get("auc") or {}).get("value") or 0.0
    return not manifest.get("demonstration", False), float(auc), folder.name


def shipped_bundles() -> list[Path]:
    """The folders of all bundles that lie in the code."""
    found = Path(settings.MODEL_BUNDLE_DIRS[0]).glob("*/bundle.json")
    return sorted(path.parent for path in found)


def forget_workers() -> None:
    """Believe no heartbeat from before this start, or it would seem ready before it is."""
    call_command("forget_workers")


def demo() -> None:
    """Demo organizations and sign-ins, where the settings want them."""
    if settings.DEMO:
        call_command("create_demo", verbosity=0)
