"""Several hundred files that are no whole images, each with what must be said of it, among good ones."""

from __future__ import annotations

import os
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from tests.fixtures import image_files
from tests.fixtures.raw_images import bitmap, png_chunk

MAX_BYTES = 200_000

ODD_NAMES = (
    "two words.jpg", " space first.jpg", "ünïcødé 猫 🐈.jpg", "e\u0301.jpg", "\u00e9.jpg", "\u202eleft.jpg",
    "100%.jpg", "%20.jpg", "%zz.jpg", "new\nline.jpg", "tab\there.jpg", "a:b.jpg", "C:photo.jpg", "[1].jpg",
    "{a,b}.jpg", "star*.jpg", "what?.jpg", "hash#1.jpg", "quote'\".jpg", "back\\slash.jpg", "a=b&c;d.jpg",
    "_underscore.jpg", "-dash.jpg", "~tilde.jpg", "$(x).jpg", "comma,semicolon;.jpg", "UPPER.JPG",
    "two.dots.jpeg", "x" * 251 + ".jpg",
)  # fmt: skip


def picture(seed: int, size: tuple[int, int] | None = None) -> Image.Image:
    """Return a picture of a few rectangles, another one for each seed."""
    rng = random.Random(seed)
    width, height = size or (rng.randint(40, 90), rng.randint(40, 90))
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for _ in range(10):
        left, right = sorted(rng.sample(range(width), 2))
        top, bottom = sorted(rng.sample(range(height), 2))
        draw.rectangle((left, top, right, bottom), fill=tuple(rng.randrange(256) for _ in range(3)))
    return image


def encoded(seed: int, kind: str, size: tuple[int, int] | None = None) -> bytes:
    """Return a picture as a file."""
    return image_files.encoded(picture(seed, size), kind)


def write_good(folder: Path, count: int) -> list[Path]:
    """Write pictures under plain and odd names, in class folders, some under a wrong suffix."""
    suffixes = (("JPEG", ".jpg"), ("PNG", ".png"), ("PNG", ".jpg"), ("JPEG", ".png"), ("BMP", ".gif"))
    files = []
    for seed in range(count):
        kind, suffix = suffixes[seed % len(suffixes)]
        file = folder / f"class {seed % 7}" / f"{seed:04d}{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(encoded(seed, kind))
        files.append(file)
    odd = folder / "odd [names]: 100% {ü}"
    odd.mkdir()
    for seed, name in enumerate(ODD_NAMES):
        file = odd / name
        file.write_bytes(encoded(count + seed, "JPEG"))
        files.append(file)
    return files


def write_bad(folder: Path, seed: int = 0) -> dict[str, tuple[str, str]]:
    """Write bad files; return for each path its stage, and a pattern that its reason must match."""
    rng = random.Random(seed)
    expected = {}
    for kind, contents in _contents(rng):
        target = folder / "bad" / kind
        target.mkdir(parents=True)
        for number, (content, stage, reason) in enumerate(contents):
            file = target / f"{number:03d}.jpg"
            file.write_bytes(content)
            expected[str(file)] = (stage, reason)
    return expected | _special_files(folder / "bad")


def _contents(rng: random.Random) -> Iterator[tuple[str, list[tuple[bytes, str, str]]]]:
    yield "truncated", [_truncated(rng, number) for number in range(120)]
    random_bytes = [b"\x01" + rng.randbytes(rng.randint(1, 3000)) for _ in range(80)]
    yield "random", [(content, "decode", "^not an image: it starts with 01") for content in random_bytes]
    yield "empty", [(b"", "decode", "^the file is empty: 0 bytes$")] * 20
    yield "zeros", [(bytes(n), "decode", "^not an image: it starts with 00") for n in range(1, 400, 20)]
    texts = [f"<html>{n}</html>".encode() for n in range(20)]
    texts += [b"%PDF-1.7", b"PK\x03\x04zip", b"GIF", b"\xff"]
    named = "is not read, expected|not an image: it starts"
    yield "other formats", [(content, "decode", named) for content in texts]
    yield "bombs", [(content, "decode", "are [0-9]+ pixels, the limit is") for content in _bombs()]
    yield (
        "damaged",
        [
            (
                _damaged(rng, number),
                "decode",
                "^PNG: .*(checksum|filter method).* IHDR",
            )
            for number in range(40)
        ],
    )
    large = [encoded(n, "BMP", (300, 300)) for n in range(5)]
    yield "large", [(content, "read", f"bytes, the limit is {MAX_BYTES}; not read") for content in large]


def _truncated(rng: random.Random, number: int) -> tuple[bytes, str, str]:
    kind = ("JPEG", "PNG", "GIF", "BMP", "WEBP")[number % 5]
    whole = encoded(number, kind)
    return whole[: rng.randint(30, len(whole) - 20)], "decode", f"^{kind}: " if kind != "WEBP" else "^WebP: "


def _bombs() -> list[bytes]:
    pngs = [
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        + png_chunk(b"IDAT", zlib.compress(bytes(10)))
        + png_chunk(b"IEND", b"")
        for side in (20_000, 50_000, 100_000)
    ]
    gif = bytearray(encoded(0, "GIF"))
    gif[6:10] = struct.pack("<HH", 65_000, 65_000)
    return [*pngs, bytes(gif), bitmap(40_000, 40_000, 24, b"")]


def _damaged(rng: random.Random, number: int) -> bytes:
    """Return a PNG with one bit of its header changed, which its checksum or the field itself shows."""
    content = bytearray(encoded(number, "PNG"))
    start = content.index(b"IHDR") + 4
    content[rng.randrange(start, start + 13)] ^= 1 << rng.randrange(8)
    return bytes(content)


def _special_files(folder: Path) -> dict[str, tuple[str, str]]:
    """Write what only looks like a file; works for root, whom no permission stops."""
    folder = folder / "special"
    folder.mkdir()
    (folder / "gone.jpg").symlink_to(folder / "never was")
    (folder / "memory.jpg").symlink_to("/proc/self/mem")  # can be opened; reading fails
    (folder / "circle").symlink_to(folder)
    os.mkfifo(folder / "pipe.jpg")
    not_utf8 = os.fsencode(folder) + b"/bad\xff.jpg"
    Path(os.fsdecode(not_utf8)).write_bytes(b"")
    return {
        f"{folder}/gone.jpg": ("read", "^there is no such file$"),
        f"{folder}/memory.jpg": ("read", "[Ii]nput/output error"),
        f"{folder}/circle": ("list", "^a link that leads back to a folder above it$"),
        f"{folder}/pipe.jpg": ("list", "^not a file that holds data, but a pipe"),
        f"file://{folder}/bad%FF.jpg": ("decode", "^the file is empty"),
    }
