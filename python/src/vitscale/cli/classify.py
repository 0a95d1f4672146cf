"""``vitscale classify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import AllFiles, Device, Limit, Paths, app, is_gpu, say
from vitscale.cli.profiles import TUNED, use_profile
from vitscale.errors import UsageError
from vitscale.jvm.paths import jvm_path


@app.command()
def classify(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="Model folder, made by `vitscale export`.")],
    output: Annotated[
        str, typer.Option("--output", "-o", help="Output folder. An existing one resumes its run.")
    ],
    paths: Paths = None,
    images: Annotated[
        list[str] | None,
        typer.Option(help="Image file, folder, pattern or URI. Repeat the option for several."),
    ] = None,
    images_from: Annotated[
        list[str] | None,
        typer.Option(
            help="File with a list of images: text with one path per line, CSV or Parquet; - is stdin."
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="Engine: vitscale, or spark-nlp for Spark NLP's own.")
    ] = "vitscale",
    precision: Annotated[
        str,
        typer.Option(help="fp32; bf16 or int8 on oneDNN; or a graph made by `vitscale export --precision`."),
    ] = "fp32",
    runtime: Annotated[
        str,
        typer.Option(
            help="Library that computes the forward pass: auto (the faster one here), onnxruntime or onednn."
        ),
    ] = "auto",
    profile: Annotated[
        Path | None,
        typer.Option(help="Profile of `vitscale tune`: its precision, runtime, batch size and threads."),
    ] = None,
    top_k: Annotated[int, typer.Option(min=1, help="Number of labels for each image.")] = 5,
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, help="Images in one forward pass.", show_default="the engine's own"),
    ] = None,
    threads: Annotated[
        int, typer.Option(min=0, help="Threads of one forward pass. 0 picks the fastest setting.")
    ] = 0,
    device: Device = "cpu",
    gpus: Annotated[
        int | None,
        typer.Option(
            min=1, help="Number of GPUs of this machine to use, with --device gpu.", show_default="1"
        ),
    ] = None,
    table_format: Annotated[
        str, typer.Option("--format", help="Format of the output tables: parquet, jsonl or csv.")
    ] = "parquet",
    input_kind: Annotated[
        str,
        typer.Option(
            "--input", help="Kind of input: files, parquet (one image per row) or tar (one image per member)."
        ),
    ] = "files",
    path_column: Annotated[
        str,
        typer.Option(
            help="Column with the path of an image, for --input parquet and --images-from; nested as a.b."
        ),
    ] = "path",
    content_column: Annotated[
        str,
        typer.Option(
            help="Column with the image, for --input parquet: binary, or struct with a field bytes."
        ),
    ] = "content",
    all_files: AllFiles = False,
    limit: Limit = None,
    sample: Annotated[
        str | None,
        typer.Option(
            metavar="P%",
            help="Share of the images, chosen by a hash of the path: the same in each run.",
            show_default="all",
        ),
    ] = None,
    max_failed: Annotated[
        str | None,
        typer.Option(
            help="Largest number (N) or share (P%) of failed images. Above it the job stops.",
            show_default="no limit",
        ),
    ] = None,
    max_bytes: Annotated[
        int | None,
        typer.Option(
            min=1, help="Largest file to read, in bytes; larger ones are quarantined.", show_default="256 MiB"
        ),
    ] = None,
    max_pixels: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Largest image to decode, in pixels; larger ones are quarantined.",
            show_default="178,956,970",
        ),
    ] = None,
    truncated: Annotated[
        str,
        typer.Option(
            help="Truncated images: error quarantines them; gray fills the missing part of JPEG and PNG, as "
            "Pillow does with LOAD_TRUNCATED_IMAGES."
        ),
    ] = "error",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Retry the images in quarantine.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Classify new files as they arrive, until Ctrl-C.")
    ] = False,
    poll_seconds: Annotated[
        int, typer.Option(min=1, help="Seconds between two listings, with --watch.")
    ] = 10,
    commit_seconds: Annotated[
        float | None,
        typer.Option(
            min=0, help="Seconds between two commits of results.", show_default="10 at first, then longer"
        ),
    ] = None,
    read_ahead: Annotated[
        int, typer.Option(min=1, help="Number of files that a task reads ahead. Raise it for slow storage.")
    ] = 4,
    master: Annotated[
        str | None, typer.Option(help="Master URL of Spark.", show_default="spark.master, else local[*]")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            help="Heap of the driver, e.g. 8g. Raise it after an OutOfMemoryError.",
            show_default="spark.driver.memory, else half of the memory of the container or machine",
        ),
    ] = None,
    conf: Annotated[
        list[str] | None, typer.Option(help="Spark setting as KEY=VALUE. Repeat the option for several.")
    ] = None,
    json_to: Annotated[
        str | None, typer.Option("--json", help="File for the ledger as JSON; - is stdout.")
    ] = None,
) -> None:
    """Classify any number of images on Spark; each file ends in the predictions or in the quarantine.

    The same command resumes a run that was stopped or killed. Exit status: 0 every image has a prediction, 1
    an image or the job failed, 2 usage, 130 interrupted.
    """
    from vitscale.backends.spec import BackendSpec
    from vitscale.jvm.spark_master import is_local
    from vitscale.jvm.spark_submit import chosen_master, replace_process
    from vitscale.sizing.executor_settings import executor_settings, native_mib

    settings = conf or []
    master = chosen_master(master, settings)
    named = [*(paths or []), *(images or [])]
    if not named and not images_from:
        raise UsageError("No images given. Name files, folders or patterns: vitscale classify photos/*.jpg")
    if "" in named:
        raise UsageError("One of the names of images is empty. Name files, folders or patterns.")
    if profile is not None:
        use_profile(context, profile)
        precision, batch_size = context.params["precision"], context.params["batch_size"]
    if is_gpu(device):
        if is_local(master):
            from vitscale.backends.prerequisites import refuse_without_gpu

            refuse_without_gpu([BackendSpec(engine, {"device": "gpu", "gpus": gpus or 1})])
    elif gpus is not None:
        raise UsageError("--gpus needs --device gpu; add it or remove --gpus.")
    derived = executor_settings(model, precision, batch_size, master, settings)
    if derived:
        say(f"executors get {' '.join(derived)}; `vitscale sizing` explains these settings")
    replace_process(
        [*_images(named), *_arguments(_given(context))],
        master=master,
        memory=memory,
        settings=[*derived, *settings],
        native_mib=native_mib(model, precision, batch_size, master),
        say=say,
    )


_MOST_ARGUMENTS = 100
"""Most names of images on the JVM's command line, whose length is limited; more are passed in a file."""


def _images(named: list[str]) -> list[str]:
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


def _given(context: typer.Context) -> dict[str, object]:
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


def _arguments(options: dict[str, object]) -> list[str]:
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
