"""What lower precision costs: labels of two small trained models on images that they have not seen.

Run it with `make bench-precision`. Speed is not measured, so other work may run beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import vitscale
from vitscale.bench.environment import environment
from vitscale.models.calibration import calibrate
from vitscale.models.export.run import export

from tests.fixtures import vit_digits, vit_glyphs
from tests.fixtures.vit_digits import data as digits
from tests.fixtures.vit_glyphs import data as glyphs

_VARIANTS = (
    ("fp32", "onnxruntime"),
    ("fp32", "onednn"),
    ("bf16", "onednn"),
    ("int8", "onednn"),
    ("int8", "onnxruntime"),
    ("fp32-tome4", "onnxruntime"),
    ("int8-tome4", "onnxruntime"),
)
"""Precision and library of each measurement; the first is the reference."""
_MERGED = 4
"""Pairs of tokens that a graph with token merging merges in each layer."""


@dataclass(frozen=True)
class _Model:
    """A trained model, and what writes its images below folders that are called as their labels."""

    checkpoint: Path
    calibration: Callable[[Path], Path]
    held_out: Callable[[Path], Path]


_MODELS = {
    "digits": _Model(
        vit_digits.CHECKPOINT,
        lambda folder: digits.write_images(folder, "train"),
        lambda folder: digits.write_images(folder, "held-out"),
    ),
    "glyphs": _Model(
        vit_glyphs.CHECKPOINT,
        lambda folder: glyphs.write_images(folder, "train", glyphs.CALIBRATION),
        lambda folder: glyphs.write_images(folder, "held-out", glyphs.HELD_OUT),
    ),
}


def main() -> None:
    """Classify with each variant, and write how many labels are right and how many are fp32's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("results/precision.json"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counts = {name: _counts(model, Path(folder) / name) for name, model in _MODELS.items()}
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps({"environment": environment(), "models": counts}, indent=1) + "\n")


def _counts(model: _Model, folder: Path) -> dict[str, object]:
    place, images = _prepared(model, folder), model.held_out(folder / "held-out")
    labels = {variant: _labels(place, images, *variant) for variant in _VARIANTS}
    reference = labels[_VARIANTS[0]]
    return {
        "images": len(reference),
        "variants": [
            {
                "precision": precision,
                "runtime": runtime,
                "right": sum(Path(file).parent.name == label for file, label in found.items()),
                "same_as_fp32": sum(label == reference[file] for file, label in found.items()),
            }
            for (precision, runtime), found in labels.items()
        ],
    }


def _prepared(model: _Model, folder: Path) -> Path:
    """Return a folder of the model with all variants, and with scales for int8."""
    place, seen = folder / "model", model.calibration(folder / "calibration")
    for precision, merged in (("fp32", 0), ("int8", 0), ("fp32", _MERGED), ("int8", _MERGED)):
        source = str(model.checkpoint)
        export(source, place, precision=precision, token_merging=merged, images=seen, force=True)
    calibrate(place, seen, force=True)
    return place


def _labels(model: Path, images: Path, precision: str, runtime: str) -> dict[str, str]:
    print(f"{model.parent.name}: {precision} on {runtime}", file=sys.stderr)
    with vitscale.ViT(model, precision, runtime=runtime) as vit:  # type: ignore[arg-type]
        found = vit.classify(images, top_k=1)
    assert isinstance(found, Mapping)
    return {file: answer[0]["label"] for file, answer in found.items()}


if __name__ == "__main__":
    main()
