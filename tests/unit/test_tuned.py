"""What a profile holds for reports, and which candidates no other beats."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vitscale.errors import UsageError
from vitscale.report.output_format import Format
from vitscale.report.render import render_report
from vitscale.results import units
from vitscale.results.tuned import Tuned, Value, front, left_out_of, tuned_of

from tests.fixtures.profiles import MEASURED, profile

PROFILE = Path("profile.json")


def tuned(loss: float, speed: float) -> Tuned:
    return Tuned("onednn", "int8", 2, 0, Value(loss, None, None), "labels", 64, Value(speed, None, None))


def beats(one: Tuned, other: Tuned) -> bool:
    """Tell whether one is at least as good in both, and better in one."""
    ours, theirs = (one.speed.middle, -one.loss.middle), (other.speed.middle, -other.loss.middle)
    return ours != theirs and all(a >= b for a, b in zip(ours, theirs, strict=True))


@given(st.lists(st.tuples(st.integers(-2, 4), st.integers(1, 6)), min_size=1, max_size=8))
def test_the_front_has_all_that_no_other_beats(points: list[tuple[int, int]]) -> None:
    found = [tuned(loss / 100, speed) for loss, speed in points]
    unbeaten = {(one.loss.middle, one.speed.middle) for one in found if not any(beats(o, one) for o in found)}
    ahead = [(one.loss.middle, one.speed.middle) for one in front(found)]
    assert ahead == sorted(unbeaten)


def test_candidates_come_the_fastest_first() -> None:
    found = tuned_of(profile(), PROFILE)
    assert [(one.runtime, one.precision, one.speed.middle) for one in found] == [
        (runtime, precision, speed)
        for runtime, precision, _, speed, _ in sorted(MEASURED, key=lambda row: -row[3])
    ]
    assert [str(one) for one in front(found)] == ["onednn fp32", "onednn int8"]
    assert list(left_out_of(profile(), PROFILE)) == ["onednn bf16"]


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        ({}, "candidates"),
        ({"candidates": []}, "no candidate"),
        ({"candidates": [{"runtime": "onednn"}]}, "loss"),
    ],
)
def test_a_profile_without_its_measurements_is_refused(measured: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as refused:
        tuned_of(profile(measured=measured), PROFILE)
    assert "vitscale tune" in str(refused.value)


@pytest.mark.parametrize("left_out", [[{"runtime": "onednn", "precision": "bf16"}], ["onednn bf16"], 3])
def test_a_profile_whose_left_out_candidates_lack_a_part_is_refused(left_out: Any) -> None:
    with pytest.raises(UsageError, match="vitscale tune"):
        left_out_of(profile(measured={"left_out": left_out}), PROFILE)


def test_the_report_as_markdown(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    profile().write(path)
    text = render_report([path], Format.MARKDOWN)
    assert "onednn int8 classifies 22.4 images/s and loses 0.39 % of the labels; the limit is 0.50 %." in text
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("| on")
    ]
    assert [(row[0], row[-1]) for row in rows] == [
        ("onednn int8", "chosen"),
        ("onnxruntime int8", "loses too much"),
        ("onednn fp32", "not beaten"),
        ("onnxruntime fp32", "slower"),
    ]
    assert rows[0][1:5] == ["22.4", "21.9 to 22.8", "0.39 %", "0.19 % to 1.39 %"]
    assert rows[1][2] == units.NONE
    assert "left out: onednn bf16: this processor has no bf16 &lt;instructions&gt;" in text


def test_the_report_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    profile().write(path)
    rows = list(csv.DictReader(render_report([path], Format.CSV).splitlines()))
    found = [
        (row["runtime"], row["precision"], float(row["images_per_second"]), float(row["loss"]), row["chosen"])
        for row in rows
    ]
    assert found == [
        (runtime, precision, speed, loss, "1" if (runtime, precision) == ("onednn", "int8") else "0")
        for runtime, precision, loss, speed, _ in sorted(MEASURED, key=lambda row: -row[3])
    ]
    assert rows[0]["images_per_second_low"] != "" and rows[1]["images_per_second_low"] == ""


def test_the_chart_as_svg(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    profile().write(path)
    drawn = ElementTree.fromstring(render_report([path], Format.SVG))
    words = " ".join(text.strip() for text in drawn.itertext())
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert "onednn int8 classifies 22.4 images/s" in words
    for runtime, precision, *_ in MEASURED:
        assert f"{runtime} {precision}" in words
    assert "vit-base on Intel Xeon (test)" in words


@pytest.mark.parametrize(
    ("form", "names", "message"),
    [
        (Format.SVG, ["profile.json", "profile.json"], "--format svg supports one profile; got 2"),
        (Format.HTML, ["profile.json", "results.json"], "results.json is no profile"),
    ],
)
def test_what_a_report_of_profiles_refuses(
    form: Format, names: list[str], message: str, tmp_path: Path
) -> None:
    profile().write(tmp_path / "profile.json")
    with pytest.raises(UsageError, match=message):
        render_report([tmp_path / name for name in names], form)
