"""Image processors of all classes and forms: Transformers' pixels, from Transformers and from the JVM."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from transformers import AutoImageProcessor
from vitscale.errors import ModelError
from vitscale.inference.pixels import pixel_values
from vitscale.models.checkpoint.image_processor import load_processor, settings_of

from tests.fixtures.photos import PHOTOS
from tests.fixtures.small_vit import write_json

S32 = {"height": 32, "width": 32}
VIT = "ViTImageProcessor"

DONE: dict[str, dict[str, Any]] = {
    "silent": {},
    "ViT": {"image_processor_type": VIT, "size": S32},
    "fast": {"image_processor_type": f"{VIT}Fast", "size": S32},
    "feature extractor": {"feature_extractor_type": "ViTFeatureExtractor", "size": 32},
    "one number": {"image_processor_type": VIT, "size": 32},
    "a list": {"image_processor_type": VIT, "size": [24, 40]},
    "steps that are null": {
        "image_processor_type": "CLIPImageProcessor",
        "size": S32,
        "do_center_crop": None,
        "crop_size": None,
        "do_rescale": None,
        "rescale_factor": None,
        "do_normalize": None,
        "image_mean": None,
    },
    "bicubic": {"image_processor_type": VIT, "size": S32, "resample": 3},
    "lanczos": {"image_processor_type": VIT, "size": S32, "resample": 1},
    "integers": {"image_processor_type": VIT, "size": S32, "image_mean": [0, 0, 0], "image_std": [1, 2, 1]},
    "scalars": {"image_processor_type": VIT, "size": S32, "image_mean": 0.4, "image_std": 0.5},
    "not rescaled": {"image_processor_type": VIT, "size": S32, "do_rescale": False},
    "another factor": {"image_processor_type": VIT, "size": S32, "rescale_factor": 1 / 127.5},
    "not normalised": {"image_processor_type": VIT, "size": S32, "do_normalize": False, "image_std": 0},
    "cropped alone": {
        "image_processor_type": VIT,
        "do_resize": False,
        "do_center_crop": True,
        "crop_size": {"height": 450, "width": 300},
    },
    "shortest edge": {
        "image_processor_type": VIT,
        "size": {"shortest_edge": 36},
        "do_center_crop": True,
        "crop_size": 32,
    },
    "both edges": {
        "image_processor_type": VIT,
        "size": {"shortest_edge": 40, "longest_edge": 50},
        "do_center_crop": True,
        "crop_size": [32, 32],
    },
    "within": {
        "image_processor_type": VIT,
        "size": {"max_height": 40, "max_width": 40},
        "do_center_crop": True,
        "crop_size": S32,
    },
    "DeiT": {"image_processor_type": "DeiTImageProcessor"},
    "BEiT": {"feature_extractor_type": "BeitFeatureExtractor", "size": 32, "do_reduce_labels": True},
    "CLIP": {"image_processor_type": "CLIPImageProcessor"},
    "CLIP's old form": {"feature_extractor_type": "CLIPFeatureExtractor", "size": 36, "crop_size": 32},
    "BiT": {"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 36}, "crop_size": S32},
    "ConvNeXT": {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 32}},
    "ConvNeXT's share": {
        "image_processor_type": "ConvNextImageProcessor",
        "size": 32,
        "crop_pct": 0.95,
    },
    "ConvNeXT, large": {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 384}},
    "ConvNeXT warps and crops": {
        "image_processor_type": "ConvNextImageProcessor",
        "size": {"shortest_edge": 384},
        "do_center_crop": True,
        "crop_size": 100,
    },
    "LeViT": {"feature_extractor_type": "LevitFeatureExtractor", "size": 40, "crop_size": 32},
    "LeViT's box": {"image_processor_type": "LevitImageProcessor", "size": [40, 50], "crop_size": [32, 33]},
    "LeViT's shorter edge": {
        "image_processor_type": "LevitImageProcessor",
        "size": {"shortest_edge": 30, "longest_edge": 40},
        "crop_size": 32,
    },
    "PoolFormer": {"feature_extractor_type": "PoolFormerFeatureExtractor", "size": 37, "crop_size": 37},
    "PoolFormer's square": {
        "image_processor_type": "PoolFormerImageProcessor",
        "size": {"height": 37, "width": 37},
        "crop_pct": 0.95,
        "crop_size": 37,
    },
    "PoolFormer's box": {
        "image_processor_type": "PoolFormerImageProcessor",
        "size": {"height": 41, "width": 29},
        "crop_pct": 0.77,
        "do_center_crop": False,
    },
    "PoolFormer without a share": {
        "image_processor_type": "PoolFormerImageProcessor",
        "size": 41,
        "crop_pct": None,
        "crop_size": 29,
    },
    "MobileViT": {"image_processor_type": "MobileViTImageProcessor", "size": 40, "crop_size": 32},
    "MobileViT in RGB": {
        "image_processor_type": "MobileViTImageProcessor",
        "size": 40,
        "crop_size": 32,
        "do_flip_channel_order": False,
        "do_normalize": True,
    },
    "MobileViT by its defaults": {"feature_extractor_type": "MobileViTFeatureExtractor"},
    "EfficientNet": {
        "image_processor_type": "EfficientNetImageProcessor",
        "size": 37,
        "image_std": [0.4, 0.5, 0.6],
    },
    "EfficientNet between -1 and 1": {
        "image_processor_type": "EfficientNetImageProcessor",
        "size": S32,
        "rescale_factor": 1 / 127.5,
        "rescale_offset": True,
        "include_top": False,
        "do_normalize": False,
    },
    "EfficientNet's steps at once": {
        "image_processor_type": "EfficientNetImageProcessor",
        "size": S32,
        "resample": 0,
        "do_center_crop": True,
        "crop_size": 40,
        "rescale_offset": True,
        "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225],
    },
    "EfficientNet's second division alone": {
        "image_processor_type": "EfficientNetImageProcessor",
        "size": S32,
        "do_rescale": False,
        "rescale_offset": True,
        "do_normalize": False,
        "image_std": [0.229, 0.224, 0.225],
    },
    "EfficientNet without a top": {
        "image_processor_type": "EfficientNetImageProcessor",
        "size": S32,
        "include_top": False,
    },
    "MobileNet V1": {"image_processor_type": "MobileNetV1ImageProcessor", "size": 40, "crop_size": 33},
    "MobileNet V2": {"image_processor_type": "MobileNetV2ImageProcessor", "size": 40, "crop_size": 33},
    "PVT": {"image_processor_type": "PvtImageProcessor", "size": 33, "resample": 2},
    "SegFormer": {
        "feature_extractor_type": "SegformerFeatureExtractor",
        "size": 33,
        "reduce_labels": True,
        "do_center_crop": True,
        "crop_size": 20,
    },
    "box": {"image_processor_type": VIT, "size": [33, 47], "resample": 4},
    "Hamming": {"image_processor_type": VIT, "size": [33, 47], "resample": 5},
    "nearest": {"image_processor_type": VIT, "size": [33, 47], "resample": 0},
    "a crop larger than the image": {
        "image_processor_type": "BitImageProcessor",
        "size": 31,
        "crop_size": 64,
    },
    "a square, said so": {"image_processor_type": "BitImageProcessor", "size": 31, "default_to_square": True},
    "colours of another space": {"image_processor_type": VIT, "size": S32, "do_convert_rgb": True},
    "SigLIP": {"image_processor_type": "SiglipImageProcessor", "size": S32},
    "code of its own": {"image_processor_type": VIT, "auto_map": {"AutoImageProcessor": "its_own.Its"}},
}

REFUSED = [
    ({"image_processor_type": VIT, "do_resize": False}, "do_resize"),
    ({"image_processor_type": VIT, "size": {"shortest_edge": 36}}, "size"),
    ({"image_processor_type": VIT, "size": 0}, "size"),
    ({"image_processor_type": VIT, "size": -4}, "size"),
    ({"image_processor_type": VIT, "size": "32"}, "size"),
    ({"image_processor_type": VIT, "size": 32.5}, "size"),
    ({"image_processor_type": VIT, "size": {"height": "32", "width": 32}}, "size"),
    ({"image_processor_type": VIT, "size": {"height": 32}}, "size"),
    ({"image_processor_type": VIT, "size": {"longest_edge": 32}}, "size"),
    ({"image_processor_type": VIT, "size": 10**7}, "size"),
    ({"image_processor_type": VIT, "do_center_crop": True}, "crop_size"),
    ({"image_processor_type": VIT, "do_center_crop": True, "crop_size": {"shortest_edge": 9}}, "crop_size"),
    ({"image_processor_type": VIT, "do_resize": None}, "do_resize"),
    ({"image_processor_type": VIT, "size": None}, "size"),
    ({"image_processor_type": VIT, "resample": None}, "resample"),
    ({"image_processor_type": VIT, "image_mean": None}, "image_mean"),
    ({"image_processor_type": VIT, "rescale_factor": None}, "rescale_factor"),
    ({"image_processor_type": VIT, "resample": 9}, "resample"),
    ({"image_processor_type": VIT, "resample": "bilinear"}, "resample"),
    ({"image_processor_type": VIT, "image_mean": [0.5]}, "image_mean"),
    ({"image_processor_type": VIT, "image_mean": "0.5"}, "image_mean"),
    ({"image_processor_type": VIT, "image_std": [0.5, 0, 0.5]}, "image_std"),
    ({"image_processor_type": VIT, "image_std": [0.5, None, 0.5]}, "image_std"),
    ({"image_processor_type": VIT, "rescale_factor": "1/255"}, "rescale_factor"),
    ({"image_processor_type": VIT, "do_normalize": "false"}, "do_normalize"),
    ({"image_processor_type": VIT, "do_resize": 1}, "do_resize"),
    ({"image_processor_type": VIT, "do_pad": True, "pad_size": {"height": 300, "width": 300}}, "do_pad"),
    ({"image_processor_type": "DonutImageProcessor"}, "image_processor_type"),
    ({"image_processor_type": "Siglip2ImageProcessor"}, "image_processor_type"),
    ({"image_processor_type": "ImageGPTImageProcessor"}, "image_processor_type"),
    ({"image_processor_type": "SiglipImageProcessor", "size": 32}, "size"),
    ({"image_processor_type": "SegformerImageProcessor", "size": {"shortest_edge": 32}}, "size"),
    ({"image_processor_type": "PoolFormerImageProcessor", "crop_pct": 1.5}, "crop_pct"),
    (
        {"image_processor_type": "MobileViTImageProcessor", "do_flip_channel_order": "yes"},
        "do_flip_channel_order",
    ),
    ({"image_processor_type": "EfficientNetImageProcessor", "include_top": 1}, "include_top"),
    ({"image_processor_type": "EfficientNetImageProcessor", "image_std": [0.5, 0.0, 0.5]}, "image_std"),
    ({"image_processor_type": "NoSuchImageProcessor"}, "image_processor_type"),
    ({"image_processor_type": 7}, "image_processor_type"),
    ({"image_processor_type": "ConvNextImageProcessor", "size": S32}, "size"),
    ({"image_processor_type": "ConvNextImageProcessor", "size": 32, "crop_pct": 0}, "crop_pct"),
    (
        {
            "image_processor_type": "ConvNextImageProcessor",
            "size": 32,
            "do_center_crop": True,
            "crop_size": 9,
        },
        "do_center_crop",
    ),
    (
        {"image_processor_type": "Its", "auto_map": {"AutoImageProcessor": "its_own.Its"}},
        "image_processor_type",
    ),
]

IMAGES = [*PHOTOS, Image.effect_mandelbrot((50, 300), (-2, -1, 1, 1), 40).convert("RGB")]


@pytest.mark.parametrize("name", DONE)
def test_pixels_are_those_of_transformers(name: str, tmp_path: Path) -> None:
    write_json(tmp_path / "preprocessor_config.json", DONE[name])
    plain = {key: value for key, value in DONE[name].items() if key != "auto_map"}
    reference = tmp_path / "reference"
    reference.mkdir()
    write_json(reference / "preprocessor_config.json", plain)
    write_json(reference / "config.json", {"model_type": "vit"})
    theirs = AutoImageProcessor.from_pretrained(reference, backend="pil")
    ours = load_processor(tmp_path, "m")
    settings = settings_of(ours)
    for image in IMAGES:
        expected = np.asarray(theirs(image, return_tensors="np")["pixel_values"], dtype=np.float32)
        assert np.array_equal(ours(image, return_tensors="np")["pixel_values"], expected)
        image.save(tmp_path / "image.png")
        for read in (settings, plain):  # what an export writes, and what a checkpoint has
            found = pixel_values(tmp_path / "image.png", read)
            assert np.array_equal(found.ravel(), expected.ravel())


@pytest.mark.parametrize(("settings", "field"), REFUSED)
def test_what_is_not_done_is_refused_with_its_field(
    settings: dict[str, Any], field: str, tmp_path: Path
) -> None:
    write_json(tmp_path / "preprocessor_config.json", settings)
    with pytest.raises(ModelError, match=rf"(?=.*{field})(?=.*preprocessor_config\.json)") as refused:
        load_processor(tmp_path, "m")
    assert "\n" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_the_settings_inside_of_a_processor_go_first(tmp_path: Path) -> None:
    write_json(tmp_path / "preprocessor_config.json", {"image_processor_type": VIT, "size": 48})
    write_json(tmp_path / "processor_config.json", {"image_processor": DONE["bicubic"]})
    assert settings_of(load_processor(tmp_path, "m"))["size"] == S32
    write_json(tmp_path / "processor_config.json", {"processor_class": "Other"})
    assert settings_of(load_processor(tmp_path, "m"))["size"] == {"height": 48, "width": 48}


def test_a_missing_processor_is_named_with_the_way_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"m has no preprocessor_config\.json.*from_pretrained\(BASE\)"):
        load_processor(tmp_path, "m")
