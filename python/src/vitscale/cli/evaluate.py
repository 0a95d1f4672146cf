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
    write_json,
)
from vitscale.errors import UsageError
from vitscale.hub import model_folder_with

if TYPE_CHECKING:
    from vitscale.evaluation.evaluate import Evaluation, Subject
    from vitscale.evaluation.scores import Share
    from vitscale.evaluation.truth import Truth
    from vitscale.tuning.loss import Loss


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
            help="Output of `vitscale classify` (Parquet or JSON Lines) to evaluate; no image is classified. "
            "Repeat the option to compare several with the first."
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
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File for an HTML page.")] = None,
    json_to: Json = None,
) -> None:
    """Measure the accuracy of a model on labelled images, in one or several precisions.

    The class of an image is the name of its folder, or a row of --labels. With --predictions, the answers are
    those of a job of `vitscale classify`. Exit status: 0 done, 1 images could not be classified, 2 usage, 130
    interrupted.
    """
    from vitscale.images.image_set import find_named_images
    from vitscale.report.evaluation.page import evaluation_page
    from vitscale.system.atomic_write import check_writable, write_atomically

    if output is not None:
        check_writable(output)
    precisions = _precisions(precision)
    subject = _subject(model, precisions, runtime)

    def truth_of(files: list[Path], root: Path) -> Truth:
        known = _truth(files, root, subject.labels, labels, (path_column, label_column), folders_in_order)
        for remark in known.remarks():
            say(remark)
        return known

    if predictions:
        if paths or images or limit or all_files:
            raise UsageError(
                "--predictions names the images; leave out paths, --images, --limit and --all-files."
            )
        done = _of_outputs(subject, predictions, truth_of)
    else:
        found = find_named_images(named_images(paths, images), limit, all_files=all_files)
        for remark in found.remarks():
            say(remark)
        done = _classified(subject, truth_of(found.paths, found.root), precisions)
    answer_console(json_to).print(_table(done))
    if output is not None:
        write_atomically(output, evaluation_page(done).encode())
        say(f"page: {output}")
    write_json(done.to_json(), json_to)
    if done.failed:
        file, reason = next(iter(done.failed.items()))
        say(f"{len(done.failed)} images could not be classified; the first: {reason or file}")
        raise typer.Exit(1)


def _subject(model: str, precisions: list[str], runtime: str) -> Subject:
    """Return the model with its labels; refuse a regression."""
    from vitscale.evaluation.evaluate import Subject
    from vitscale.inference.vit import ViT
    from vitscale.models import manifest
    from vitscale.models.json_file import read_object
    from vitscale.models.labels import read_labels

    place = Path(model_folder_with(model, [(one, runtime) for one in precisions], say=say))
    about = manifest.require(place)
    config = read_object(place / manifest.CONFIG, "Export the model again.")
    if config.get("problem_type") == "regression":
        raise UsageError(f"{model} is a regression: it gives values, not classes. Evaluate a classifier.")
    return Subject(
        about.get("name", str(model)),
        about.get("weights", "pretrained"),
        read_labels(config, str(place / manifest.CONFIG)),
        lambda one: ViT(place, one, runtime=runtime),  # type: ignore[arg-type]
    )


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

    outputs = [read_output(location) for location in locations]
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


def _truth(
    files: list[Path],
    root: Path,
    texts: list[str],
    table: Path | None,
    columns: tuple[str, str],
    in_order: bool,
) -> Truth:
    """Return the class of each image."""
    from vitscale.evaluation.label_table import read_table
    from vitscale.evaluation.truth import from_folders, from_table

    if table is None:
        return from_folders(files, texts, in_order=in_order)
    if in_order:
        raise UsageError("--folders-in-order and --labels exclude each other; give one of them.")
    return from_table(files, root, read_table(table, *columns), texts)


def _table(done: Evaluation) -> Table:
    table = Table("precision", "top-1 %", "loss in points", "top-5 %", "images/s")
    for one in done.results:
        loss = "reference" if one.loss is None else _points(one.loss)
        speed = "" if one.images_per_sec is None else f"{one.images_per_sec:.1f}"
        table.add_row(
            f"{one.precision} ({one.runtime})", _share(one.scores.top1), loss, _share(one.scores.top5), speed
        )
    return table


def _share(share: Share) -> str:
    return f"{100 * share.value:.1f} ({100 * share.low:.1f} to {100 * share.high:.1f})"


def _points(loss: Loss) -> str:
    return f"{100 * loss.value:+.2f} ({100 * loss.low:+.2f} to {100 * loss.high:+.2f})"
