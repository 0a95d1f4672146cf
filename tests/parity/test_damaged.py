"""Damaged and truncated JPEG and PNG files: Pillow's pixels, or a refusal where Pillow refuses."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
import vitscale
from PIL import Image, ImageFile, ImageOps
from vitscale.errors import ImageError

from tests.fixtures import arithmetic, raw_images
from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS

AS_IT_IS = {"do_resize": False}
END = b"\xff\xd9"
MAKER_BOX = b"\0\0\x41\x0a\x11\0\0\0Panorama" + bytes(i % 251 for i in range(3000))
ENDINGS = {
    "nothing": b"",
    "one zero": b"\0",
    "six zeros": bytes(6),
    "seven zeros": bytes(7),
    "4096 zeros": bytes(4096),
    "more than Pillow hands over at once": bytes(100_000),
    "a maker's box": MAKER_BOX,
    "line ends": b"\n" * 64,
    "0xff": b"\xff" * 64,
    "a restart marker": b"\xff\xd0",
    "a cut segment": b"\xff\xe0\0\x10abc",
    "another image": b"\xff\xd8\xff",
    "an unknown marker": b"\xff\x02",
    "a second scan": b"\xff\xda\0\x08\1\1\0\0\x3f\0",
}
ANIMATED = raw_images.png_chunk(b"acTL", struct.pack(">II", 2, 0))
FRAME = raw_images.png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 9, 7, 0, 0, 1, 1, 0, 0))
BOMB = zlib.compress(bytes(2 << 20))
CHUNKS = {
    "gAMA too short": raw_images.png_chunk(b"gAMA", b"\0\0"),
    "cHRM too short": raw_images.png_chunk(b"cHRM", bytes(31)),
    "pHYs too short": raw_images.png_chunk(b"pHYs", bytes(8)),
    "tRNS too short": raw_images.png_chunk(b"tRNS", b"\0"),
    "wrong checksum": raw_images.png_chunk(b"teST", b"xyz")[:-1] + b"\0",
    "colour profile of unknown compression": raw_images.png_chunk(b"iCCP", b"x\0\1abc"),
    "colour profile that is a bomb": raw_images.png_chunk(b"iCCP", b"x\0\0" + BOMB),
    "text of unknown compression": raw_images.png_chunk(b"zTXt", b"k\0\1"),
    "text that is a bomb": raw_images.png_chunk(b"zTXt", b"k\0\0" + BOMB),
    "text that is no zlib stream": raw_images.png_chunk(b"zTXt", b"k\0\0abc"),
    "international text that is a bomb": raw_images.png_chunk(b"iTXt", b"k\0\1\0\0\0" + BOMB),
    "EXIF that is no TIFF": raw_images.png_chunk(b"eXIf", b"hello world"),
    "EXIF as a text that is no number": raw_images.png_chunk(b"tEXt", b"Raw profile type exif\0\n\n\nzz\n"),
    "frame out of sequence": raw_images.png_chunk(
        b"fcTL", struct.pack(">IIIIIHHBB", 1, 9, 7, 0, 0, 1, 1, 0, 0)
    ),
    "frame larger than the image": raw_images.png_chunk(
        b"fcTL", struct.pack(">IIIIIHHBB", 0, 99, 7, 0, 0, 1, 1, 0, 0)
    ),
    "frame data without a frame": raw_images.png_chunk(b"fdAT", b"\0\0\0\0abc"),
    "animation": ANIMATED + FRAME,
    "no name": raw_images.png_chunk(b"a#bC", b"xyz"),
    "colours of video": raw_images.png_chunk(b"cICP", b"\1\2\3\4"),
}


def pillow(file: bytes) -> np.ndarray | None:
    try:
        return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB"))
    except Exception:  # Pillow raises whatever its decoders raise
        return None


def check(file: bytes, what: str, truncated: str = "error") -> None:
    expected = pillow(file)
    if expected is None:
        with pytest.raises(ImageError):
            vitscale.preprocess(file, AS_IT_IS, truncated)
            pytest.fail(f"{what}: accepted, Pillow refuses")
        return
    got = vitscale.preprocess(file, AS_IT_IS, truncated)
    assert np.array_equal(got, expected), f"{what}: {np.count_nonzero(got != expected)} bytes differ"


def jpegs() -> Iterator[tuple[str, bytes]]:
    for size in ((50, 35),):
        for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
            for progressive, restarts in ((False, 0), (True, 0), (False, 3), (True, 2)):
                yield (
                    f"{size} {subsampling} progressive={progressive} restarts={restarts}",
                    encoded(
                        PHOTOS[0].resize(size),
                        "JPEG",
                        subsampling=subsampling,
                        progressive=progressive,
                        restart_marker_blocks=restarts,
                    ),
                )
    yield "gray", encoded(PHOTOS[1].resize((61, 47)).convert("L"), "JPEG")
    yield "CMYK", encoded(PHOTOS[1].resize((61, 47)).convert("CMYK"), "JPEG", progressive=True)


def png(kind: int, interlaced: bool = False) -> bytes:
    return raw_images.png(np.random.default_rng(kind), 9, 7, 8, kind, interlaced=interlaced)


@pytest.mark.parametrize("ending", ENDINGS)
def test_jpeg_with_other_bytes_in_place_of_its_end_marker(ending: str) -> None:
    for name, jpeg in jpegs():
        check(jpeg.removesuffix(END) + ENDINGS[ending], f"{name} ends with {ending}")
        check(jpeg + ENDINGS[ending], f"{name} and its end marker, then {ending}")


def test_jpeg_cut_anywhere_with_an_end_marker_behind() -> None:
    """libjpeg fills what is missing in silence; progressive files are smoothed where scans are missing."""
    rng = np.random.default_rng(7)
    for name, jpeg in jpegs():
        for length in rng.integers(2, len(jpeg), 12):
            check(jpeg[:length] + END, f"{name} cut at {length}")


def test_jpeg_with_changed_bytes() -> None:
    """Restart markers, codes and tables; what the versions of libjpeg warn of is decoded as Pillow's does."""
    rng = np.random.default_rng(8)
    for name, jpeg in jpegs():
        markers = [i for i in range(len(jpeg) - 1) if jpeg[i] == 0xFF and 0xD0 <= jpeg[i + 1] <= 0xD7]
        for marker in markers[:3]:
            for code in (0xD0, 0xD3, 0xD6, 0x00):
                check(jpeg[: marker + 1] + bytes([code]) + jpeg[marker + 2 :], f"{name} restart {code:x}")
            check(jpeg[:marker] + jpeg[marker + 2 :], f"{name} without a restart marker")
        scan = jpeg.index(b"\xff\xda")
        for place in rng.integers(scan + 14, len(jpeg) - 2, 6):
            check(jpeg[:place] + b"\xff\xd9" + jpeg[place + 2 :], f"{name} end marker at {place}")


@pytest.mark.parametrize("file", [arithmetic.SEQUENTIAL, arithmetic.PROGRESSIVE])
def test_arithmetic_coding(file: bytes) -> None:
    check(file, "whole")
    scan = file.index(b"\xff\xda")
    for place in range(scan, len(file), 29):
        check(file[:place], f"cut at {place}")
        check(file[:place] + END, f"cut at {place} with an end marker")


@pytest.mark.parametrize(
    "segment", [b"JFIF", b"JFIF\0\1", b"Adobe", b"ICC_PROFILE\0\1", b"Photoshop 3.0\x008BIM\4\4"]
)
def test_jpeg_whose_metadata_end_early(segment: bytes) -> None:
    marker = {b"J": 0xE0, b"A": 0xEE, b"I": 0xE2, b"P": 0xED}[segment[:1]]
    jpeg = encoded(PHOTOS[0].resize((16, 16)), "JPEG")
    check(jpeg[:2] + bytes([0xFF, marker, 0, len(segment) + 2]) + segment + jpeg[2:], repr(segment))


@pytest.mark.parametrize("chunk", CHUNKS)
def test_png_with_an_odd_chunk(chunk: str) -> None:
    for kind in (0, 2, 3):
        file = png(kind)
        header, end = file[:33], file[-12:]
        check(header + CHUNKS[chunk] + file[33:], f"{chunk} before the data")
        check(file[:-12] + CHUNKS[chunk] + end, f"{chunk} behind the data")
        check(file[:-12] + CHUNKS[chunk], f"{chunk} and no end")
        check(file[:-12] + CHUNKS[chunk][:-5], f"{chunk} cut")
        check(file + CHUNKS[chunk], f"{chunk} behind the end")


def test_png_whose_data_end_early() -> None:
    """A stream that ends behind a row is accepted by Pillow, which leaves the rows below black."""
    for kind in (0, 2, 3, 6):
        for interlaced in (False, True):
            file = png(kind, interlaced)
            for length in range(33, len(file), 11):
                check(file[:length], f"kind {kind} interlaced={interlaced} cut at {length}")
        width = 9 * raw_images.CHANNELS[kind] + 1
        for rows in range(8):
            for more in (0, 1):
                data = zlib.compress(bytes(rows * width + more))
                head = png(kind)[: png(kind).index(b"IDAT") - 4]
                end = raw_images.png_chunk(b"IEND", b"")
                check(
                    head + raw_images.png_chunk(b"IDAT", data) + end, f"kind {kind}, {rows} rows and {more}"
                )


@pytest.mark.parametrize("length", [6, 7, 9, 768, 771])
def test_png_palettes_of_any_length(length: int) -> None:
    file = png(3)
    start, end = file.index(b"PLTE") - 4, file.index(b"IDAT") - 4
    colours = bytes(i % 256 for i in range(50, 50 + length))
    check(file[:start] + raw_images.png_chunk(b"PLTE", colours) + file[end:], f"{length} bytes")


def test_truncated_gray_equals_pillow_with_load_truncated_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    rng = np.random.default_rng(9)
    for name, file in [*jpegs(), *((f"PNG {kind}", png(kind)) for kind in (0, 2, 3, 6))]:
        for length in [*rng.integers(20, len(file), 8), len(file) - 1, len(file)]:
            check(file[:length], f"{name} cut at {length}", "gray")


@pytest.mark.parametrize("name", [b"ab\xe9d", bytes(4), b"a#bC", b"1234", b"a_bC"])
def test_truncated_gray_reads_chunk_names_as_pillow(name: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for file in (png(2), png(3, interlaced=True)):
        for content in (b"", b"xyz"):
            chunk = raw_images.png_chunk(name, content)
            for place in (33, file.index(b"IDAT") - 4, file.rindex(b"IDAT") - 4, len(file) - 12):
                for behind in (file[place:], b""):
                    check(file[:place] + chunk + behind, f"{name!r} at {place}", "gray")


def test_truncated_gray_refuses_short_quantisation_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for name, jpeg in jpegs():
        for table in (b"\0", b"\0" * 64, b"\x10" * 65, b"\0" * 66, b"\x10" * 129, b"\5" * 65, b""):
            segment = b"\xff\xdb" + struct.pack(">H", len(table) + 2) + table
            check(jpeg[:2] + segment + jpeg[2:], f"{name} with a table of {len(table)} bytes", "gray")


def test_png_with_a_second_header() -> None:
    for interlaced in (False, True):
        for second in (0, 1):
            file = png(2, interlaced)
            header = raw_images.png_chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 7, 8, 2, 0, 0, second))
            check(file[:33] + header + file[33:], f"interlaced {interlaced}, then {second}")


def test_truncated_gray_says_which_formats_it_fills() -> None:
    file = encoded(PHOTOS[0].resize((40, 30)), "BMP")
    with pytest.raises(ImageError, match="filled in JPEG and PNG only"):
        vitscale.preprocess(file[:500], AS_IT_IS, "gray")
