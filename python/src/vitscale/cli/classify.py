"""``vitscale classify``."""

from __future__ import annotations

import typer

from vitscale.cli.app import AllFiles, Device, Limit, Model, Paths, app, is_gpu, say
from vitscale.cli.job_arguments import given_options, image_arguments, job_arguments
from vitscale.cli.job_options import (
    BatchSize,
    CommitSeconds,
    Conf,
    ContentColumn,
    Engine,
    Features,
    FeaturesType,
    Gpus,
    Images,
    ImagesFrom,
    InputKind,
    JsonTo,
    Master,
    MaxBytes,
    MaxFailed,
    MaxPixels,
    Memory,
    Output,
    OutputTable,
    PartitionBy,
    PathColumn,
    PollSeconds,
    Precision,
    Profile,
    ReadAhead,
    RetryFailed,
    Runtime,
    Sample,
    SingleWriter,
    Table,
    TableFormat,
    Threads,
    Threshold,
    TopK,
    Truncated,
    Watch,
)
from vitscale.cli.profiles import use_profile
from vitscale.errors import UsageError
from vitscale.hub import model_folder


@app.command()
def classify(
    context: typer.Context,
    model: Model,
    output: Output = None,
    output_table: OutputTable = None,
    paths: Paths = None,
    images: Images = None,
    images_from: ImagesFrom = None,
    engine: Engine = "vitscale",
    precision: Precision = "fp32",
    runtime: Runtime = "auto",
    profile: Profile = None,
    top_k: TopK = None,
    threshold: Threshold = None,
    features: Features = "none",
    features_type: FeaturesType = "float32",
    batch_size: BatchSize = None,
    threads: Threads = 0,
    device: Device = "cpu",
    gpus: Gpus = None,
    table_format: TableFormat = "parquet",
    partition_by: PartitionBy = None,
    single_writer: SingleWriter = False,
    input_kind: InputKind = "files",
    table: Table = None,
    path_column: PathColumn = "path",
    content_column: ContentColumn = "content",
    all_files: AllFiles = False,
    limit: Limit = None,
    sample: Sample = None,
    max_failed: MaxFailed = None,
    max_bytes: MaxBytes = None,
    max_pixels: MaxPixels = None,
    truncated: Truncated = "error",
    retry_failed: RetryFailed = False,
    watch: Watch = False,
    poll_seconds: PollSeconds = 10,
    commit_seconds: CommitSeconds = None,
    read_ahead: ReadAhead = 4,
    master: Master = None,
    memory: Memory = None,
    conf: Conf = None,
    json_to: JsonTo = None,
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
