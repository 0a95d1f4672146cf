"""The options that `vitscale bench` and the JVM benchmark (`sbt run`) both have."""

from __future__ import annotations

from typing import Any

import pytest
from vitscale.jvm.bridge import scala_object

from tests.fixtures.command_lines import parameters, scala_seq, shown_default, usage_of

ONLY_PYTHON = {
    "profile",
    "forks",
    "parity-images",
    "stage-images",
    "budget",
    "seed",
    "fresh",
    "report",
    "json",
}
ONLY_JVM = {
    *("files", "precision", "runtime", "engine", "action", "threads"),
    *("gpus", "spark", "master", "pipeline", "help"),
}
OTHER_VALUES = {"images", "model", "backend", "output", "device"}
"""Options with other values there: one folder, no hub, one backend, no resuming, a jar for GPUs."""
OTHER_DEFAULTS = {"batch-size": ("1,4,8", "1,2,4,8"), "warmup-images": ("8", "16")}
"""The JVM benchmark measures one process, which sweeps more batch sizes after a longer warm-up."""


@pytest.fixture(scope="module")
def usage() -> dict[str, tuple[str, str | None]]:
    """Option of the JVM benchmark -> its help, and the default that it names."""
    parser = scala_object("vitscale.bench.BenchmarkParser")
    return usage_of(parser.parser())


def options() -> dict[str, Any]:
    """Return name on the command line -> parameter of `vitscale bench`."""
    named = {"json_to": "json"}
    found = parameters("bench")
    return {named.get(name, name).replace("_", "-"): one for name, one in found.items() if name != "paths"}


def test_each_option_is_in_both_or_is_listed_here(usage: Any) -> None:
    ours = options()
    assert ours.keys() - usage.keys() == ONLY_PYTHON
    assert usage.keys() - ours.keys() == ONLY_JVM


def test_the_same_options_have_the_same_help(usage: Any) -> None:
    def text(help: str) -> str:
        return help.replace(" in each process", "").removesuffix(".")

    ours = {name: text(one.help) for name, one in options().items() if name in usage.keys() - OTHER_VALUES}
    assert len(ours) > 6
    assert ours == {name: text(usage[name][0]) for name in ours}


def test_the_same_options_have_the_same_default(usage: Any) -> None:
    ours = {name: shown_default(one) for name, one in options().items() if name in usage}
    ours["model"] = ours["model"].removeprefix("./")
    theirs = {name: None if usage[name][1] == "all" else usage[name][1] for name in ours}
    differ = {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}
    assert differ.keys() == OTHER_DEFAULTS.keys() | {"backend", "output"}
    assert {name: differ[name] for name in OTHER_DEFAULTS} == OTHER_DEFAULTS


def test_help_shows_the_defaults_that_hold(usage: Any) -> None:
    found = scala_object("vitscale.bench.BenchmarkOptions").parse(scala_seq([])).get()
    values = {
        "images": found.images().toString(),
        "model": found.model().toString(),
        "output": found.output().toString(),
        "precision": found.precision(),
        "runtime": found.runtime(),
        "backend": found.backend(),
        "engine": found.engine(),
        "batch-size": found.batchSizes().mkString(","),
        "iterations": str(found.iterations()),
        "min-seconds": f"{found.minSeconds():g}",
        "scenario": found.scenario().name(),
        "warmup-images": str(found.warmupImages()),
        "action": found.action().name(),
        "device": found.deviceName(),
        "gpus": str(found.gpus()),
        "master": found.master(),
    }
    assert values == {name: usage[name][1] for name in values}
