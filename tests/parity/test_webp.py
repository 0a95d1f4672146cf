"""WebP containers in odd orders and with odd flags: the JVM's pixels and Pillow's, or a refusal by both."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS
from tests.fixtures.pillow import assert_same
from tests.fixtures.raw_webp import (
    ALPHA,
    ANIM,
    ANIMATED,
    EXIF,
    PROFILE,
    XMP,
    Chunk,
    chunks_of,
    frame,
    header,
    webp,
)

WIDTH, HEIGHT = 17, 9
PHOTO = PHOTOS[0].resize((WIDTH, HEIGHT))
ALPHAS = Image.fromarray(np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8))
SEEN_THROUGH = PHOTO.copy()
SEEN_THROUGH.putalpha(ALPHAS)
IMAGES = {
    "lossy": encoded(PHOTO, "WEBP"),
    "lossy with alpha": encoded(SEEN_THROUGH, "WEBP"),
    "lossless": encoded(PHOTO, "WEBP", lossless=True),
    "lossless with alpha": encoded(SEEN_THROUGH, "WEBP", lossless=True),
}
RAW_ALPHA: Chunk = (b"ALPH", b"\0" + bytes(WIDTH * HEIGHT))
OTHER: Chunk = (b"ABCD", b"xyz")
IN_XMP: Chunk = (b"XMP ", b'<x tiff:Orientation="8"/>')


def exif(orientation: int) -> Chunk:
    block = Image.Exif()
    block[0x0112] = orientation
    return b"EXIF", block.tobytes()


def whole(flags: int, width: int = WIDTH, height: int = HEIGHT) -> Chunk:
    return header(flags, width, height)


@pytest.mark.parametrize("name", IMAGES)
def test_metadata_that_the_header_announces_or_not(name: str) -> None:
    image = chunks_of(IMAGES[name])
    for flags in (0, EXIF, XMP, EXIF | XMP, PROFILE, 0x3D, 1, 0x40, 0x80):
        for more in ([exif(6)], [IN_XMP], [exif(3), exif(6)], [IN_XMP, exif(6)], [(b"EXIF", b"no block")]):
            assert_same(webp(whole(flags | ALPHA), *image, *more))
            assert_same(webp(whole(flags | ALPHA), *more, *image))
    assert_same(webp(*image[-1:], exif(6)))
    assert_same(webp(*image[-1:], IN_XMP))


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("flags", [0, ALPHA])
def test_order_and_number_of_chunks(name: str, flags: int) -> None:
    image = chunks_of(IMAGES[name])
    pixels = image[-1:]
    head = whole(flags)
    for chunks in (
        image,
        [head, *image],
        [head, OTHER, *image, OTHER],
        [OTHER, *pixels],
        [*pixels, OTHER],
        [*pixels, *pixels],
        [head, *image, *image],
        [head, head, *image],
        [*image, head],
        [head],
        [head, RAW_ALPHA],
        [head, RAW_ALPHA, *pixels],
        [head, RAW_ALPHA, OTHER, *pixels],
        [head, RAW_ALPHA, RAW_ALPHA, *pixels],
        [head, *pixels, RAW_ALPHA],
        [RAW_ALPHA, *pixels],
        [*pixels, RAW_ALPHA],
        [head, ANIM, *image],
        [(b"VP8X", head[1][:9]), *image],
        [(b"VP8X", head[1] + b"x"), *image],
        [(b"VP8X", head[1] + b"xy"), *image],
        [whole(flags, WIDTH + 1), *image],
        [whole(flags, WIDTH, HEIGHT - 1), *image],
    ):
        assert_same(webp(*chunks))


@pytest.mark.parametrize(
    "alpha", [b"", b"\0", b"\0" + bytes(20), b"\1garbage!", b"\3" + bytes(200), b"\2\0", b"\x0c" + bytes(153)]
)
def test_damaged_alpha_is_refused_where_it_counts(alpha: bytes) -> None:
    pixels = chunks_of(IMAGES["lossy"])
    for flags in (0, ALPHA):
        assert_same(webp(whole(flags), (b"ALPH", alpha), *pixels))
    part = frame(0, 0, WIDTH, HEIGHT, (b"ALPH", alpha), *pixels)
    assert_same(webp(whole(ANIMATED), ANIM, part))


@pytest.mark.parametrize("name", IMAGES)
def test_animations(name: str) -> None:
    image = chunks_of(IMAGES[name])
    first = frame(0, 0, WIDTH, HEIGHT, *image)
    head = whole(ANIMATED | ALPHA)
    for flags in (0, 1, 2, 3):
        for left, width in ((0, WIDTH), (2, WIDTH + 2), (4, WIDTH + 30), (2, WIDTH)):
            moved = frame(left, left, WIDTH, HEIGHT, *image, flags=flags)
            assert_same(webp(whole(ANIMATED, width, HEIGHT + 6), ANIM, moved, first))
    for chunks in (
        [head, first],
        [whole(ALPHA), ANIM, first],
        [head, ANIM, ANIM, first],
        [head, (b"ANIM", bytes(5)), first],
        [head, ANIM, *image],
        [head, ANIM, first, *image],
        [head, OTHER, ANIM, OTHER, first, OTHER],
        [head, ANIM, frame(0, 0, WIDTH, HEIGHT, OTHER, *image)],
        [head, ANIM, frame(0, 0, WIDTH, HEIGHT, *image, OTHER)],
        [head, ANIM, frame(0, 0, WIDTH, HEIGHT), first],
        [head, ANIM, first, frame(0, 0, WIDTH, HEIGHT)],
        [head, ANIM, frame(0, 0, WIDTH + 1, HEIGHT, *image)],
        [head, ANIM, first, frame(40, 40, WIDTH, HEIGHT, *image)],
        [head, ANIM, first, frame(0, 0, WIDTH, HEIGHT, (image[-1][0], b"no image"))],
        [head, ANIM, first, frame(0, 0, WIDTH, HEIGHT, (image[-1][0], image[-1][1][:30]))],
        [head, ANIM, (b"ANMF", bytes(15)), first],
        [whole(ANIMATED | EXIF), ANIM, first, exif(6)],
        [whole(ANIMATED), ANIM, first, exif(6)],
    ):
        assert_same(webp(*chunks))


@pytest.mark.parametrize("name", ["lossy", "lossless"])
def test_sizes_that_the_file_announces(name: str) -> None:
    image = chunks_of(IMAGES[name])
    size = len(webp(*image)) - 8
    for other in (0, 4, 7, 12, size - 2, size - 1, size, size + 1, size + 2, 2**32 - 1):
        assert_same(webp(*image, size=other))
    assert_same(webp(*image) + b"more behind")
    assert_same(webp(*image, size=size + 3) + b"abc")


def test_headers_of_image_data() -> None:
    for name, bits in {"lossy": 80, "lossless": 40}.items():
        ((kind, content),) = chunks_of(IMAGES[name])
        for bit in range(bits):
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            assert_same(webp((kind, bytes(changed))))
        for length in (0, 4, 5, 9, 10, len(content) // 2, len(content) - 1):
            assert_same(webp((kind, content[:length])))
