"""The JVM's decoders against Pillow's, byte for byte, as Transformers' load_image uses them."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
import vitscale
from PIL import Image
from transformers.image_utils import load_image

from tests.fixtures import raw_images
from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS

AS_IT_IS = {"do_resize": False}
SIZES = ((640, 427), (500, 375), (101, 77), (33, 1), (17, 9), (3, 2), (1, 1))


def pillow(file: bytes) -> np.ndarray:
    return np.asarray(load_image(Image.open(io.BytesIO(file))))


def check(file: bytes) -> None:
    expected, got = pillow(file), vitscale.preprocess(file, AS_IT_IS)
    assert got.shape == expected.shape
    assert np.array_equal(got, expected), f"{np.count_nonzero(got != expected)} bytes differ"


def noise(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg(subsampling: str, progressive: bool) -> None:
    for photo in PHOTOS:
        for size, quality in zip(SIZES, (75, 90, 30, 100, 95, 50, 85), strict=True):
            check(
                encoded(
                    photo.resize(size),
                    "JPEG",
                    quality=quality,
                    subsampling=subsampling,
                    progressive=progressive,
                )
            )


def test_jpeg_colours() -> None:
    photo = PHOTOS[0].resize((64, 64))
    cmyk = encoded(photo.convert("CMYK"), "JPEG")
    adobe = cmyk.index(b"Adobe")
    check(encoded(photo.convert("L"), "JPEG"))
    check(encoded(photo, "JPEG", keep_rgb=True))
    check(encoded(photo, "JPEG", restart_marker_blocks=3))
    check(encoded(photo, "JPEG", icc_profile=b"no profile at all" * 20))
    check(cmyk[: adobe - 4] + cmyk[adobe + 12 :])
    for transform in (0, 1, 2):
        check(cmyk[: adobe + 11] + bytes([transform]) + cmyk[adobe + 12 :])
        check(raw_images.with_adobe_segment(encoded(photo, "JPEG"), transform))
        check(
            raw_images.with_adobe_segment(
                raw_images.with_component_names(encoded(photo, "JPEG"), b"\1\2\3"), transform
            )
        )
    for names in (b"\1\2\3", b"RGB", b"\0\1\2", b"rgb"):
        for subsampling in ("4:4:4", "4:2:0"):
            check(raw_images.with_component_names(encoded(photo, "JPEG", subsampling=subsampling), names))


def test_jpeg_with_chroma_halved_upright() -> None:
    for photo in PHOTOS:
        check(raw_images.upright_sampling(encoded(photo.resize((96, 96)), "JPEG", subsampling="4:2:2")))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(10))
def test_orientation(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    check(encoded(PHOTOS[0].resize((31, 20)), kind, exif=exif))


def test_orientation_elsewhere() -> None:
    rng = np.random.default_rng(1)
    exif = Image.Exif()
    exif[0x0112] = 6
    text = f"\nexif\n{len(exif.tobytes()):8}\n{exif.tobytes().hex()}\n".encode()
    key = b"Raw profile type exif\0"
    xmp = b'<x:xmpmeta tiff:Orientation="8"/>'
    check(raw_images.png(rng, 5, 9, 8, 2, extra=raw_images.png_chunk(b"tEXt", key + text)))
    check(
        raw_images.png(
            rng, 5, 9, 8, 2, extra=raw_images.png_chunk(b"zTXt", key + b"\0" + zlib.compress(text))
        )
    )
    check(encoded(PHOTOS[0].resize((31, 20)), "JPEG", xmp=xmp))
    check(encoded(PHOTOS[0].resize((31, 20)), "WEBP", xmp=xmp))


@pytest.mark.parametrize(
    ("color_type", "depth"),
    [
        (0, 1),
        (0, 2),
        (0, 4),
        (0, 8),
        (0, 16),
        (2, 8),
        (2, 16),
        (3, 1),
        (3, 2),
        (3, 4),
        (3, 8),
        (4, 8),
        (4, 16),
        (6, 8),
        (6, 16),
    ],
)
@pytest.mark.parametrize("interlaced", [False, True])
def test_png(color_type: int, depth: int, interlaced: bool) -> None:
    rng = np.random.default_rng(depth * 10 + color_type)
    transparent = {0: b"\0\1", 2: b"\0\1\0\2\0\3", 3: b"\0\x80"}.get(color_type, b"")
    for width, height in ((1, 1), (2, 9), (19, 13), (8, 8)):
        check(
            raw_images.png(
                rng, width, height, depth, color_type, interlaced=interlaced, transparent=transparent
            )
        )
        check(raw_images.png(rng, width, height, depth, color_type, interlaced=interlaced))


def test_gif() -> None:
    photo = PHOTOS[0].resize((61, 47))
    gray = noise(np.random.default_rng(2), 91, 70).convert("L")
    for image in (
        photo.convert("P"),
        photo.quantize(17),
        photo.convert("1"),
        gray,
        gray.convert("P"),
        photo.convert("RGBA"),
    ):
        for interlace in (0, 1):
            check(encoded(image, "GIF", interlace=interlace))
            check(encoded(image, "GIF", interlace=interlace, transparency=3))
    check(encoded(photo, "GIF", save_all=True, append_images=[PHOTOS[1].resize((61, 47))]))
    file = bytearray(encoded(photo.convert("P"), "GIF", transparency=7))
    file[6:10] = b"\x64\0\x50\0"  # a screen of 100x80, larger than the frame
    check(bytes(file))


@pytest.mark.parametrize("bits", [1, 4, 8, 16, 24, 32])
def test_bitmap(bits: int) -> None:
    rng = np.random.default_rng(bits)
    for width, height in ((5, 4), (9, -3), (32, 2), (1, 1)):
        data = rng.bytes((width * bits + 31) // 32 * 4 * abs(height))
        check(
            raw_images.bitmap(width, height, bits, data, palette=rng.bytes(4 << bits) if bits <= 8 else b"")
        )
        if bits <= 8 and height > 0:
            check(raw_images.bitmap(width, height, bits, data, palette=rng.bytes(3 << bits), core=True))
        if bits in (4, 8) and height > 0:
            runs = raw_images.run_length(rng, width, height, bits)
            check(
                raw_images.bitmap(
                    width, height, bits, runs, palette=rng.bytes(4 << bits), compression=8 // bits
                )
            )
        for masks in {16: [(0xF800, 0x7E0, 0x1F), (0x7C00, 0x3E0, 0x1F)], 32: [(0xFF0000, 0xFF00, 0xFF)]}.get(
            bits, []
        ):
            check(raw_images.bitmap(width, height, bits, data, compression=3, masks=masks))


def test_webp() -> None:
    rng = np.random.default_rng(3)
    for photo in PHOTOS:
        for size in SIZES[1:]:
            image = photo.resize(size)
            seen_through = image.copy()
            seen_through.putalpha(Image.fromarray(rng.integers(0, 256, size[::-1], dtype=np.uint8)))
            for quality in (5, 50, 80, 100):
                check(encoded(image, "WEBP", quality=quality))
            check(encoded(seen_through, "WEBP"))
            check(encoded(image, "WEBP", lossless=True))
            check(encoded(seen_through, "WEBP", lossless=True, exact=True))
    small = [photo.resize((40, 30)) for photo in PHOTOS]
    check(encoded(small[0], "WEBP", save_all=True, append_images=small[1:]))


@pytest.mark.parametrize("compression", [None, "packbits", "tiff_lzw", "tiff_adobe_deflate"])
def test_tiff(compression: str | None) -> None:
    rng = np.random.default_rng(4)
    photo = PHOTOS[0].resize((61, 47))
    deep = Image.fromarray(rng.integers(0, 600, (47, 61), dtype=np.uint16))
    for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "CMYK"):
        image = photo.convert("RGBA").convert("LA") if mode == "LA" else photo.convert(mode)
        check(encoded(image, "TIFF", compression=compression))
    check(encoded(deep, "TIFF", compression=compression))
    check(encoded(photo.convert("1"), "TIFF", compression="group4"))
