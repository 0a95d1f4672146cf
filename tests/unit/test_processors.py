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

from tests.fixtures.image_settings import DONE, REFUSED, S32, VIT
from tests.fixtures.photos import PHOTOS
from tests.fixtures.small_vit import write_json

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
