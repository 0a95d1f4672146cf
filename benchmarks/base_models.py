"""A model of each family at the size of a published one, with random weights that tell photos apart."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoImageProcessor, AutoModelForImageClassification, PreTrainedModel
from vitscale.models.checkpoint.families import FAMILIES

from tests.fixtures.tiny_checkpoints import seed_weights
from tests.fixtures.tiny_families import FAMILIES as TINY

_LABELS = 1000


@dataclass(frozen=True)
class _BaseModel:
    """The settings of a published model that are no defaults of Transformers.

    Attributes
    ----------
    family : str
        Its `model_type`.
    settings : dict
        Settings of the family's configuration class.
    momentum : float or None
        As in `seed_weights`; None for that of the family's tiny model.
    """

    family: str
    settings: dict[str, Any] = field(default_factory=dict)
    momentum: float | None = None


def _timm(architecture: str, **image_settings: Any) -> _BaseModel:
    """Return an architecture of timm for 224x224 pixels; its image settings stand in its configuration."""
    settings = {
        "architecture": architecture,
        "pretrained_cfg": {"input_size": [3, 224, 224], **image_settings},
    }
    return _BaseModel("timm_wrapper", settings)


_DINOV2 = {"image_size": 518, "patch_size": 14}
_BIASED = {"use_relative_position_bias": True}
BASE_MODELS = {
    "vit-base": _BaseModel("vit"),
    "beit-base": _BaseModel("beit", _BIASED),
    "bit-50": _BaseModel("bit", {"global_padding": "SAME"}),
    "clip-base-patch32": _BaseModel("clip"),
    "convnext-tiny": _BaseModel("convnext"),
    "convnextv2-tiny": _BaseModel("convnextv2"),
    "cvt-13": _BaseModel("cvt"),
    "data2vec-vision-base": _BaseModel("data2vec-vision", _BIASED),
    "deit-base": _BaseModel("deit"),
    "dinov2-base": _BaseModel("dinov2", _DINOV2),
    "dinov2-with-registers-base": _BaseModel("dinov2_with_registers", _DINOV2),
    "efficientnet-b0": _BaseModel(
        "efficientnet",
        {"width_coefficient": 1.0, "depth_coefficient": 1.0, "image_size": 224, "hidden_dim": 1280},
    ),
    "focalnet-tiny": _BaseModel("focalnet"),
    "hiera-base": _BaseModel("hiera"),
    "ijepa-base": _BaseModel("ijepa"),
    "levit-128S": _BaseModel("levit"),
    "metaclip-2-base-patch32": _BaseModel("metaclip_2"),
    "mobilenet-v1": _BaseModel("mobilenet_v1"),
    "mobilenet-v2": _BaseModel("mobilenet_v2"),
    "mobilevit-small": _BaseModel("mobilevit"),
    "mobilevitv2": _BaseModel("mobilevitv2"),
    "poolformer-s12": _BaseModel("poolformer"),
    "pvt-tiny": _BaseModel("pvt"),
    "pvt-v2-b0": _BaseModel("pvt_v2"),
    "regnet-y-040": _BaseModel("regnet", momentum=0.5),
    "resnet-50": _BaseModel("resnet"),
    "segformer-b0": _BaseModel("segformer"),
    "siglip-base": _BaseModel("siglip"),
    "swiftformer-xs": _BaseModel("swiftformer"),
    "swin-tiny": _BaseModel("swin"),
    "swinv2-tiny": _BaseModel("swinv2", {"image_size": 256, "window_size": 8}),
    "timm-vit-base": _timm("vit_base_patch16_224", mean=[0.5] * 3, std=[0.5] * 3, crop_pct=0.9),
    "timm-resnet50": _timm("resnet50", crop_pct=0.95),
    "vit-msn-base": _BaseModel("vit_msn"),
}
"""By the name of its folder and of its results. Image settings are those of the tiny models of the tests."""


def exported(name: str, cache: Path) -> Path:
    """Return the model folder of a base model, which is exported if it is not there.

    Parameters
    ----------
    name : str
        One of `BASE_MODELS`.
    cache : Path
        Folder of model folders and their checkpoints.
    """
    folder, checkpoint = cache / name, cache / f"{name}-checkpoint"
    if not (folder / "vitscale.json").is_file():
        print(f"{name}: writing a model with random weights", file=sys.stderr)
        _write(BASE_MODELS[name], checkpoint)
        record = {"name": name, "weights": "random", "onnx": {}}
        (checkpoint / "vitscale.json").write_text(json.dumps(record))
        subprocess.run(["vitscale", "export", checkpoint, "--output", folder], check=True)
    return folder


def _write(model: _BaseModel, folder: Path) -> None:
    labels = {number: f"class {number}" for number in range(_LABELS)}
    config = AutoConfig.for_model(
        model.family,
        **model.settings,
        architectures=[FAMILIES[model.family].classes[0]],
        num_labels=_LABELS,
        id2label=labels,
        label2id={label: number for number, label in labels.items()},
    )
    made: PreTrainedModel = AutoModelForImageClassification.from_config(config)
    made.save_pretrained(folder)
    image_settings, momentum = _as_tiny(model.family)
    (folder / "preprocessor_config.json").write_text(json.dumps(image_settings))
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    seed_weights(made, processor, model.momentum or momentum)
    made.save_pretrained(folder)


def _as_tiny(family: str) -> tuple[dict[str, Any], float | None]:
    """Return image settings and batch norms' momentum of a family; timm's stand in its configuration."""
    if family not in TINY:
        return {}, None
    return TINY[family].processor, TINY[family].batch_norm_momentum
