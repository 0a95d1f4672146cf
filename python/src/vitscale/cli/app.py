"""The application that every command joins, the options that several share, and how they all speak.

Progress goes to stderr and answers to stdout, so that ``--json -`` can be piped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from vitscale._version import __version__
from vitscale.errors import UsageError

app = typer.Typer(
    help="Classify images with Vision Transformers on the JVM and in Spark, and compare with Hugging Face.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
progress = Console(stderr=True, highlight=False, soft_wrap=True)

DEFAULT_IMAGES = Path("data/photos")
DEFAULT_MODEL = Path("models/vit-base-patch16-224")
INTERRUPTED = 130

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATHS]...", help="Files, folders and patterns of images; --images names them as well."
    ),
]
NamedImages = Annotated[
    list[str] | None,
    typer.Option(
        "--images",
        help="File, folder or pattern; may be given several times.",
        show_default=str(DEFAULT_IMAGES),
    ),
]
AllFiles = Annotated[
    bool, typer.Option("--all-files", help="Take hidden files of a folder and those of all suffixes.")
]
Images = Annotated[Path, typer.Option("--images", help="Folder of images, searched recursively.")]
Model = Annotated[Path, typer.Option("--model", help="Model folder, as `vitscale export` writes it.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many images, the first ones.")]
Backends = Annotated[
    list[str],
    typer.Option(
        "--backend",
        "-b",
        help="NAME, NAME:KEY=VALUE,... or a set (naive, tuned, cpu, gpu, article); may come several times.",
    ),
]
Device = Annotated[str, typer.Option("--device", help="cpu, or gpu: what runs the model, where it can.")]
Json = Annotated[Path | None, typer.Option("--json", help="Also write the answer as JSON; - is stdout.")]


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Show the version, or go on to the command."""
    if show:
        print(__version__)
        raise typer.Exit


def say(line: object) -> None:
    """Print a line of progress, as it stands."""
    progress.print(escape(str(line)))


def write_json(answer: Any, target: Path | None) -> None:
    """Write a command's answer where ``--json`` says: a file, ``-`` for stdout, or nowhere."""
    if target == Path("-"):
        print(json.dumps(answer, indent=2))
    elif target is not None:
        target.write_text(json.dumps(answer, indent=2) + "\n")


def answer_console(json_to: Path | None) -> Console:
    """Return where tables go: stdout, or stderr where JSON has stdout to itself."""
    return Console(stderr=json_to == Path("-"))


def named_images(paths: list[str] | None, images: list[str] | None) -> list[str]:
    """Return what both the arguments and ``--images`` name; the default where nothing is named."""
    return [*(paths or []), *(images or [])] or [str(DEFAULT_IMAGES)]


def is_gpu(device: str) -> bool:
    """Read ``--device``."""
    if device not in ("cpu", "gpu"):
        raise UsageError(f"--device is {device!r}; expected cpu or gpu.")
    return device == "gpu"


def whole_numbers(text: str, option: str) -> list[int]:
    """Return the numbers of an option such as ``1,4,8``."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) >= 1 for part in parts):
        raise UsageError(f"{option} is {text!r}; expected whole numbers of at least 1, e.g. 1,4,8.")
    return [int(part) for part in parts]
