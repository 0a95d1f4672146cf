"""The separate Python environment of TensorFlow, which the first use sets up."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

from filelock import FileLock
from uv import find_uv_bin

from vitscale.errors import SetupError
from vitscale.system.cache_folder import cache_folder

PYTHON_VERSION = "3.11"
"""Newest Python for TensorFlow 2.12; uv downloads it if the machine has none."""
DISK_BYTES = 2 << 30
"""Required disk space for the environment and its downloads, with a margin."""
_LINES_TOLD = 5


def environment_python(say: Callable[[str], None]) -> Path:
    """Return the interpreter of the environment.

    It is made under another name and renamed when it is complete, so that a killed call leaves no partial
    environment. Of two calls at the same time one waits for the other.

    Parameters
    ----------
    say : callable
        Receives progress, if the environment has to be made.

    Raises
    ------
    SetupError
        If the disk is full, or Python or a package is not available.
    """
    requirements = files(__package__).joinpath("requirements.txt")
    place = cache_folder() / f"tensorflow-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{place}.lock"):
            if not place.exists():
                _refuse_full_disk(place.parent)
                say(f"Setting up TensorFlow in {place}, once: 300 MB to download, 1.3 GB on disk, minutes")
                with as_file(requirements) as file:
                    _make(place, file)
    except OSError as error:
        raise SetupError(
            f"{place} cannot be created: {error}. Set XDG_CACHE_HOME to another folder."
        ) from error
    return place / "bin" / "python"


def _refuse_full_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < DISK_BYTES:
        raise SetupError(
            f"{folder} has {free >> 20} MB free, but an environment with TensorFlow needs "
            f"{DISK_BYTES >> 20}. Free disk space, or set XDG_CACHE_HOME to another folder."
        )


def _make(place: Path, requirements: Path) -> None:
    unfinished = place.with_name(f".{place.name}.unfinished")
    try:
        _uv("venv", "--clear", "--relocatable", "--python", PYTHON_VERSION, str(unfinished))
        python = str(unfinished / "bin" / "python")
        _uv("pip", "install", "--python", python, "--require-hashes", "--requirement", str(requirements))
        unfinished.replace(place)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _uv(*arguments: str) -> None:
    """Run uv outside of any active environment."""
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        [find_uv_bin(), "--quiet", *arguments], capture_output=True, text=True, env=variables, check=False
    )
    if done.returncode:
        told = "\n".join(done.stderr.strip().splitlines()[-_LINES_TOLD:])
        raise SetupError(
            "The environment for TensorFlow could not be set up and was deleted. "
            f"uv {arguments[0]} reports:\n{told}\nTensorFlow 2.12 needs Python {PYTHON_VERSION} on x86-64, "
            "and a network or uv's cache."
        )
