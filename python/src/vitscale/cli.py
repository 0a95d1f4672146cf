"""The command line: each command reads its arguments, calls the package, and prints.

Progress goes to stderr and answers to stdout, so that ``--json -`` can be piped.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from vitscale._version import __version__
from vitscale.errors import ParityError, UsageError, VitscaleError

if TYPE_CHECKING:
    from vitscale.bench.results import Parity

app = typer.Typer(
    help="Classify images with Vision Transformers on the JVM and in Spark, and compare with Hugging Face.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
progress = Console(stderr=True, highlight=False, soft_wrap=True)

DEFAULT_IMAGES = Path("data/photos")
DEFAULT_CHECKPOINT = "google/vit-base-patch16-224"
DEFAULT_MODEL = Path("models/vit-base-patch16-224")
DEFAULT_RESULTS = Path("results/bench.json")
DEFAULT_BACKENDS = ["huggingface", "spark-nlp", "spark-nlp:bridge=py4j", "vitscale", "onnxruntime"]
INTERRUPTED = 130

Images = Annotated[Path, typer.Option("--images", help="Folder of images, searched recursively.")]
Model = Annotated[Path, typer.Option("--model", help="Model folder, as `vitscale export` writes it.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many images, the first ones.")]
Backends = Annotated[
    list[str],
    typer.Option("--backend", "-b", help="NAME or NAME:KEY=VALUE,...; may be given several times."),
]
Json = Annotated[Path | None, typer.Option("--json", help="Also write the answer as JSON; - is stdout.")]


def main() -> None:
    """Run a command; a user's mistake ends in one message and an exit status, never in a stack trace."""
    try:
        app()
    except VitscaleError as error:
        progress.print(f"[bold red]error:[/] {_escaped(error)}")
        sys.exit(error.exit_code)


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Show the version, or go on to the command."""
    if show:
        print(__version__)
        raise typer.Exit


@app.command()
def bench(
    images: Images = DEFAULT_IMAGES,
    model: Model = DEFAULT_MODEL,
    backend: Backends = DEFAULT_BACKENDS,
    batch_size: Annotated[str, typer.Option(help="Batch sizes to try, e.g. 1,4,8.")] = "1,4,8",
    iterations: Annotated[int, typer.Option(min=1, help="Measured passes over all images.")] = 2,
    warmup_images: Annotated[int, typer.Option(min=1, help="Images of the pass before them.")] = 8,
    parity_images: Annotated[int, typer.Option(min=0, help="Images to compare backends on.")] = 16,
    limit: Limit = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Results file.")] = DEFAULT_RESULTS,
    report: Annotated[Path | None, typer.Option(help="Also write an HTML report.")] = None,
    json_to: Json = None,
) -> None:
    """Measure backends side by side: images per second by batch size, the best batch, and agreement."""
    from vitscale.bench.results import load_results
    from vitscale.bench.runner import make_plan, run_plan
    from vitscale.report import write_report
    from vitscale.report.terminal import print_summary

    plan = make_plan(
        images=images,
        model=model,
        backends=backend,
        batch_sizes=_batch_sizes(batch_size),
        output=output,
        iterations=iterations,
        warmup_images=warmup_images,
        parity_images=parity_images,
        limit=limit,
    )
    _say(f"{len(plan.images.files)} images, model {plan.model.name} with {plan.model.weights} weights")
    for failed in plan.undecodable:
        _say(f"{failed.file} cannot be decoded: {failed.reason}")
    try:
        results = run_plan(plan, ["vitscale", *sys.argv[1:]], _say)
    except KeyboardInterrupt:
        _say(f"interrupted; what was measured so far is in {output}")
        raise typer.Exit(INTERRUPTED) from None
    print_summary(load_results(output), Console(stderr=json_to == Path("-")))
    _say(f"results: {output}")
    if report:
        write_report(output, report)
        _say(f"report: {report}")
    _write_json(results, json_to)
    if any(row["error"] for row in results["benchmarks"]):
        raise typer.Exit(1)


@app.command()
def parity(
    images: Images = DEFAULT_IMAGES,
    model: Model = DEFAULT_MODEL,
    backend: Backends = ["huggingface", "spark-nlp", "vitscale", "onnxruntime"],  # noqa: B006 - typer copies it
    limit: Annotated[int, typer.Option(min=1, help="At most so many images, the first ones.")] = 32,
    min_top1: Annotated[float, typer.Option(min=0, max=1, help="Fail below this top-1 agreement.")] = 0.0,
    max_logit_difference: Annotated[float, typer.Option(min=0, help="Fail above it.")] = float("inf"),
    json_to: Json = None,
) -> None:
    """Compare what backends answer: top-1 agreement, largest differences of logits and of pixels."""
    from vitscale.bench.runner import compare_backends, make_plan
    from vitscale.report.terminal import print_parity

    plan = make_plan(
        images=images,
        model=model,
        backends=backend,
        batch_sizes=[8],
        output=Path("results/parity.json"),
        parity_images=limit,
        limit=limit,
    )
    if len(plan.backends) < 2:  # noqa: PLR2004
        raise UsageError("At least two different backends are needed to compare: give --backend twice.")
    rows = compare_backends(plan, _say, all_pairs=True)
    print_parity(rows, Console(stderr=json_to == Path("-")))
    _write_json(rows, json_to)
    _judge(rows, min_top1, max_logit_difference)


@app.command()
def export(
    model: Annotated[str, typer.Argument(help="Hub name or local Hugging Face folder.")] = DEFAULT_CHECKPOINT,
    output: Annotated[Path, typer.Option("--output", "-o", help="Model folder to write.")] = DEFAULT_MODEL,
    precision: Annotated[str, typer.Option(help="fp32, int8 or int8-static.")] = "fp32",
    input_type: Annotated[
        str, typer.Option("--input", help="float32, or uint8: scaling in the graph.")
    ] = "float32",
    token_merging: Annotated[int, typer.Option(help="Pairs of tokens merged in each layer; lossy.")] = 0,
    images: Annotated[
        Path | None, typer.Option(help="Images to calibrate and to measure a lossy variant with.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Write int8 even below 99 % of fp32's top-1.")] = False,
) -> None:
    """Export a Vision Transformer to ONNX, in the layout that Spark NLP and ViTScale load."""
    from vitscale.models.export import export as run_export

    done = run_export(
        model,
        output,
        precision,
        progress=_say,
        input_type=input_type,
        token_merging=token_merging,
        images=images,
        force=force,
    )
    _say(
        f"{done.onnx_path}: {done.weights} weights, largest logit difference {done.max_logit_difference:.2e}"
    )
    if done.cost:
        _say(f"{done.cost['top1_agreement']:.1%} of {done.cost['images']} images keep fp32's first label")


@app.command()
def photos(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")] = DEFAULT_IMAGES,
    count: Annotated[int, typer.Option(min=1, help="Photos to make.")] = 24,
    seed: Annotated[int, typer.Option(help="Another seed makes other photos.")] = 0,
) -> None:
    """Make any number of distinct JPEGs of ImageNet's sizes from a handful of real photos."""
    from vitscale.photos import make_photos

    make_photos(output, count, seed, progress=_say)
    _say(f"{count} photos in {output}")


@app.command()
def report(
    results: Annotated[list[Path], typer.Argument(help="Results files.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="HTML file.")] = Path("results/report.html"),
) -> None:
    """Draw results as one HTML file that needs no network."""
    from vitscale.report import write_report

    _say(f"report: {write_report(results, output)}")


@app.command()
def env(json_to: Json = None) -> None:
    """Print what ViTScale sees of this machine: processor, memory, Java, versions."""
    from vitscale.bench.environment import environment

    found = environment()
    if json_to is None:
        console = Console()
        for key, value in {**found, **found["versions"]}.items():
            if key != "versions":
                console.print(f"{key:>16}  {value}", highlight=False)
    _write_json(found, json_to)


def _judge(rows: list[Parity], min_top1: float, max_logit_difference: float) -> None:
    for row in rows:
        if row["top1_agreement"] < min_top1 or row["max_logit_difference"] > max_logit_difference:
            raise ParityError(
                f"{row['backend']} and {row['reference']} disagree: top-1 agreement "
                f"{row['top1_agreement']:.1%} (at least {min_top1:.1%} was asked for), largest logit "
                f"difference {row['max_logit_difference']:.2g} (at most {max_logit_difference:.2g})."
            )


def _batch_sizes(text: str) -> list[int]:
    sizes = [part.strip() for part in text.split(",")]
    if not all(size.isdecimal() and int(size) >= 1 for size in sizes):
        raise UsageError(f"--batch-size is {text!r}; expected whole numbers of at least 1, e.g. 1,4,8.")
    return [int(size) for size in sizes]


def _write_json(answer: Any, target: Path | None) -> None:
    if target == Path("-"):
        print(json.dumps(answer, indent=2))
    elif target is not None:
        target.write_text(json.dumps(answer, indent=2) + "\n")


def _say(line: str) -> None:
    progress.print(_escaped(line))


def _escaped(text: object) -> str:
    from rich.markup import escape

    return escape(str(text))
