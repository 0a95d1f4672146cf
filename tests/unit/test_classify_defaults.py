"""The options of `classify`: the JVM alone has their defaults, and `--help` shows these."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from typer.testing import CliRunner
from vitscale.cli import app
from vitscale.cli.job_arguments import _HANDLED_HERE, job_arguments
from vitscale.jvm import spark_submit
from vitscale.jvm.bridge import scala_object

from tests.fixtures.command_lines import parameters, scala_seq, shown_default, usage_of

REQUIRED = ["--model", "./models/vit", "--output", "out"]
ACCESSORS = {"device": "deviceName", "table_format": "format", "input_kind": "input"}
"""Python's parameter -> name in Scala's `JobOptions`, where the two differ."""
SHARED = {"all-files", "device", "limit", "model"}
"""Options of several commands, which have one help for all."""


def accessor(name: str) -> str:
    """Return the name in Scala's `JobOptions` of a parameter."""
    first, *rest = ACCESSORS.get(name, name).split("_")
    return first + "".join(map(str.capitalize, rest))


@pytest.fixture(scope="module")
def defaults() -> Any:
    """The job's options without any that has a default, from the jar."""
    options = scala_object("vitscale.job.run.JobOptions")
    return options.parse(scala_seq(["--images", "photos", *REQUIRED])).get()


@pytest.fixture(scope="module")
def usage() -> dict[str, tuple[str, str | None]]:
    """Option of the jar's command line -> its help, and the default that it names."""
    return usage_of(scala_object("vitscale.job.run.JobParser").parser())


def names(options: dict[str, Any]) -> dict[str, str]:
    """Return the job's options: name in the jar -> name of Python's parameter."""
    return {
        job_arguments({one: "x"})[0].removeprefix("--"): one for one in options if one not in _HANDLED_HERE
    }


def test_both_command_lines_have_the_same_options_with_the_same_help(usage: Any) -> None:
    options = parameters("classify")
    ours = names(options)
    assert ours.keys() == usage.keys() - {"images", "images-listed-in", "help"}
    different = {
        name: (options[one].help, usage[name][0])
        for name, one in ours.items()
        if name not in SHARED and options[one].help.removesuffix(".") != usage[name][0].removesuffix(".")
    }
    assert different == {}


def test_help_shows_the_default_that_the_jar_shows(usage: Any) -> None:
    options = parameters("classify")
    shown = {name: shown_default(options[one]) for name, one in names(options).items()}
    elsewhere = {"limit", "max-bytes", "max-pixels"}  # of several commands, or shown in other units
    assert {name: value for name, value in shown.items() if name not in elsewhere} == {
        name: usage[name][1] for name in shown.keys() - elsewhere
    }


def test_help_shows_the_default_of_the_job(defaults: Any) -> None:
    options = {
        one: option.default for one, option in parameters("classify").items() if one not in _HANDLED_HERE
    }
    ours = {one: value for one, value in options.items() if isinstance(value, str | int | float | bool)}
    found = {one: getattr(defaults, accessor(one))() for one in ours}
    assert len(ours) > 15
    assert ours == {one: value.name() if hasattr(value, "name") else value for one, value in found.items()}


def test_help_shows_the_limits_of_the_job(defaults: Any) -> None:
    shown = {name: parameters("classify")[name].show_default for name in ("max_bytes", "max_pixels", "gpus")}
    assert shown == {
        "max_bytes": f"{defaults.maxBytes() >> 20} MiB",
        "max_pixels": f"{defaults.maxPixels():,}",
        "gpus": str(defaults.gpus()),
    }


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], []),
        (["--top-k", "5", "--precision", "fp32"], ["--top-k", "5", "--precision", "fp32"]),
        (["--watch", "--format", "csv"], ["--watch", "--format", "csv"]),
    ],
    ids=["nothing", "defaults that were given", "others"],
)
def test_the_job_gets_only_the_options_that_were_given(
    given: list[str], passed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    def replace_process(arguments: list[str], **_: Any) -> NoReturn:
        started.append(arguments)
        raise SystemExit

    monkeypatch.setattr(spark_submit, "replace_process", replace_process)
    CliRunner().invoke(app, ["classify", "photos", *REQUIRED, *given], catch_exceptions=False)
    assert started == [["--images=photos", *REQUIRED, *passed]]
