"""Options of ``vitscale classify``. The JVM's ``JobOptions`` has the defaults, and a test compares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import writable

Output = Annotated[
    str | None, typer.Option("--output", "-o", help="Output folder. An existing one resumes its run.")
]
OutputTable = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Table for the predictions in place of --output, with --format delta or iceberg: "
        "CATALOG.SCHEMA.TABLE. An existing one gets further rows. Failed images go to TABLE_quarantine.",
    ),
]
Images = Annotated[
    list[str] | None,
    typer.Option(help="Image file, folder, pattern or URI. Repeat the option for several."),
]
ImagesFrom = Annotated[
    list[str] | None,
    typer.Option(help="File with a list of images: text with one path per line, CSV or Parquet; - is stdin."),
]
SingleWriter = Annotated[
    bool,
    typer.Option(
        "--single-writer",
        help="Accept an output on storage where two runs could both begin. Use it if no other run writes "
        "there.",
    ),
]
Engine = Annotated[str, typer.Option(help="Engine: vitscale, or spark-nlp for Spark NLP's own.")]
Precision = Annotated[
    str,
    typer.Option(
        help="fp32; bf16 or int8 on oneDNN, with -tome8 to merge 8 pairs of tokens; or a graph made by "
        "`vitscale export --precision`."
    ),
]
Runtime = Annotated[
    str,
    typer.Option(
        help="Library that computes the forward pass: auto (the faster one here), onnxruntime or onednn."
    ),
]
Profile = Annotated[
    Path | None,
    typer.Option(help="Profile of `vitscale tune`: its precision, runtime, batch size and threads."),
]
TopK = Annotated[
    int | None,
    typer.Option(min=1, help="Number of labels for each image.", show_default="5; with --threshold all"),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        help="Smallest score of a label, from 0 to 1. An image may then have no label.",
        show_default="none",
    ),
]
Features = Annotated[
    str,
    typer.Option(
        help="Features of each image, the input of the classification head: none, pooled, or normalized "
        "to an L2 norm of 1."
    ),
]
FeaturesType = Annotated[
    str,
    typer.Option(help="Type of the features: float32, or float16 as little-endian bytes in Parquet."),
]
BatchSize = Annotated[
    int | None,
    typer.Option(min=1, help="Images in one forward pass.", show_default="the engine's own"),
]
Threads = Annotated[
    int, typer.Option(min=0, help="Threads of one forward pass. 0 picks the fastest setting.")
]
Gpus = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Number of GPUs of this machine to use, with --device gpu and a local master; "
        "CUDA_VISIBLE_DEVICES selects them.",
        show_default="1",
    ),
]
TableFormat = Annotated[
    str,
    typer.Option("--format", help="Format of the output tables: parquet, jsonl, csv, delta or iceberg."),
]
PartitionBy = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN",
        help="Column to partition new tables by, with --format delta or iceberg: a column of the "
        "predictions, date, folder, or KEY of folders named KEY=value. Repeat the option for several.",
    ),
]
InputKind = Annotated[
    str,
    typer.Option(
        "--input",
        help="Kind of input: files, parquet (one image per row), tar (one image per member) or table "
        "(Delta, Iceberg or a table of Spark).",
    ),
]
Table = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Table to read, with --input table: CATALOG.SCHEMA.TABLE. A folder is --images.",
    ),
]
PathColumn = Annotated[
    str,
    typer.Option(
        help="Column with the path of an image, for --input parquet or table and --images-from; nested "
        "as a.b."
    ),
]
ContentColumn = Annotated[
    str,
    typer.Option(
        help="Column with the image, for --input parquet or table: binary, or struct with a field bytes.",
        show_default="content, else image",
    ),
]
Sample = Annotated[
    str | None,
    typer.Option(
        metavar="P%",
        help="Share of the images, chosen by a hash of the path: the same in each run.",
        show_default="all",
    ),
]
MaxFailed = Annotated[
    str | None,
    typer.Option(
        help="Largest number (N) or share (P%) of failed images. Above it the job stops.",
        show_default="no limit",
    ),
]
MaxBytes = Annotated[
    int | None,
    typer.Option(
        min=1, help="Largest file to read, in bytes; larger ones are quarantined.", show_default="256 MiB"
    ),
]
MaxPixels = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Largest image to decode, in pixels; larger ones are quarantined.",
        show_default="178,956,970",
    ),
]
Truncated = Annotated[
    str,
    typer.Option(
        help="Truncated images: error quarantines them; gray fills the missing part of JPEG and PNG, as "
        "Pillow does with LOAD_TRUNCATED_IMAGES."
    ),
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Retry the images in quarantine.")]
Watch = Annotated[bool, typer.Option("--watch", help="Classify new files as they arrive, until Ctrl-C.")]
PollSeconds = Annotated[
    int,
    typer.Option(
        min=1, help="Seconds between two listings, with --watch. Younger files wait for the next one."
    ),
]
CommitSeconds = Annotated[
    float | None,
    typer.Option(
        min=0,
        help="Seconds between two commits of results.",
        show_default="a twentieth of the run time, 10 to 600",
    ),
]
ReadAhead = Annotated[
    int, typer.Option(min=1, help="Number of files that a task reads ahead. Raise it for slow storage.")
]
Master = Annotated[
    str | None, typer.Option(help="Master URL of Spark.", show_default="spark.master, else local[*]")
]
Memory = Annotated[
    str | None,
    typer.Option(
        help="Heap of the driver, e.g. 8g. Raise it after an OutOfMemoryError.",
        show_default="spark.driver.memory, else half of the memory of the container or machine",
    ),
]
Conf = Annotated[
    list[str] | None, typer.Option(help="Spark setting as KEY=VALUE. Repeat the option for several.")
]
JsonTo = Annotated[
    str | None,
    typer.Option("--json", callback=writable, help="File for the ledger as JSON; - is stdout."),
]
