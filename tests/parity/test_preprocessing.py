"""The JVM's preprocessing against Pillow's resize and Transformers' processors, and what it refuses."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
import vitscale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from transformers import AutoImageProcessor
from transformers.image_utils import load_image
from vitscale.errors import ImageError, ModelError
from vitscale.inference.pixels import pixel_values

from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS

FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@FEW
@given(st.data())
def test_resize(data: st.DataObject) -> None:
    edge = st.integers(1, 70)
    width, height, to_width, to_height = (data.draw(edge) for _ in range(4))
    shape = data.draw(st.sampled_from(["any", "tall", "same width", "same height"]))
    if shape == "tall":
        width, height = 1 + width % 5, (1 + width % 5) * 100 + height
    to_width = width if shape == "same width" else to_width
    to_height = height if shape == "same height" else to_height
    samples = np.random.default_rng(width * height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = Image.fromarray(samples)
    for resample in range(6):
        size = {"height": to_height, "width": to_width}
        got = vitscale.preprocess(image, {"size": size, "resample": resample})
        assert np.array_equal(got, np.asarray(image.resize((to_width, to_height), resample))), resample


CONFIGS = [
    {},
    {"size": 384, "resample": 3, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]},
    {"size": [31, 57], "resample": 1, "rescale_factor": 0.01},
    {"size": {"shortest_edge": 61}, "do_normalize": False},
    {"size": {"shortest_edge": 61, "longest_edge": 75}, "image_mean": 0.3, "image_std": 0.7},
    {"size": {"max_height": 50, "max_width": 200}, "resample": 4},
    {"size": 40, "do_center_crop": True, "crop_size": 33},
    {"size": 40, "do_center_crop": True, "crop_size": {"height": 51, "width": 20}},
    {"do_resize": False, "do_rescale": False},
    {"image_processor_type": "DeiTImageProcessor"},
    {"image_processor_type": "BeitImageProcessor", "do_reduce_labels": False},
    {"feature_extractor_type": "ViTFeatureExtractor", "size": 32},
]


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_floats_equal_transformers(config: dict[str, object], tmp_path: Path) -> None:
    named = any(key.endswith("_type") for key in config)
    whole = config if named else {"image_processor_type": "ViTImageProcessor"} | config
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(whole))
    (tmp_path / "config.json").write_text('{"model_type": "vit"}')
    processor = AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    for photo, size in zip(PHOTOS, ((101, 77), (50, 83)), strict=True):
        file = encoded(photo.resize(size), "JPEG")
        expected = processor(load_image(Image.open(io.BytesIO(file))), return_tensors="np")["pixel_values"][0]
        got = pixel_values(file, tmp_path)
        assert got.dtype == expected.dtype == np.float32
        assert np.array_equal(got, expected)


def test_what_an_image_can_be(tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"  # a wrong extension: the first bytes decide
    path.write_bytes(encoded(PHOTOS[0], "PNG"))
    expected = np.asarray(PHOTOS[0].resize((224, 224), Image.Resampling.BILINEAR))
    for image in (path, os.fspath(path), path.read_bytes(), PHOTOS[0]):
        assert np.array_equal(vitscale.preprocess(image), expected)


def test_refusals(tmp_path: Path) -> None:
    jpeg = encoded(PHOTOS[0].resize((40, 30)), "JPEG")
    for file in (b"", b"no image", jpeg[:-1], jpeg[:200]):
        with pytest.raises(ImageError):
            vitscale.preprocess(file)
    with pytest.raises(ImageError, match="nowhere"):
        vitscale.preprocess(tmp_path / "nowhere.jpg")
    with pytest.raises(ModelError, match="resample"):
        vitscale.preprocess(jpeg, {"resample": 17})
