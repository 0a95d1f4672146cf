"""Images as Python users hold them: every form through every door, against Pillow and Transformers."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vitscale
from PIL import Image
from transformers import ViTForImageClassification, pipeline
from transformers.image_utils import load_image
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from vitscale.images import transport
from vitscale.inference.pixels import pixel_values

from tests.fixtures.image_forms import FAILING, REFUSED, TAKEN
from tests.job.jobs import MODEL

LONGEST_MESSAGE = 300
AS_IT_IS = {"do_resize": False}
"""Settings of a preprocessing that leaves an image's pixels alone."""


@pytest.fixture(scope="module")
def reference() -> Any:
    return pipeline(
        "image-classification",
        model=ViTForImageClassification.from_pretrained(MODEL),
        image_processor=ViTImageProcessorPil.from_pretrained(MODEL),
    )


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A JPEG of 60x45 pixels, gray enough for no two channels to be equal."""
    file = tmp_path / "photo.jpg"
    noise = np.random.default_rng(7).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((60, 45), Image.Resampling.BICUBIC).save(file, quality=95)
    return file


@pytest.mark.parametrize("form", TAKEN)
def test_every_form_gives_the_answer_of_transformers(
    vit: vitscale.ViT, reference: Any, photo: Path, form: str
) -> None:
    make = TAKEN[form]
    pixels = np.asarray(load_image(str(photo)))
    np.testing.assert_array_equal(vitscale.preprocess(make(photo), AS_IT_IS), pixels)
    values = ViTImageProcessorPil.from_pretrained(MODEL)(load_image(str(photo)), return_tensors="np")
    np.testing.assert_array_equal(pixel_values(make(photo), MODEL), values["pixel_values"][0])
    wanted = reference(str(photo), top_k=3)
    doors = {
        "alone": [vit.classify(make(photo), top_k=3)],
        "list": vit.classify([make(photo), make(photo)], top_k=3),
        "tuple": vit.classify((make(photo),), top_k=3, on_error="return"),
        "generator": vit.classify((make(photo) for _ in range(3)), top_k=3),
    }
    assert {door: len(answers) for door, answers in doors.items()} == {
        "alone": 1,
        "list": 2,
        "tuple": 1,
        "generator": 3,
    }
    for answer in itertools.chain.from_iterable(doors.values()):
        assert [one["label"] for one in answer] == [one["label"] for one in wanted]
        np.testing.assert_allclose(
            [one["score"] for one in answer], [one["score"] for one in wanted], atol=1e-4
        )


@pytest.mark.parametrize("form", REFUSED)
def test_what_is_no_image_is_refused_in_one_line_that_lists_the_forms(
    vit: vitscale.ViT, photo: Path, form: str
) -> None:
    make, said = REFUSED[form]
    doors = {
        "alone": lambda: vit.classify(make(photo), on_error="return"),
        "list": lambda: vit.classify([photo, make(photo)], on_error="return"),
        "generator": lambda: vit.classify(make(photo) for _ in range(2)),
        "preprocess": lambda: vitscale.preprocess(make(photo)),
        "pixel_values": lambda: pixel_values(make(photo)),
    }
    for door, call in doors.items():
        with pytest.raises(vitscale.UsageError) as caught:
            call()
        message = str(caught.value)
        assert said in message and "a path, bytes" in message and "Pillow" in message, door
        assert len(message) < LONGEST_MESSAGE and "\n" not in message, door
        assert ("images[1]" in message) == (door == "list"), door


@pytest.mark.parametrize("form", FAILING)
def test_an_image_that_fails_is_an_error_in_its_place(vit: vitscale.ViT, photo: Path, form: str) -> None:
    make, said = FAILING[form]
    answers = vit.classify([photo, make(photo), photo], on_error="return")
    assert [type(answer) for answer in answers] == [list, vitscale.ImageError, list]
    assert answers[0] == answers[2]
    errors = [str(answers[1])]
    if form != "folder":  # which alone means all its images
        alone = vit.classify(make(photo), on_error="return")
        assert isinstance(alone, vitscale.ImageError)
        errors.append(str(alone))
        with pytest.raises(vitscale.ImageError) as raised:
            vit.classify(make(photo))
        assert str(raised.value) == str(alone)
    for door in (vitscale.preprocess, pixel_values):
        with pytest.raises(vitscale.ImageError) as raised:
            door(make(photo))
        errors.append(str(raised.value))
    for error in errors:
        assert said in error and "\n" not in error and len(error) < LONGEST_MESSAGE
        error.encode()  # without lone surrogates, so that every output can print it


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV", "LAB"])
def test_pillows_modes_come_out_as_pillow_converts_them(mode: str) -> None:
    image = _of_mode(mode)
    np.testing.assert_array_equal(vitscale.preprocess(image, AS_IT_IS), np.asarray(load_image(image)))


@pytest.mark.parametrize("mode", ["I", "F", "La", "I;16", "I;16B", "I;16L"])
def test_pillows_deep_modes_come_out_as_pillow_converts_them_or_fail_as_there(mode: str) -> None:
    image = _of_mode(mode)
    try:
        wanted = np.asarray(load_image(image))
    except ValueError:
        with pytest.raises(vitscale.ImageError, match="Pillow cannot load it"):
            vitscale.preprocess(image, AS_IT_IS)
    else:
        np.testing.assert_array_equal(vitscale.preprocess(image, AS_IT_IS), wanted)


def _of_mode(mode: str) -> Image.Image:
    """A picture with every byte among its samples, in a mode that Pillow may not convert to."""
    size = (24, 16)
    samples = np.random.default_rng(3).integers(0, 256, size[0] * size[1] * 4, dtype=np.uint8).tobytes()
    blank = Image.new(mode, size)
    image = Image.frombytes(mode, size, samples[: len(blank.tobytes())])
    if mode in {"P", "PA"}:
        image.putpalette(samples[:768])
    return image


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_pillow_image_is_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    _of_mode("L").save(file, "JPEG", exif=exif)
    with Image.open(file) as image:
        np.testing.assert_array_equal(vitscale.preprocess(image, AS_IT_IS), np.asarray(load_image(image)))


def test_gray_arrays_are_pillows_gray(photo: Path) -> None:
    gray = Image.open(photo).convert("L")
    wanted = np.asarray(gray.convert("RGB"))
    np.testing.assert_array_equal(vitscale.preprocess(np.asarray(gray), AS_IT_IS), wanted)


def test_large_images_cross_in_a_file_that_goes_away(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_LARGE", 1000)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    pixels = np.asarray(Image.open(photo))
    for image in (pixels, photo.read_bytes()):
        np.testing.assert_array_equal(vitscale.preprocess(image, AS_IT_IS), pixels)
    with pytest.raises(vitscale.ImageError):
        vitscale.preprocess(b"no image" * 1000)
    assert list(temporary.iterdir()) == []


def test_too_many_pixels_are_refused_before_they_are_loaded(vit: vitscale.ViT) -> None:
    header = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(header, "PNG")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image, "MAX_IMAGE_PIXELS", None)
        image = Image.open(header)
    huge = np.broadcast_to(np.uint8(0), (20_000, 10_000, 3))  # one byte of memory
    for one in (image, huge):
        answer = vit.classify(one, on_error="return")
        assert isinstance(answer, vitscale.ImageError) and "178,956,970" in str(answer)
