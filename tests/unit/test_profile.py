"""Profiles of `vitscale tune`: written and read, and the loss and the options that they rest on."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner
from vitscale.cli.app import app
from vitscale.cli.profiles import use_profile
from vitscale.errors import UsageError
from vitscale.results.profile import Profile
from vitscale.system.cpu_info import cpu_name
from vitscale.tuning.loss import measure_loss

PROFILE = Profile(
    model="/models/vit",
    model_sha256="0" * 64,
    cpu="A processor",
    runtime="onednn",
    precision="int8",
    batch_size=4,
    threads=2,
    max_loss=0.005,
    measured={"candidates": []},
)


def test_a_profile_is_read_as_it_was_written(tmp_path: Path) -> None:
    PROFILE.write(tmp_path / "profile.json")
    assert Profile.read(tmp_path / "profile.json") == PROFILE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"profile_version": 2}, "profile_version in .* is 2; expected 1"),
        ({"threads": "2"}, "threads in .* is '2'"),
        ({"batch_size": True}, "batch_size in .* is True"),
        ({"batch_size": -1}, "batch_size in .* is -1"),
        ({"runtime": None}, "runtime in .* is None"),
        ({"measured": []}, r"measured in .* is \[\]"),
    ],
    ids=str,
)
def test_what_is_no_profile_is_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    file.write_text(json.dumps({"profile_version": 1, **asdict(PROFILE), **change}))
    with pytest.raises(UsageError, match=message):
        Profile.read(file)


@pytest.mark.parametrize(
    ("content", "message"), [("{", "is not JSON"), ("[]", "profile_version"), (None, "Cannot read")], ids=str
)
def test_a_broken_file_is_one_line(content: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UsageError, match=message):
        Profile.read(file)


def test_another_processor_is_remarked() -> None:
    assert PROFILE.remark("A processor") is None
    assert "run vitscale tune here" in str(PROFILE.remark(cpu_name() + " else"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], {"precision": "int8", "runtime": "onednn", "batch_size": 4, "threads": 2}),
        (["--precision", "fp32"], {"precision": "fp32", "runtime": "onednn", "batch_size": 4, "threads": 2}),
        (["--threads", "0"], {"precision": "int8", "runtime": "onednn", "batch_size": 4, "threads": 0}),
    ],
    ids=str,
)
def test_options_of_the_user_win_over_the_profile(
    given: list[str], expected: dict[str, Any], tmp_path: Path
) -> None:
    PROFILE.write(tmp_path / "profile.json")
    seen: dict[str, Any] = {}
    small = typer.Typer()

    @small.command()
    def run(
        context: typer.Context,
        precision: str = "fp32",
        runtime: str = "auto",
        batch_size: int = 2,
        threads: int = 0,
    ) -> None:
        use_profile(context, tmp_path / "profile.json")
        seen.update(context.params)

    assert CliRunner().invoke(small, given).exit_code == 0
    assert seen == expected


def test_labels_that_differ_are_the_loss_where_the_truth_is_not_known() -> None:
    loss = measure_loss([0, 0, 1, 1], [0, 0, 1, 0], [None, 0, 1, 1])
    assert (loss.kind, loss.value, loss.images) == ("labels", 0.25, 4)
    assert 0 < loss.low < 0.25 < loss.high < 1


def test_accuracy_is_the_loss_where_all_images_are_labelled() -> None:
    # Of eight images fp32 has six right; the candidate loses two of them and wins one that fp32 had wrong.
    loss = measure_loss([0] * 6 + [1] * 2, [1] * 2 + [0] * 5 + [1], [0] * 8)
    assert (loss.kind, loss.value) == ("accuracy", pytest.approx((6 - 5) / 8))
    assert loss.low <= loss.value <= loss.high


def test_equal_answers_lose_nothing_but_few_images_show_little() -> None:
    few, many = (measure_loss([7] * count, [7] * count, [7] * count) for count in (10, 1000))
    assert few.value == many.value == 0
    assert many.high < 0.01
    assert few.high > 0.2


def test_tune_without_a_model_is_one_line(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["tune", str(tmp_path / "none"), "--output", str(tmp_path / "p.json")])
    assert "is no model folder" in str(run.exception)
