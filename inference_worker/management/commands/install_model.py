"""`manage.py install_model`: make a model known to this installation."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.models import ModelVersion
from cases.services import model_versions
from cases.services.model_versions import BundleMissing, ModelVersionConflict
from inference_worker.bundle import BundleError
from inference_worker.converting import SUFFIXES, Wish
from inference_worker.installation import install, install_file
from inference_worker.manifest import read_class_names, read_thresholds, read_word

EPILOG = (
    "Example: python manage.py install_model my-bundles/wrist-1 --activate. "
    "Example with a file of Keras (needs `make training`): python manage.py install_model "
    "wrist.keras --classes no_fracture,fracture --name wrist --bundle-version 1. "
    "A model from a file is a demonstration: nothing about it was measured here."
)


class Command(BaseCommand):
    help = (
        "Verify a model, try it on drawn radiographs, copy it to where the workers look, and "
        "register it. PATH is a bundle, or a .keras or .h5 file, which becomes one. What is "
        "refused changes nothing: the model that was active goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", metavar="PATH", type=Path, help="the bundle's folder, or a .keras or .h5 file"
        )
        parser.add_argument(
            "--activate", action="store_true", help="ask this model from now on; workers follow"
        )
        file = parser.add_argument_group("for a .keras or .h5 file")
        file.add_argument(
            "--classes", metavar="A,B,...", help="its classes in the order of its output"
        )
        file.add_argument(
            "--normal", metavar="NAME", help="the class without a fracture (default: the first)"
        )
        file.add_argument("--name", help="what it is called here (default: the file's name)")
        file.add_argument("--bundle-version", metavar="VERSION", default="1", help="default: 1")
        file.add_argument(
            "--input-size",
            metavar="N",
            type=int,
            help="pixels a side, where the file leaves it open",
        )
        file.add_argument(
            "--input-range",
            metavar=("BLACK", "WHITE"),
            nargs=2,
            type=float,
            default=[0.0, 1.0],
            help="what it takes for black and white (default: 0 1; often 0 255 or -1 1)",
        )
        file.add_argument("--rule-out", metavar="P", type=float, default=0.3, help="default: 0.3")
        file.add_argument("--rule-in", metavar="P", type=float, default=0.7, help="default: 0.7")
        parser.epilog = EPILOG

    def handle(self, *, path: Path, activate: bool, verbosity: int, **options: Any) -> None:
        try:
            model = self._installed(path, options)
            if activate:
                model_versions.activate(model_version=model)
        except (BundleError, BundleMissing, ModelVersionConflict) as error:
            raise CommandError(str(error)) from None
        if verbosity:
            state = "active" if model.is_active else "installed, not active"
            self.stdout.write(f"{model} is {state}.")

    def _installed(self, path: Path, options: dict[str, Any]) -> ModelVersion:
        if not path.is_file():
            return install(path)
        if path.suffix.lower() not in SUFFIXES:
            raise CommandError(
                f"{path.name} is neither the folder of a bundle nor a .keras or .h5 file: save the "
                "model with `model.save('model.keras')`."
            )
        try:
            wish = wish_of(path, options)
        except ValueError as error:
            raise CommandError(f"{error}.") from None
        return install_file(path, wish)


def wish_of(path: Path, options: dict[str, Any]) -> Wish:
    """What was said about a model file; ValueError says what is missing or wrong."""
    if not options["classes"]:
        raise ValueError(
            f"{path.name} does not say what its outputs are: name them in order, for instance "
            "--classes no_fracture,fracture"
        )
    names = [name.strip() for name in options["classes"].split(",")]
    class_names = read_class_names({"class_names": names})
    normal = options["normal"] or class_names[0]
    if normal not in class_names:
        raise ValueError(f"--normal {normal} is none of the classes {', '.join(class_names)}")
    thresholds = read_thresholds(options)
    return Wish(
        name=read_word(options["name"] or path.stem),
        version=read_word(options["bundle_version"]),
        class_names=class_names,
        normal=normal,
        input_size=options["input_size"],
        input_range=range_of(options["input_range"]),
        rule_out=thresholds.rule_out,
        rule_in=thresholds.rule_in,
    )


def range_of(values: Sequence[float]) -> tuple[float, float]:
    """What stands for black and white; ValueError unless black is less."""
    low, high = values
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"--input-range {low:g} {high:g} must go up, as 0 255 does")
    return low, high
