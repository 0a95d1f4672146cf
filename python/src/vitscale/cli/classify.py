"""``vitscale classify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import AllFiles, Device, Limit, Model, Paths, app, is_gpu, say
from vitscale.cli.job_arguments import given_options, image_arguments, job_arguments
from vitscale.cli.profiles import use_profile
from vitscale.errors import UsageError
from vitscale.hub import model_folder


@app.command()
def classify(
    context: typer.Context,
    model: Model,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Output folder. An existing one resumes its run.")
    ] = None,
    output_table: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Table for the predictions in place of --output, with --format delta or iceberg: "
            "CATALOG.SCHEMA.TABLE. An existing one gets further rows. Failed images go to TABLE_quarantine.",
        ),
    ] = None,
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
    top_k: Annotated[
        int | None,
        typer.Option(min=1, help="Number of labels for each image.", show_default="5; with --threshold all"),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Smallest score of a label, from 0 to 1. An image may then have no label.",
            show_default="none",
        ),
    ] = None,
    features: Annotated[
        str,
        typer.Option(
            help="Features of each image, the input of the classification head: none, pooled, or normalized "
            "to an L2 norm of 1."
        ),
    ] = "none",
    features_type: Annotated[
        str,
        typer.Option(help="Type of the features: float32, or float16 as little-endian bytes in Parquet."),
    ] = "float32",
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
        str,
        typer.Option("--format", help="Format of the output tables: parquet, jsonl, csv, delta or iceberg."),
    ] = "parquet",
    partition_by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Column to partition new tables by, with --format delta or iceberg: a column of the "
            "predictions, date, folder, or KEY of folders named KEY=value. Repeat the option for several.",
        ),
    ] = None,
    input_kind: Annotated[
        str,
        typer.Option(
            "--input",
            help="Kind of input: files, parquet (one image per row), tar (one image per member) or table "
            "(Delta, Iceberg or a table of Spark).",
        ),
    ] = "files",
    table: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Table to read, with --input table: CATALOG.SCHEMA.TABLE, or use --images DIR.",
        ),
    ] = None,
    path_column: Annotated[
        str,
        typer.Option(
            help="Column with the path of an image, for --input parquet or table and --images-from; nested "
            "as a.b."
        ),
    ] = "path",
    content_column: Annotated[
        str,
        typer.Option(
            help="Column with the image, for --input parquet or table: binary, or struct with a field bytes."
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
    if not named and not images_from and table is None:
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
    model = context.params["model"] = model_folder(
        model, precision, context.params["runtime"], master=master, say=say
    )
    derived = executor_settings(model, precision, batch_size, master, settings)
    if derived:
        say(f"executors get {' '.join(derived)}; `vitscale sizing` explains these settings")
    replace_process(
        [*image_arguments(named), *job_arguments(given_options(context))],
        master=master,
        memory=memory,
        settings=[*derived, *settings],
        native_mib=native_mib(model, precision, batch_size, master),
        say=say,
    )
