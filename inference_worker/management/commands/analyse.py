"""`manage.py analyse`: the active model on files, without the queue; nothing is stored."""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.intake.errors import IntakeError
from cases.intake.uploads import configured_limits
from cases.intake.verify import verify
from cases.models import ModelVersion
from cases.vocabulary import FindingLevel
from inference_worker.assessment import NoUsableAnswer, UnreadableRadiograph, assess
from inference_worker.bundle import BundleError
from inference_worker.classifier import Classifier
from inference_worker.loaded import load


class Command(BaseCommand):
    help = (
        "Analyse files with the active model, as the platform would, without the queue. "
        "Exit status 1 if any file failed; an image that is not assessable is no failure. "
        "Decision support: it does not replace reading the radiograph."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.epilog = "Example: python manage.py analyse --json wrist.png ankle.dcm"

    def handle(self, *, files: list[Path], json: bool, **options: Any) -> None:
        model = ModelVersion.objects.filter(is_active=True).first()
        if model is None:
            raise CommandError("No model is active. Install one with `manage.py install_model`.")
        try:
            classifier = load(model)
        except BundleError as error:
            raise CommandError(str(error)) from None
        failed = False
        for path in files:
            report = analyse(path, classifier, model)
            failed |= report["error"] is not None
            self.stdout.write(as_json(report) if json else as_text(report))
            self.stdout.flush()
        if model.is_demonstration and not json:
            self.stdout.write(f"{model} is a demonstration model. Decision support only.")
        if failed:
            sys.exit(1)


def analyse(path: Path, classifier: Classifier, model: ModelVersion) -> dict[str, Any]:
    """Take a file in as an upload would be, and ask the model. Never raises for a bad file.

    Milliseconds: `read` includes verifying the file in the guarded child.
    """
    report: dict[str, Any] = {
        "path": str(path),
        "level": None,
        "probability": None,
        "class_scores": {},
        "model_version": str(model),
        "timings_ms": {},
        "error": None,
    }
    started = time.perf_counter()
    try:
        path.open("rb").close()  # a folder, or a file that is not there or not ours
        with TemporaryDirectory(prefix="analyse-", dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            taken = verify(path, Path(folder), limits=configured_limits())
            data = taken.canonical.read_bytes()
        read = (time.perf_counter() - started) * 1000
        if taken.not_assessable:
            report |= {"level": str(FindingLevel.NOT_ASSESSABLE), "timings_ms": {"read": read}}
        else:
            assessment = assess(data, classifier)
            timings = dict(assessment.timings_ms)
            timings = {"read": read + timings.pop("decoded"), **timings}
            report |= {
                "level": assessment.answer.level,
                "probability": assessment.answer.probability,
                "class_scores": assessment.answer.class_scores,
                "timings_ms": timings,
            }
    except IntakeError as error:
        report["error"] = {"code": error.code, "message": error.message}
    except OSError as error:
        report["error"] = {"code": "file_unreadable", "message": f"{error.strerror}."}
    except (UnreadableRadiograph, NoUsableAnswer) as error:
        report["error"] = {"code": "analysis_failed", "message": f"{error}."}
    report["timings_ms"]["total"] = (time.perf_counter() - started) * 1000
    report["timings_ms"] = {name: round(ms, 1) for name, ms in report["timings_ms"].items()}
    return report


def as_json(report: dict[str, Any]) -> str:
    return json.dumps(report, ensure_ascii=False)


def as_text(report: dict[str, Any]) -> str:
    """One line of the table: level, probability, milliseconds, path; or what went wrong."""
    if report["error"]:
        return f"{'failed':<18} {'':>6} {'':>8}  {report['path']}: {report['error']['message']}"
    probability = "" if report["probability"] is None else f"{report['probability']:.3f}"
    total = report["timings_ms"]["total"]
    return f"{report['level']:<18} {probability:>6} {total:>5.0f} ms  {report['path']}"
