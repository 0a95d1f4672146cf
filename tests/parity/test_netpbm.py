"""Netpbm's bitmaps, gray and colour images, plain and raw, against Pillow."""

from __future__ import annotations

import numpy as np
import pytest

from tests.parity.test_damaged import check

RNG = np.random.default_rng(3)
FILES = {
    "plain bitmap": b"P1 3 2 1 0 1 010",
    "plain bitmap, other digits": b"P1 3 2 1 0 2 010",
    "plain gray": b"P2\n# a comment\n3 2\n15\n0 1 2\n13 14 15\n",
    "plain colour": b"P3 2 1 255 1 2 3 #c\n4 5 255",
    "plain gray of 16 bits": b"P2 3 1 1000 0 1 1000",
    "plain, too large": b"P2 1 1 15 16",
    "plain, too few": b"P2 3 2 15 1 2",
    "plain, no number": b"P3 1 1 255 1 x 2",
    "plain bitmap, text behind": b"P1 3 2 1 0 1 010 text",
    "plain bitmap, another behind": b"P1 3 2 1 0 1 010\nP1 3 2 1 0 1 010",
    "plain bitmap, digits and a comment behind": b"P1 3 2 1 0 1 010 111 # text\n0\n",
    "plain bitmap, text after a mebibyte": b"P1 3 2 1 0 1 010".ljust((1 << 20) + 7) + b" text",
    "plain bitmap, text at the end of a mebibyte": b"P1 3 2 1 0 1 010".ljust((1 << 20) + 6) + b"text",
    "plain gray, text behind": b"P2 2 1 15 1 2 text",
    "plain gray, numbers as Python writes them": b"P2 4 1 15 +1 0_2 -0 1_0",
    "plain gray, no numbers of Python": b"P2 2 1 15 _1 1",
    "plain gray, double underscore": b"P2 2 1 15 1__1 1",
    "plain gray, below zero": b"P2 2 1 15 -1 1",
    "header with a sign": b"P6 +5 4 +255\n" + RNG.bytes(60),
    "header with an underscore": b"P6 5 4 2_55\n" + RNG.bytes(60),
    "raw bitmap": b"P4 11 3 " + RNG.bytes(6),
    "raw bitmap, cut": b"P4 11 3 " + RNG.bytes(5),
    "raw gray": b"P5 5 4 255\n" + RNG.bytes(20),
    "raw gray of few values": b"P5 5 4 15\n" + RNG.bytes(20),
    "raw gray of 16 bits": b"P5 5 4 65535\n" + RNG.bytes(40),
    "raw gray of 10 bits": b"P5 5 4 1023\n" + RNG.bytes(40),
    "raw colour": b"P6 5 4 255\n" + RNG.bytes(60),
    "raw colour, more behind": b"P6 5 4 255\n" + RNG.bytes(70),
    "raw colour, cut": b"P6 5 4 255\n" + RNG.bytes(59),
    "raw colour of few values": b"P6 5 4 100\n" + RNG.bytes(60),
    "raw colour of 16 bits": b"P6 5 4 4000\n" + RNG.bytes(120),
    "comments in the header": b"P6#c\n5#d\r 4 #e\n255\n" + RNG.bytes(60),
    "no largest value": b"P6 5 4 0\n" + RNG.bytes(60),
    "largest value too large": b"P6 5 4 65536\n" + RNG.bytes(120),
    "no size": b"P6 0 4 255\n",
    "header alone": b"P6 5",
}


@pytest.mark.parametrize("name", FILES)
def test_netpbm(name: str) -> None:
    check(FILES[name], name)
