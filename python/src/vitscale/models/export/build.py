"""Builds one variant of a model: its ONNX file, the files for Spark NLP, and their record."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vitscale.errors import UsageError
from vitscale.images.image_set import ImageFolder, find_images
from vitscale.images.photos import make_photos
from vitscale.models import manifest
from vitscale.models.checkpoint.load import Checkpoint, label_texts
from vitscale.models.export.accuracy_loss import Cost, Graph, measure, refuse_if_too_high
from vitscale.models.export.check import probe
from vitscale.models.export.features import add_features
from vitscale.models.export.fp16 import halve
from vitscale.models.export.inputs import batches
from vitscale.models.export.onnx_file import OPSET, largest_difference, write_onnx
from vitscale.models.export.quantise import quantise_dynamically, quantise_statically
from vitscale.models.export.sparknlp_assets import write_assets
from vitscale.models.export.variant import Variant
from vitscale.system import model_files

MADE_PHOTOS = 128  # without images of the user
MOST_IMAGES = 1000  # evenly spaced; takes some minutes for ViT-base
MOST_CALIBRATION = 128
Say = Callable[[str], None]


class VariantBuilder:
    """Builds a variant of a checkpoint.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    variant : Variant
        The variant.
    images : Path or None
        Folder of images for calibration and measurement of a lossy variant; None makes photos.
    force : bool
        Whether to accept a variant that gives more than 1 % of the images another class.
    say : callable
        Receives progress, one sentence each.
    """

    def __init__(
        self, checkpoint: Checkpoint, variant: Variant, images: Path | None, force: bool, say: Say
    ) -> None:
        self._checkpoint = checkpoint
        self._variant = variant
        self._images = images
        self._force = force
        self._say = say

    def build(self, folder: Path) -> dict[str, Any]:
        """Write `model.onnx` and `assets` into an empty folder and return the facts for the record."""
        target = folder / model_files.ONNX
        self._say(f"Exporting {self._checkpoint.name} to ONNX")
        if self._variant.lossless:
            quality = {"max_logit_difference": self._write_compared(target)}
        else:
            with tempfile.TemporaryDirectory() as place:
                quality = self._build_lossy(target, Path(place))
        features = add_features(target)
        write_assets(folder, label_texts(self._checkpoint), self._checkpoint.processor)
        return {
            "sha256": manifest.sha256(target),
            "opset": OPSET,
            "input": self._variant.input_type,
            "token_merging": self._variant.token_merging,
            "features": features,
            **quality,
        }

    def _write_compared(self, target: Path) -> float:
        """Write a graph in float32 and return the largest difference of its logits to PyTorch's."""
        expected = probe(self._checkpoint)
        write_onnx(self._checkpoint, self._variant, target)
        self._say("Comparing ONNX with PyTorch")
        return largest_difference(self._checkpoint, expected, self._variant, target)

    def _build_lossy(self, target: Path, place: Path) -> dict[str, Any]:
        """Write a graph of lower precision or with token merging, and compare it with float32."""
        calibration, test = self._calibration_and_test(place / "photos")
        in_float = place / "float.onnx"
        if self._variant.token_merging:
            write_onnx(self._checkpoint, self._variant, in_float)
        else:
            self._write_compared(in_float)
        if self._variant.precision == "fp32":
            shutil.copy(in_float, target)
        else:
            self._lower(in_float, target, calibration)
            cost = self._measure((in_float, self._variant.input_type), target, test)
            if not self._force:
                refuse_if_too_high(cost, self._checkpoint.name, self._variant.name)
        if self._variant.token_merging:
            write_onnx(self._checkpoint, Variant(), place / "plain.onnx")
            cost = self._measure((place / "plain.onnx", Variant().input_type), target, test)
        return {"max_logit_difference": cost.max_logit_difference, "cost": cost.to_json()}

    def _lower(self, source: Path, target: Path, calibration: ImageFolder) -> None:
        self._say(f"Converting to {self._variant.precision}")
        match self._variant.precision:
            case "fp16":
                halve(source, target)
            case "int8":
                quantise_dynamically(source, target)
            case _:
                pixels = batches(self._checkpoint, calibration, self._variant.input_type)
                quantise_statically(source, target, pixels)

    def _measure(self, reference: Graph, candidate: Path, test: ImageFolder) -> Cost:
        self._say(f"Measuring {self._variant.name} on {len(test.files)} images")
        texts = label_texts(self._checkpoint)
        return measure(self._checkpoint, texts, reference, (candidate, self._variant.input_type), test)

    def _calibration_and_test(self, place: Path) -> tuple[ImageFolder, ImageFolder]:
        """Return images for calibration and others for measurement, or all for both without calibration."""
        if self._images is None:
            make_photos(place, MADE_PHOTOS)
        found = find_images(self._images or place)
        if self._images is not None:
            for remark in found.remarks():
                self._say(remark)
        images = found.spread(MOST_IMAGES)
        if self._variant.precision != "int8-static":
            return images, images
        if len(images.files) < 2:  # noqa: PLR2004
            raise UsageError(
                f"{self._images} has one image; int8-static needs several, for calibration and for "
                "measurement. Add images, or choose int8."
            )
        calibration, test = (images.only(images.files[half::2]) for half in (0, 1))
        return calibration.spread(MOST_CALIBRATION), test
