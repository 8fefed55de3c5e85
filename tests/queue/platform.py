"""Real workers and a real scheduler, as subprocesses on a database file, a storage and a broker."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings
from django.core.files.base import ContentFile
from django.db.utils import DatabaseError

from cases.models import Analysis, CaseEvent, Radiograph, Worker
from cases.models.radiograph import private_storage
from cases.vocabulary import AnalysisStatus, CaseStatus
from fracture_platform.broker import celery_url
from fracture_platform.celery import app
from fracture_platform.processes import PROCESSES
from tests.embedded_broker import EmbeddedBroker
from tests.factories import RadiographFactory

BIN = Path(sys.executable).parent


def wait_for(condition: Callable[[], object], *, seconds: float, every: float = 0.05) -> float:
    """Wait until the condition holds; how long it took."""
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        assert waited < seconds, f"not within {seconds} s"
        time.sleep(every)
    return time.monotonic() - began


@dataclass
class Platform:
    """What a test starts, kills and looks at. The test process sees the same rows as they do."""

    folder: Path
    broker: EmbeddedBroker
    environment: dict[str, str] = field(default_factory=dict)
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, *, as_name: str = "") -> None:
        """Start one of PROCESSES by name; another worker beside the first needs another name."""
        program, *arguments = PROCESSES[name]
        if as_name:
            arguments = [f"{as_name}@%h" if "@%h" in word else word for word in arguments]
            name = as_name
        with (self.folder / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                [str(BIN / program), *arguments],
                cwd=settings.BASE_DIR,
                env=os.environ | self._environment() | self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "fracture_platform.settings.demo",
            "VAR_DIR": str(self.folder / "var"),
            "DATABASE_URL": f"sqlite:///{self.folder / 'db.sqlite3'}",
            "STORAGE_URL": f"file://{private_storage().location}",  # type: ignore[attr-defined]
            "REDIS_URL": self.broker.url,
        }

    def start_worker(self) -> None:
        """Start the inference worker and wait until it holds the model."""
        Worker.objects.filter(kind=Worker.Kind.INFERENCE).delete()
        self.start("worker")
        self.wait_for_worker()

    def wait_for_worker(self) -> None:
        rows = Worker.objects.filter(kind=Worker.Kind.INFERENCE, model_version__isnull=False)
        try:
            wait_for(rows.exists, seconds=40)
        except AssertionError:
            raise AssertionError(self.log("worker")) from None

    def child(self) -> psutil.Process:
        """The process that holds the model."""
        parent = psutil.Process(self.processes["worker"].pid)
        wait_for(parent.children, seconds=20)
        return parent.children()[0]

    def kill(self, name: str) -> None:
        """SIGKILL to the process itself and to nothing else."""
        self.processes[name].kill()
        self.processes.pop(name).wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def end(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def status_of(analysis: Analysis) -> str:
    """The status as it is now; a database that is locked for a moment is asked again."""
    while True:
        try:
            return Analysis.objects.values_list("status", flat=True).get(pk=analysis.pk)
        except DatabaseError:
            time.sleep(0.05)


@contextlib.contextmanager
def own_broker(url: str) -> Iterator[None]:
    """Let this process publish to that broker."""
    names = ("broker_url", "broker_read_url", "broker_write_url")
    before = {name: app.conf[name] for name in names}
    app.conf.update(dict.fromkeys(names, celery_url(url)))
    try:
        yield
    finally:
        app.conf.update(before)


def slow_radiograph(data: bytes) -> Radiograph:
    return RadiographFactory(canonical=ContentFile(data, "canonical.png"))


def assert_one_result(analysis: Analysis) -> None:
    """The row holds a complete answer, its file is there, and it was written once."""
    analysis.refresh_from_db()
    assert analysis.status == AnalysisStatus.SUCCEEDED
    assert analysis.probability is not None
    assert 0 <= analysis.probability <= 1
    assert analysis.level in {"fracture", "inconclusive", "no_fracture_found"}
    assert analysis.heatmap.open().read(8) == b"\x89PNG\r\n\x1a\n"
    kinds = CaseEvent.objects.filter(analysis=analysis).values_list("kind", flat=True)
    assert list(kinds).count(CaseEvent.Kind.SUCCEEDED) == 1
    analysis.radiograph.case.refresh_from_db()
    assert analysis.radiograph.case.status == CaseStatus.FINISHED
