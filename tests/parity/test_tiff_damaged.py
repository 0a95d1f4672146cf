"""TIFF with hostile headers and changed bytes: no other pixels than Pillow's, and no cost without end."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.fixtures.pillow import assert_same, our_pixels, pillow_pixels, refuses
from tests.fixtures.raw_tiff import DEFLATE, LZW, NONE, Page, tiff
from tests.fixtures.tiff_layouts import COMPRESSIONS, KINDS, SEGMENTS, drawn


@pytest.mark.parametrize("compression", [NONE, LZW, DEFLATE])
@pytest.mark.parametrize(
    "fields",
    [
        {256: ("I", [60000]), 257: ("I", [60000])},
        {256: ("I", [13000]), 257: ("I", [13000]), 277: ("H", [6])},
        {322: ("I", [2**30]), 323: ("I", [2**30])},
        {278: ("I", [2**31])},
        {273: ("I", [2**32 - 1])},
        {258: ("H", [64000] * 3)},
    ],
    ids=str,
)
def test_hostile_headers_cost_little(compression: int, fields: dict[int, tuple[str, list[float]]]) -> None:
    file = tiff(drawn(8, 3), Page(compression=compression, fields=fields))
    started = time.monotonic()
    our_pixels(file)
    assert time.monotonic() - started < 30  # much more than it takes, since tests run beside each other
    assert_same(file, may_refuse="")


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_damaged_files_give_no_other_pixels(compression: int) -> None:
    rng = np.random.default_rng(compression)
    for i in range(60):
        kind = KINDS[int(rng.integers(len(KINDS)))]
        page = Page(kind[0], kind[1], extra=kind[3], compression=compression, **SEGMENTS[i % len(SEGMENTS)])
        file = bytearray(tiff(drawn(kind[1], kind[2]), page))
        for _ in range(int(rng.integers(1, 4))):
            file[int(rng.integers(4, 250 if i % 2 else len(file)))] = int(rng.integers(256))
        expected, got = pillow_pixels(bytes(file)), our_pixels(bytes(file))
        assert refuses(expected) or refuses(got) or np.array_equal(expected, got)
