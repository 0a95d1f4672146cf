"""The command line of the JVM's job, from the options of ``vitscale classify``."""

from __future__ import annotations

import typer

from vitscale.cli.profiles import TUNED
from vitscale.jvm.paths import jvm_path

_MOST_ARGUMENTS = 100
"""Most names of images on the JVM's command line, whose length is limited; more are passed in a file."""


def image_arguments(named: list[str]) -> list[str]:
    """Return the arguments that name the images."""
    names = [jvm_path(name) for name in named]
    if len(names) <= _MOST_ARGUMENTS:
        return [f"--images={name}" for name in names]
    from vitscale.system.temp_folder import scratch_folder

    file = scratch_folder() / "images"
    file.write_text("\0".join(names), encoding="utf-8")
    return [f"--images-listed-in={file}"]


_HANDLED_HERE = frozenset({"master", "memory", "conf", "paths", "images", "profile"})
"""Parameters that are not options of the JVM's job."""


def given_options(context: typer.Context) -> dict[str, object]:
    """Return the job's options that the user gave; the JVM alone has the defaults of the others."""
    return {
        name: value
        for name, value in context.params.items()
        if name not in _HANDLED_HERE and _is_given(context, name)
    }


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return name in context.meta.get(TUNED, ()) or (source is not None and source.name != "DEFAULT")


_SCALA_NAMES = {"table_format": "format", "input_kind": "input", "json_to": "json"}


def job_arguments(options: dict[str, object]) -> list[str]:
    """Return the options for the Scala side, which has the same ones and checks their values."""
    arguments = []
    for name, value in options.items():
        option = "--" + _SCALA_NAMES.get(name, name).replace("_", "-")
        if value is True:
            arguments.append(option)
        elif isinstance(value, (list, tuple)):
            arguments += [text for one in value for text in (option, jvm_path(str(one)))]
        elif value not in (None, False):
            arguments += [option, jvm_path(str(value))]
    return arguments
