"""``vitscale classify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import AllFiles, Device, Paths, app, is_gpu, say
from vitscale.cli.profiles import use_profile
from vitscale.errors import UsageError
from vitscale.jvm.paths import jvm_path


@app.command()
def classify(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="Model folder, as `vitscale export` writes it.")],
    output: Annotated[
        str, typer.Option("--output", "-o", help="Folder to write; that of an earlier run is gone on with.")
    ],
    paths: Paths = None,
    images: Annotated[
        list[str] | None, typer.Option(help="File, folder, pattern or URI; may be given several times.")
    ] = None,
    images_from: Annotated[
        list[str] | None,
        typer.Option(help="List of image files: text with a path a line, CSV, Parquet, or - for stdin."),
    ] = None,
    engine: Annotated[str, typer.Option(help="vitscale or spark-nlp.")] = "vitscale",
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
    top_k: Annotated[int, typer.Option(min=1, help="Labels for each image.")] = 5,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Images of one forward pass.", show_default="the engine's own")
    ] = None,
    threads: Annotated[int, typer.Option(min=0, help="Cores of one forward pass; 0: the best number.")] = 0,
    device: Device = "cpu",
    gpus: Annotated[
        int | None, typer.Option(min=1, help="With --device gpu: GPUs of this machine.", show_default="1")
    ] = None,
    table_format: Annotated[str, typer.Option("--format", help="parquet, jsonl or csv.")] = "parquet",
    input_kind: Annotated[
        str,
        typer.Option("--input", help="files, parquet (an image a row) or tar (an image a member)."),
    ] = "files",
    path_column: Annotated[
        str, typer.Option(help="Column with the path of each row, also for --images-from; may be a.b.")
    ] = "path",
    content_column: Annotated[
        str, typer.Option(help="Column with the image: binary, or a struct with a field bytes; may be a.b.")
    ] = "content",
    all_files: AllFiles = False,
    max_failed: Annotated[
        str | None, typer.Option(help="Stop when more images fail: N or P%.", show_default="no limit")
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option(min=1, help="Larger files are not read.", show_default="256 MiB")
    ] = None,
    max_pixels: Annotated[
        int | None, typer.Option(min=1, help="Larger images are not decoded.", show_default="178,956,970")
    ] = None,
    truncated: Annotated[
        str,
        typer.Option(
            help="error: quarantine truncated images. gray: fill what is missing, in JPEG and PNG, as Pillow "
            "does with LOAD_TRUNCATED_IMAGES."
        ),
    ] = "error",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try the images in quarantine again.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on as files arrive, until Ctrl-C.")] = False,
    poll_seconds: Annotated[int, typer.Option(min=1, help="With --watch: seconds between two looks.")] = 10,
    commit_seconds: Annotated[
        float | None,
        typer.Option(min=0, help="Write rows so often.", show_default="10 s at first, then less often"),
    ] = None,
    read_ahead: Annotated[int, typer.Option(min=1, help="Files that a task reads ahead.")] = 4,
    master: Annotated[
        str | None, typer.Option(help="Spark's master URL.", show_default="spark.master, else local[*]")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            help="Heap of the driver, e.g. 8g.",
            show_default="spark.driver.memory, else half of the memory that a container or this machine has",
        ),
    ] = None,
    conf: Annotated[
        list[str] | None, typer.Option(help="KEY=VALUE for Spark; may be given several times.")
    ] = None,
    json_to: Annotated[
        str | None, typer.Option("--json", help="Also write the ledger as JSON; - is stdout.")
    ] = None,
) -> None:
    """Classify any number of images on Spark; every file ends in the predictions or in the quarantine.

    The same command goes on after it was stopped or killed. Exit status: 0 every image has a prediction, 1
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
        raise UsageError("No image is named. Name files, folders or patterns: vitscale classify photos/*.jpg")
    if "" in named:
        raise UsageError("A name of images is empty. Name files, folders or patterns of them.")
    if profile is not None:
        use_profile(context, profile)
        precision, batch_size = context.params["precision"], context.params["batch_size"]
    not_passed_on = {"master", "memory", "conf", "paths", "images", "profile"}
    if is_gpu(device):
        if is_local(master):
            from vitscale.backends.prerequisites import refuse_without_gpu

            refuse_without_gpu([BackendSpec(engine, {"device": "gpu", "gpus": gpus or 1})])
    elif gpus is not None:
        raise UsageError("--gpus counts GPUs: add --device gpu.")
    else:
        not_passed_on |= {"device"}
    options = {name: value for name, value in context.params.items() if name not in not_passed_on}
    derived = executor_settings(model, precision, batch_size, master, settings)
    if derived:
        say(f"executors get {' '.join(derived)}; `vitscale sizing` says why")
    replace_process(
        [*_images(named), *_arguments(options)],
        master=master,
        memory=memory,
        settings=[*derived, *settings],
        native_mib=native_mib(model, precision, batch_size, master),
        say=say,
    )


_MOST_ARGUMENTS = 100
"""Names of images on the JVM's command line, whose length the system limits; more go there in a file."""


def _images(named: list[str]) -> list[str]:
    """Return the arguments that name the images."""
    names = [jvm_path(name) for name in named]
    if len(names) <= _MOST_ARGUMENTS:
        return [f"--images={name}" for name in names]
    from vitscale.system.temp_folder import scratch_folder

    file = scratch_folder() / "images"
    file.write_text("\0".join(names), encoding="utf-8")
    return [f"--images-listed-in={file}"]


_SCALA_NAMES = {"table_format": "format", "input_kind": "input", "json_to": "json"}


def _arguments(options: dict[str, object]) -> list[str]:
    """Return the options as the Scala side reads them: it has the same ones, and checks them."""
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
