"""EXIF orientation of every type and shape, as Pillow's ``exif_transpose`` reads it."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import vitscale
from PIL import Image, ImageOps
from vitscale.errors import ImageError

from tests.fixtures import raw_images
from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS

AS_IT_IS = {"do_resize": False}
ORIENTATION = 0x0112
SMALL = PHOTOS[0].resize((13, 9))
FORMATS = {  # struct's format of one value, by the type's number in TIFF
    "BYTE": (1, "B"),
    "ASCII": (2, "s"),
    "SHORT": (3, "H"),
    "LONG": (4, "L"),
    "RATIONAL": (5, "LL"),
    "SBYTE": (6, "b"),
    "UNDEFINED": (7, "B"),
    "SSHORT": (8, "h"),
    "SLONG": (9, "l"),
    "SRATIONAL": (10, "ll"),
    "FLOAT": (11, "f"),
    "DOUBLE": (12, "d"),
    "IFD": (13, "L"),
    "no such type": (14, "L"),
    "LONG8": (16, "Q"),
}
Entry = tuple[int, int, int, bytes]


def tiff(order: str, entries: list[Entry], magic: bytes | None = None) -> bytes:
    """Return a TIFF directory of (tag, type, count, values), with long values behind it."""
    sign = "<" if order == "II" else ">"
    start = magic or order.encode() + struct.pack(sign + "H", 42)
    directory, behind = b"", b""
    for tag, kind, count, values in entries:
        inline = values
        if len(values) > 4:
            inline = struct.pack(sign + "L", 8 + 2 + 12 * len(entries) + 4 + len(behind))
            behind += values
        directory += struct.pack(sign + "HHL", tag, kind, count) + inline.ljust(4, b"\0")
    return start + struct.pack(sign + "LH", 8, len(entries)) + directory + bytes(4) + behind


def value(order: str, name: str, number: int, count: int) -> Entry:
    kind, form = FORMATS[name]
    if name == "ASCII":
        text = f"{number}\0".encode() * count
        return ORIENTATION, kind, len(text), text
    numbers = (number, 1) if len(form) == 2 else (number,)
    sign = "<" if order == "II" else ">"
    return ORIENTATION, kind, count, struct.pack(sign + form, *numbers) * count


def in_jpeg(block: bytes, density: bool) -> bytes:
    """Return a JPEG with an EXIF segment; Pillow raises on a damaged one where a resolution stands before."""
    segment = b"Exif\0\0" + block
    jpeg = encoded(SMALL, "JPEG", **({"dpi": (72, 72)} if density else {}))
    return jpeg[:20] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[20:]


def files(block: bytes) -> list[bytes]:
    png = encoded(SMALL, "PNG")
    webp = [encoded(SMALL, "WEBP", lossless=True, exif=b"Exif\0\0" + block)] if block else []
    with_chunk = png[:33] + raw_images.png_chunk(b"eXIf", block) + png[33:]
    return [in_jpeg(block, density=False), in_jpeg(block, density=True), with_chunk, *webp]


def check(file: bytes, what: str) -> None:
    try:
        expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB"))
    except Exception:  # Pillow raises whatever its readers raise
        with pytest.raises(ImageError):
            vitscale.preprocess(file, AS_IT_IS)
        return
    assert np.array_equal(vitscale.preprocess(file, AS_IT_IS), expected), what


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FORMATS)
def test_every_type_count_and_byte_order(name: str) -> None:
    for order in ("II", "MM"):
        for number, count in ((6, 1), (3, 2), (6, 0), (9, 1)):
            block = tiff(order, [value(order, name, number, count)])
            for file in files(block):
                check(file, f"{name} {order} {number} x {count}")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("order", ["II", "MM"])
def test_odd_and_broken_blocks(order: str) -> None:
    sign = "<" if order == "II" else ">"
    six = value(order, "SHORT", 6, 1)
    blocks = {
        "an entry before it reaches beyond the end": tiff(order, [(0x10F, 2, 99, bytes([255] * 3)), six]),
        "an entry before it is larger than the block": tiff(order, [(0x100, 4, 1 << 30, b"\x08"), six]),
        "an entry before it is of an unknown type": tiff(order, [(0x100, 99, 50, b"abcd"), six]),
        "twice": tiff(order, [value(order, "SHORT", 3, 1), six]),
        "twice, first empty": tiff(order, [value(order, "SHORT", 3, 0), six]),
        "a text before it": tiff(order, [(0x10F, 2, 6, b"Canon\0"), six]),
        "a fraction": tiff(order, [(ORIENTATION, 5, 1, struct.pack(sign + "LL", 13, 2))]),
        "a whole fraction": tiff(order, [(ORIENTATION, 5, 1, struct.pack(sign + "LL", 12, 2))]),
        "divided by zero": tiff(order, [(ORIENTATION, 5, 1, struct.pack(sign + "LL", 6, 0))]),
        "not a number": tiff(order, [(ORIENTATION, 11, 1, struct.pack(sign + "f", float("nan")))]),
    }
    for magic in (b"MM\x2a\0", b"II\0\x2a", b"MM\0\x2b", b"II\x2b\0", b"XX\0\0"):
        blocks[f"header {magic!r}"] = tiff(order, [six], magic)
    for length in (0, 4, 7, 8, 9, 10, 20, 21, 22, 25):
        blocks[f"cut at {length}"] = tiff(order, [six])[:length]
    for what, block in blocks.items():
        for file in files(block):
            check(file, what)
