"""Speed of other families than ViT beside Hugging Face's pipeline: base models with random weights, fp32.

Run it with `make bench-families`. Let nothing else run meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoImageProcessor, AutoModelForImageClassification

from tests.fixtures.hub_processors import (
    BIT_PROCESSOR,
    CONVNEXT_PROCESSOR,
    DEIT_PROCESSOR,
    SIGLIP_PROCESSOR,
    SWIN_PROCESSOR,
)
from tests.fixtures.tiny_checkpoints import seed_weights

_LABELS = 1000


@dataclass(frozen=True)
class _Model:
    """A published architecture: its class, its processor, and the settings that are no defaults."""

    model_type: str
    architecture: str
    processor: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)


def _timm(architecture: str, **image_settings: Any) -> _Model:
    """Return an architecture of timm for 224x224 pixels; its image settings stand in its configuration."""
    settings = {
        "architecture": architecture,
        "pretrained_cfg": {"input_size": [3, 224, 224], **image_settings},
    }
    return _Model("timm_wrapper", "TimmWrapperForImageClassification", {}, settings)


MODELS = {
    "deit-base": _Model("deit", "DeiTForImageClassification", DEIT_PROCESSOR),
    "dinov2-base": _Model(
        "dinov2", "Dinov2ForImageClassification", BIT_PROCESSOR, {"image_size": 518, "patch_size": 14}
    ),
    "siglip-base": _Model("siglip", "SiglipForImageClassification", SIGLIP_PROCESSOR),
    "swin-tiny": _Model("swin", "SwinForImageClassification", SWIN_PROCESSOR),
    "convnext-tiny": _Model("convnext", "ConvNextForImageClassification", CONVNEXT_PROCESSOR),
    "timm-vit-base": _timm("vit_base_patch16_224", mean=[0.5] * 3, std=[0.5] * 3, crop_pct=0.9),
    "timm-resnet50": _timm("resnet50", crop_pct=0.95),
}
"""By the name of the results file."""


def main() -> None:
    """Write each model once, and measure it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=list(MODELS), help="names; all by default")
    parser.add_argument("--images", type=Path, required=True, help="folder of photos")
    parser.add_argument(
        "-b", "--backend", action="append", help="as in `vitscale bench`; huggingface and vitscale by default"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch-sizes", default="1,4")
    parser.add_argument("--seconds", type=float, default=10, help="least time of each round")
    parser.add_argument("--cache", type=Path, default=Path("models/families"), help="where models are kept")
    parser.add_argument("--output", type=Path, default=Path("results/families"))
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    backends = [word for backend in given.backend or ("huggingface", "vitscale") for word in ("-b", backend)]
    for name in given.models:
        folder = _exported(name, given.cache)
        subprocess.run(
            [
                *("vitscale", "bench", "--fresh", "--images", given.images, "--model", folder),
                *(*backends, "--batch-size", given.batch_sizes, "--forks", str(given.rounds)),
                *("--iterations", "1", "--min-seconds", str(given.seconds), "--warmup-images", "32"),
                *("--stage-images", "0", "--parity-images", "64", "--budget", "3600"),
                *("--output", given.output / f"{name}.json"),
            ],
            check=True,
        )


def _exported(name: str, cache: Path) -> Path:
    folder, checkpoint = cache / name, cache / f"{name}-checkpoint"
    if not (folder / "vitscale.json").is_file():
        print(f"{name}: writing a model with random weights", file=sys.stderr)
        _write(MODELS[name], checkpoint)
        record = {"name": name, "weights": "random", "onnx": {}}
        (checkpoint / "vitscale.json").write_text(json.dumps(record))
        subprocess.run(["vitscale", "export", checkpoint, "--output", folder], check=True)
    return folder


def _write(model: _Model, folder: Path) -> None:
    labels = {number: f"class {number}" for number in range(_LABELS)}
    config = AutoConfig.for_model(
        model.model_type,
        **model.settings,
        architectures=[model.architecture],
        num_labels=_LABELS,
        id2label=labels,
        label2id={label: number for number, label in labels.items()},
    )
    made = AutoModelForImageClassification.from_config(config)
    made.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(model.processor))
    seed_weights(made, AutoImageProcessor.from_pretrained(folder, backend="pil"))
    made.save_pretrained(folder)


if __name__ == "__main__":
    main()
