"""Bitmaps and GIFs with odd headers: the JVM's pixels and Pillow's, or a refusal by both."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tests.fixtures import raw_images
from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS
from tests.fixtures.pillow import assert_same, our_pixels, pillow_pixels, refuses

HEADERS = (40, 52, 56, 64, 108, 124)
MASKS = [
    (0xFF0000, 0xFF00, 0xFF, 0),
    (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
    (0xFF000000, 0xFF0000, 0xFF00, 0),
    (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
    (0xFF000000, 0xFF00, 0xFF, 0xFF0000),
    (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
    (0xFF, 0xFF00, 0xFF0000, 0),
    (0, 0, 0, 0),
    (0xFFE00000, 0x1FF800, 0x7FF, 0),
    (0x3FC00, 0xFF, 0xFF000000, 0),
    (0xF800, 0x7E0, 0x1F, 0),
    (0x7C00, 0x3E0, 0x1F, 0x8000),
    (0xF00, 0xF0, 0xF, 0),
]


def bitmap(
    bits: int,
    *,
    size: int = 40,
    compression: int = 0,
    masks: tuple[int, ...] = (),
    palette: bytes = b"",
    colors: int = 0,
    start: int | None = None,
    height: int = 7,
    data: bytes | None = None,
    file_header: bool = True,
) -> bytes:
    """Return a bitmap 9 pixels wide, whose header has `size` bytes."""
    rows = np.random.default_rng(bits).bytes((9 * bits + 31) // 32 * 4 * abs(height))
    header = struct.pack("<IiiHHIIiiII", size, 9, height, 1, bits, compression, len(rows), 0, 0, colors, 0)
    header = (header + struct.pack(f"<{len(masks)}I", *masks)).ljust(size, b"\0")
    if size == 40:
        header = header[: 40 + (12 if masks else 0)]
    place = 14 + len(header) + len(palette) if start is None else start
    name = b"BM" + struct.pack("<IHHI", place + len(rows), 0, 0, place) if file_header else b""
    return name + header + palette + (rows if data is None else data)


@pytest.mark.parametrize("size", HEADERS)
@pytest.mark.parametrize("bits", [16, 24, 32])
def test_bit_fields(bits: int, size: int) -> None:
    for masks in MASKS:
        for height in (7, -7):
            assert_same(bitmap(bits, size=size, compression=3, masks=masks, height=height))
    assert_same(bitmap(bits, size=size))


def test_other_headers_and_compressions() -> None:
    for size in (12, 16, 41, 66, 128):
        assert_same(bitmap(24, size=max(size, 40)).replace(b"\x28\0\0\0", struct.pack("<I", size), 1))
    for bits in (0, 1, 2, 4, 8, 16, 24, 32, 64):
        for compression in (0, 1, 2, 3, 4, 5, 6, 11):
            palette = bytes(range(64)) * 16 if bits <= 8 else b""
            assert_same(bitmap(bits, compression=compression, palette=palette))


@pytest.mark.parametrize("bits", [1, 4, 8])
@pytest.mark.parametrize("colors", [1, 2, 3, 16, 200, 256, 257, 300, 65537])
@pytest.mark.parametrize("kind", ["grays", "ends", "colors"])
def test_palettes(bits: int, colors: int, kind: str) -> None:
    grays = [0, 255] if colors == 2 and kind == "grays" else [i % 256 for i in range(min(colors, 300))]
    if kind == "colors":
        palette = np.random.default_rng(colors).bytes(4 * len(grays))
    else:
        palette = b"".join(bytes([gray, gray, gray, 0]) for gray in grays)
    for start in (None, 54, 0, 60):
        for height in (7, -7):
            assert_same(bitmap(bits, palette=palette, colors=colors, start=start, height=height))
            assert_same(bitmap(bits, palette=palette[:-9], colors=colors, start=start, height=height))


@pytest.mark.parametrize("bits", [4, 8])
def test_run_lengths_in_colors_and_grays(bits: int) -> None:
    rng = np.random.default_rng(bits)
    for colors in (2, 1 << bits):
        grays = [0, 255] if colors == 2 else range(colors)
        for palette in (rng.bytes(4 * colors), b"".join(bytes([g, g, g, 0]) for g in grays)):
            for height in (7, -7):
                runs = raw_images.run_length(rng, 9, 7, bits)
                options = {"colors": colors, "palette": palette, "height": height, "compression": 8 // bits}
                assert_same(bitmap(bits, data=runs, **options))
                for data in (runs[:-9], b"\0\2\3\1" + runs, runs[:9] + b"\0\1", b"\0\0" * 9 + runs):
                    assert_same(bitmap(bits, data=data, **options))


@pytest.mark.parametrize("bits", [1, 4, 8, 16, 24, 32])
def test_bitmaps_without_file_header(bits: int) -> None:
    palette = np.random.default_rng(bits).bytes(4 << bits) if bits <= 8 else b""
    for height in (7, -7):
        assert_same(bitmap(bits, palette=palette, height=height, file_header=False))
    assert_same(bitmap(bits, palette=palette, file_header=False)[:-5])


def frame(
    bits: int,
    codes: list[int],
    *,
    before: bytes = b"",
    width: int = 4,
    height: int = 2,
    screen: bytes = bytes(range(48)) * 16,
    own: bytes = b"",
) -> bytes:
    """Return a GIF of 4x2 pixels whose codes are given, all in `bits` + 1 bits, with tables of colours."""
    number = sum(code << (i * (bits + 1)) for i, code in enumerate(codes))
    data = number.to_bytes(-(-len(codes) * (bits + 1) // 8), "little")
    head = b"GIF89a" + struct.pack("<HHBBB", 4, 2, table_flags(screen), 0, 0) + screen
    descriptor = b"," + struct.pack("<HHHHB", 0, 0, width, height, table_flags(own)) + own
    return head + before + descriptor + bytes([bits, len(data)]) + data + b"\0;"


def table_flags(table: bytes) -> int:
    return 0x80 | (len(table) // 3).bit_length() - 2 if table else 0


@pytest.mark.parametrize("bits", [*range(14), 255])
def test_gif_code_sizes(bits: int) -> None:
    width = min(bits, 12)
    values = [i % (1 << width) for i in (0, 1, 3, 2, 1, 0, 2, 3)]
    assert_same(frame(bits, [1 << width, *values, (1 << width) + 1]) if bits < 14 else frame(255, [0]))


@pytest.mark.parametrize(
    "codes",
    [
        [4, 0, 1, 2, 3, 0, 1, 2, 3],
        [4, 0, 1, 5, 2, 3, 0, 1, 2, 3],
        [4, 0, 1, 5],
        [0, 1, 2, 3],
        [4, 7, 1],
        [4, 4, 4, 1, 6, 6, 0],
    ],
    ids=str,
)
@pytest.mark.parametrize("tail", [b"", b"\2\4\1\0", bytes(300), bytes(range(1, 256)) * 2])
def test_gif_codes_that_end_early(codes: list[int], tail: bytes) -> None:
    assert_same(frame(2, codes)[:-1] + tail)


@pytest.mark.parametrize(
    "before",
    [
        b"!\xf9\4\1\0\0\2\0",
        b"!\xf9\0",
        b"!\xf9\1\0\0",
        b"!\xfe\0",
        b"!\xfe\3abc\2de\0",
        b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0",
        b"!\xff\x0bNETSCAPE2.0\0",
        b"!\1\0\0",
        b"!\1\2ab\0",
        b"\7\7",
        b";",
    ],
    ids=repr,
)
def test_gif_extensions(before: bytes) -> None:
    codes = [4, 0, 1, 2, 3, 5]
    assert_same(frame(2, codes, before=before, width=2, height=2))
    assert_same(frame(2, codes, before=before, width=0))


def grays(count: int) -> bytes:
    return bytes(gray for gray in range(count) for _ in range(3))


TABLES = {
    "none": b"",
    "grays": grays(8),
    "all grays": grays(256),
    "colors": bytes(range(100, 124)),
    "many colors": bytes(range(255, 63, -1)) * 4,
    "two colors": b"abcdef",
}


@pytest.mark.parametrize("screen", TABLES)
@pytest.mark.parametrize("own", TABLES)
def test_gif_tables_of_screen_and_frame(screen: str, own: str) -> None:
    """Pillow colours a frame whose own table has the first grays alone by the screen's table."""
    values = [0, 1, 2, 3, 7, 8, 30, 31]
    for before in (b"", b"!\xf9\4\1\0\0\3\0"):
        for width in (4, 2):
            codes = [32, *values[: width * 2], 33]
            options = {"before": before, "width": width, "screen": TABLES[screen], "own": TABLES[own]}
            assert_same(frame(5, codes, **options))


@pytest.mark.parametrize("kind", ["BMP", "GIF", "DIB"])
def test_damaged_files_give_no_other_pixels(kind: str) -> None:
    rng = np.random.default_rng(5)
    for mode in ("1", "L", "P", "RGB") * 25:
        if mode == "RGB" and kind == "GIF":
            continue
        file = bytearray(encoded(PHOTOS[0].resize((40, 30)).convert(mode), kind))
        for _ in range(int(rng.integers(1, 4))):
            file[int(rng.integers(2, min(len(file), 60) if rng.random() < 0.7 else len(file)))] = int(
                rng.integers(256)
            )
        expected, got = pillow_pixels(bytes(file)), our_pixels(bytes(file))
        assert refuses(expected) or refuses(got) or np.array_equal(expected, got)
