"""The application that every command joins, the options that several commands share, and their output.

Progress goes to stderr and results go to stdout, so that ``--json -`` can be piped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from vitscale._version import __version__
from vitscale.errors import OutputError, UsageError
from vitscale.hub import model_folder
from vitscale.system.atomic_write import check_writable, write_atomically

app = typer.Typer(
    help="Classify images with Vision Transformers on the JVM and in Spark, and compare with Hugging Face.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
progress = Console(stderr=True, highlight=False, soft_wrap=True)

DEFAULT_IMAGES = Path("data/photos")
DEFAULT_MODEL = "./models/vit-base-patch16-224"
"""A path, and not a name on the hub, because of its first character."""
INTERRUPTED = 130

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATHS]...",
        help="Image files, folders or patterns such as 'photos/*.jpg'. Same as --images.",
    ),
]
NamedImages = Annotated[
    list[str] | None,
    typer.Option(
        "--images",
        help="Image file, folder or pattern. Repeat the option for several.",
        show_default=str(DEFAULT_IMAGES),
    ),
]
AllFiles = Annotated[
    bool, typer.Option("--all-files", help="Include hidden files and files without an image suffix.")
]
Images = Annotated[Path, typer.Option("--images", help="Folder of images; subfolders are included.")]
MODEL_HELP = "Model folder, made by `vitscale export`, or Hugging Face hub name, exported once into a cache."
Model = Annotated[str, typer.Option("--model", help=MODEL_HELP)]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Number of images: use the first N only.")]
Backends = Annotated[
    list[str],
    typer.Option(
        "--backend",
        "-b",
        help="Backend NAME, NAME:KEY=VALUE,... or set (naive, tuned, cpu, gpu, article). Repeatable.",
    ),
]
Device = Annotated[
    str, typer.Option("--device", help="Device for the model: cpu, or gpu where the backend supports it.")
]
_STDOUT = "-"


def writable(
    context: typer.Context, option: typer.CallbackParam, target: Path | str | None
) -> Path | str | None:
    """Check the file that an option names before the command starts: the callback of each such option.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    if target is None or str(target) == _STDOUT or context.resilient_parsing:
        return target
    if str(target).startswith("file:"):
        return target  # `classify` takes a URI, which the JVM checks
    try:
        check_writable(Path(target))
    except OutputError as error:
        raise OutputError(f"{option.opts[0]}: {error}") from error
    return target


Json = Annotated[
    Path | None,
    typer.Option("--json", callback=writable, help="File for the result as JSON; - is stdout."),
]


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Print the version, or continue with the command."""
    if show:
        print(__version__)
        raise typer.Exit


def say(line: object) -> None:
    """Print a line of progress without markup."""
    progress.print(escape(str(line)))


def interrupted(kept: int, what: str, output: Path, next_step: str = "") -> typer.Exit:
    """Say what an interrupted command keeps, and return its exit.

    Parameters
    ----------
    kept : int
        Finished measurements or rounds in the results.
    what : str
        ``"measurement"`` or ``"round"``.
    output : Path
        The results.
    next_step : str
        What to do to resume; empty if the command does not resume.
    """
    if kept:
        say(f"interrupted; finished {what}s in {output}: {kept}{next_step and f'; {next_step}'}")
    else:
        say(f"interrupted before the first {what} ended, so there is nothing to keep")
    return typer.Exit(INTERRUPTED)


def write_json(answer: Any, target: Path | None) -> None:
    """Write a result as JSON to the target of ``--json``: a file, ``-`` for stdout, None for nowhere."""
    if target == Path(_STDOUT):
        print(json.dumps(answer, indent=2))
    elif target is not None:
        write_atomically(target, f"{json.dumps(answer, indent=2)}\n".encode())


def answer_console(json_to: Path | None) -> Console:
    """Return the console for tables: stdout, or stderr if JSON goes to stdout."""
    return Console(stderr=json_to == Path(_STDOUT))


def named_images(paths: list[str] | None, images: list[str] | None) -> list[str]:
    """Return the arguments and the values of ``--images``, or the default folder without either."""
    return [*(paths or []), *(images or [])] or [str(DEFAULT_IMAGES)]


def exported(model: str, precision: str = "fp32", runtime: str = "auto") -> Path:
    """Return the folder of ``--model``, see `vitscale.hub.model_folder`."""
    return Path(model_folder(model, precision, runtime, say=say))


def is_gpu(device: str) -> bool:
    """Tell whether ``--device`` is gpu.

    Raises
    ------
    UsageError
        If it is neither cpu nor gpu.
    """
    if device not in ("cpu", "gpu"):
        raise UsageError(f"--device is {device!r}; expected cpu or gpu.")
    return device == "gpu"


def whole_numbers(text: str, option: str) -> list[int]:
    """Return the numbers of an option such as ``1,4,8``.

    Raises
    ------
    UsageError
        If a part is not a whole number of at least 1.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) >= 1 for part in parts):
        raise UsageError(f"{option} is {text!r}; expected whole numbers of at least 1, e.g. 1,4,8.")
    return [int(part) for part in parts]
