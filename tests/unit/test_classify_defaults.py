"""The options of `classify`: the JVM alone has their defaults, and `--help` shows these."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
import typer
from pyspark import SparkContext
from typer.testing import CliRunner
from vitscale.cli import app
from vitscale.jvm import spark_submit
from vitscale.jvm.bridge import python_api

REQUIRED = ["--model", "./models/vit", "--output", "out"]
ACCESSORS = {"device": "deviceName", "table_format": "format", "input_kind": "input"}
"""Python's parameter -> name in Scala's `JobOptions`, where the two differ."""


def parameters() -> dict[str, Any]:
    """Return name -> parameter of the command."""
    command: Any = typer.main.get_command(app)
    return {one.name: one for one in command.commands["classify"].params}


@pytest.fixture(scope="module")
def defaults() -> Any:
    """The job's options without any that has a default, from the jar."""
    python_api()
    jvm = SparkContext._jvm
    assert jvm is not None
    arguments = jvm.java.util.ArrayList()
    for one in ("--images", "photos", *REQUIRED):
        arguments.add(one)
    scala = jvm.scala.collection.JavaConverters.asScalaBuffer(arguments).toSeq()
    return jvm.vitscale.job.run.JobOptions.parse(scala).get()


@pytest.mark.parametrize(
    "name",
    [
        "all_files",
        "content_column",
        "device",
        "engine",
        "features",
        "features_type",
        "input_kind",
        "path_column",
        "poll_seconds",
        "precision",
        "read_ahead",
        "retry_failed",
        "table_format",
        "threads",
        "truncated",
        "watch",
    ],
)
def test_help_shows_the_default_of_the_job(name: str, defaults: Any) -> None:
    first, *rest = ACCESSORS.get(name, name).split("_")
    found = getattr(defaults, first + "".join(map(str.capitalize, rest)))()
    if name in ("features", "features_type", "table_format", "truncated"):
        found = found.name()
    assert parameters()[name].default == found


def test_help_shows_the_limits_of_the_job(defaults: Any) -> None:
    shown = {name: parameters()[name].show_default for name in ("max_bytes", "max_pixels", "gpus")}
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
