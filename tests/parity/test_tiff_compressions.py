"""TIFF in the compressions that libtiff writes: the JVM's pixels and Pillow's, or a refusal by name."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.fixtures import raw_tiff
from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS
from tests.fixtures.pillow import assert_same, our_pixels, refuses
from tests.fixtures.raw_tiff import LZW, Page, tiff
from tests.fixtures.tiff_layouts import HEIGHT, WIDTH, drawn


@pytest.mark.parametrize("compression", ["tiff_ccitt", "tiff_raw_16", "group3", "group4"])
@pytest.mark.parametrize("options", [{}, {292: 1}, {292: 4}, {292: 5}, {266: 2}, {266: 2, 292: 1}], ids=str)
def test_fax(compression: str, options: dict[int, int]) -> None:
    photo = PHOTOS[0].resize((203, 149))
    for image in (
        photo.convert("1"),
        photo.convert("L").point(lambda value: 255 * (value > 128)).convert("1"),
        Image.new("1", (17, 9)),
        Image.new("1", (2600, 3), 1),
    ):
        for more in ({}, {262: 0}, {262: 1}, {278: 16}):
            assert_same(encoded(image, "TIFF", compression=compression, tiffinfo={**options, **more}))


WRITTEN = [
    (compression, mode)
    for compression, modes in {
        "jpeg": ("L", "RGB", "YCbCr", "CMYK"),
        "zstd": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"),
        "lzma": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"),
        "tiff_lzw": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "I;16", "I", "F"),
        None: ("YCbCr", "LAB", "I", "F"),
    }.items()
    for mode in modes
]


@pytest.mark.parametrize(("compression", "mode"), WRITTEN)
def test_written_by_pillow(compression: str | None, mode: str) -> None:
    photo = PHOTOS[1].resize((203, 149))
    image = photo.convert("RGBA").convert("LA") if mode == "LA" else photo.convert(mode.removesuffix(";16"))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image, np.uint16))
    for options in ({}, {"tiffinfo": {278: 16}}, {"big_tiff": True}):
        assert_same(encoded(image, "TIFF", compression=compression, **options))


def test_old_lzw() -> None:
    data = drawn(8, 3).astype(np.uint8).tobytes()
    for predictor in (1, 2):
        page = Page(compression=LZW, predictor=predictor)
        assert_same(raw_tiff.tiff_of_segments(WIDTH, HEIGHT, 3, page, [raw_tiff.old_lzw(data)]))


@pytest.mark.parametrize(
    ("compression", "name"),
    [(6, "old-style JPEG"), (32809, "ThunderScan"), (34676, "LogLuv"), (50001, "WebP"), (4242, "4242")],
)
def test_other_compressions_are_refused_by_name(compression: int, name: str) -> None:
    answer = our_pixels(tiff(drawn(8, 3), Page(fields={259: ("H", [compression])})))
    assert refuses(answer)
    assert name in answer
