"""Lists the classes that a job and a session load, by running a small one of each."""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path

from vitscale.images.photos import make_photos
from vitscale.jvm.settings import JAVA_OPTIONS, LOCAL
from vitscale.jvm.spark_submit import submission
from vitscale.jvm.temporary import temporary_folder
from vitscale.startup.process import run
from vitscale.system.user import existing_home

_PHOTOS = 4
_ID = re.compile(r" id: \d+$")
_OF_A_LOADER = " source: "
"""In the line of a class of another class loader, such as Spark's generated code, which no archive has."""


def list_classes(folder: Path) -> Path:
    """Return a file with the classes that ``vitscale classify`` and a stage of a session load.

    Parameters
    ----------
    folder : Path
        Folder for all files of this work.

    Raises
    ------
    JavaError
        If a run fails.
    """
    make_photos(folder / "photos", _PHOTOS)
    with as_file(files("vitscale.startup") / "sample-model") as model:
        lists = [_of_a_job(model, folder), _of_a_session(model, folder)]
    merged = folder / "classes"
    texts = (one.read_text(errors="replace").splitlines() for one in lists)
    merged.write_text("".join(f"{line}\n" for line in merge(texts)))
    return merged


def merge(lists: Iterable[Iterable[str]]) -> list[str]:
    """Return the lines of several class lists, each once, in the order of their first appearance.

    Java 21 numbers the classes of a list; numbers of several lists would clash, and only the classes of other
    class loaders need them.

    Parameters
    ----------
    lists : iterable of iterable of str
        Lines that Java wrote for ``-XX:DumpLoadedClassList``.
    """
    lines = (line for one in lists for line in one if line and not line.startswith("#"))
    return list(dict.fromkeys(_ID.sub("", line) for line in lines if _OF_A_LOADER not in line))


def _of_a_job(model: Path, folder: Path) -> Path:
    made = folder / "job"
    arguments = [f"--images={folder / 'photos'}", "--model", str(model), "--output", str(folder / "output")]
    settings = [f"{JAVA_OPTIONS}={shlex.quote(f'-XX:DumpLoadedClassList={made}')}"]
    with tempfile.TemporaryDirectory(dir=temporary_folder(existing_home()).folder) as name:
        job = submission(arguments, master=LOCAL, memory=None, settings=settings, scratch=Path(name))
        run(job.command, job.environment, "The job whose classes are listed", made)
    return made


def _of_a_session(model: Path, folder: Path) -> Path:
    made = folder / "session"
    module = [sys.executable, "-P", "-m", "vitscale.startup.session"]
    command = [*module, str(model), str(folder / "photos"), str(made)]
    run(command, None, "The session whose classes are listed", made)
    return made
