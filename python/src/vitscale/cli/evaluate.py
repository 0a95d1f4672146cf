"""``vitscale evaluate``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from vitscale.cli.app import (
    DEFAULT_MODEL,
    INTERRUPTED,
    AllFiles,
    Json,
    Limit,
    Model,
    NamedImages,
    Paths,
    answer_console,
    app,
    named_images,
    progress,
    say,
    writable,
    write_json,
)
from vitscale.errors import UsageError
from vitscale.hub import model_folder_with

if TYPE_CHECKING:
    from vitscale.evaluation.evaluate import Evaluation, Subject
    from vitscale.evaluation.truth import Truth


@app.command()
def evaluate(
    paths: Paths = None,
    images: NamedImages = None,
    model: Model = DEFAULT_MODEL,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="CSV or Parquet file with the label of each image.", show_default="the names of folders"
        ),
    ] = None,
    path_column: Annotated[
        str, typer.Option(help="Column of --labels with the path, absolute or relative to the images.")
    ] = "path",
    label_column: Annotated[
        str, typer.Option(help="Column of --labels with the label or the class number.")
    ] = "label",
    folders_in_order: Annotated[
        bool,
        typer.Option(
            "--folders-in-order", help="The sorted folders are the classes 0, 1, ..., e.g. ImageNet's."
        ),
    ] = False,
    predictions: Annotated[
        list[str] | None,
        typer.Option(
            help="Predictions to evaluate; no image is classified: output of `vitscale classify` (Parquet, "
            "JSON Lines or Delta), or CSV file with the columns file, label and perhaps score. Repeat the "
            "option to compare several with the first."
        ),
    ] = None,
    precision: Annotated[
        str,
        typer.Option(
            help="Precisions, separated by commas, e.g. fp32,int8. The others are compared with the first."
        ),
    ] = "fp32",
    runtime: Annotated[
        str, typer.Option(help="Library that computes the forward pass: auto, onnxruntime or onednn.")
    ] = "auto",
    limit: Limit = None,
    all_files: AllFiles = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", callback=writable, help="File for an HTML page.")
    ] = None,
    json_to: Json = None,
) -> None:
    """Measure the accuracy of a model on labelled images, in one or several precisions.

    The class of an image is the name of its folder, or a row of --labels. With --predictions, the answers are
    those of a job of `vitscale classify` or of a CSV file. Exit status: 0 done, 1 images could not be
    classified, 2 usage, 130 interrupted.
    """
    from vitscale.evaluation.labelled_images import subject_of, truth_of
    from vitscale.images.image_set import find_named_images
    from vitscale.report.evaluation.page import evaluation_page
    from vitscale.system.atomic_write import write_atomically

    precisions = _precisions(precision)
    place = Path(model_folder_with(model, [(one, runtime) for one in precisions], say=say))
    subject = subject_of(place, model, runtime)

    def known(files: list[Path], root: Path) -> Truth:
        columns = (path_column, label_column)
        truth = truth_of(files, root, subject.labels, labels, columns, in_order=folders_in_order)
        for remark in truth.remarks():
            say(remark)
        return truth

    if predictions:
        if paths or images or limit or all_files:
            raise UsageError(
                "--predictions names the images; leave out paths, --images, --limit and --all-files."
            )
        done = _of_outputs(subject, predictions, known)
    else:
        found = find_named_images(named_images(paths, images), limit, all_files=all_files)
        for remark in found.remarks():
            say(remark)
        done = _classified(subject, known(found.paths, found.root), precisions)
    answer_console(json_to).print(_table(done))
    if output is not None:
        write_atomically(output, evaluation_page(done).encode())
        say(f"page: {output}")
    write_json(done.to_json(), json_to)
    if done.failed:
        file, reason = next(iter(done.failed.items()))
        say(f"{len(done.failed)} images could not be classified; the first: {reason or file}")
        raise typer.Exit(1)


def _classified(subject: Subject, truth: Truth, precisions: list[str]) -> Evaluation:
    from vitscale.evaluation.evaluate import evaluate as run

    with Progress(console=progress, transient=True) as bar:
        tasks = {one: bar.add_task(one, total=len(truth.files)) for one in precisions}
        try:
            return run(
                subject,
                truth,
                precisions,
                lambda one, count, _: bar.update(tasks[one], completed=count),
            )
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


def _of_outputs(
    subject: Subject, locations: list[str], truth_of: Callable[[list[Path], Path], Truth]
) -> Evaluation:
    from vitscale.evaluation.evaluate import compare
    from vitscale.evaluation.job_output import read_output
    from vitscale.evaluation.passes import from_output
    from vitscale.evaluation.prediction_file import is_prediction_file, read_prediction_file

    outputs = [
        read_prediction_file(Path(one), subject.labels) if is_prediction_file(one) else read_output(one)
        for one in locations
    ]
    for one in outputs:
        one.require_classes(len(subject.labels), subject.name)
    files = sorted({Path(path) for one in outputs for path in one.paths})
    truth = truth_of(files, outputs[0].root)
    return compare(subject, truth, [from_output(one, truth) for one in outputs])


def _precisions(text: str) -> list[str]:
    named = list(dict.fromkeys(one.strip() for one in text.split(",")))
    if not all(named):
        raise UsageError(f"--precision is {text!r}; expected names separated by commas, e.g. fp32,int8.")
    return named


def _table(done: Evaluation) -> Table:
    from vitscale.evaluation.figures import COLUMNS, cells

    table = Table(*COLUMNS)
    for one in done.results:
        table.add_row(*cells(one))
    return table
