"""An environment with Spark 4, beside the development environment and its Spark 3.5."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock
from uv import find_uv_bin

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "python/requirements-spark4.txt"


def spark_4_python() -> Path:
    """Return the interpreter of the environment; the first call sets it up, which takes 460 MB of disk."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    place = ROOT / ".cache" / f"spark4-{digest}"
    python, complete = place / "bin" / "python", place / "complete"
    place.parent.mkdir(exist_ok=True)
    with FileLock(f"{place}.lock"):
        if not complete.exists():
            shutil.rmtree(place, ignore_errors=True)
            _uv("venv", "--python", sys.executable, str(place))
            _uv("pip", "install", "--python", str(python), "--require-hashes", "-r", str(REQUIREMENTS))
            complete.touch()
    return python


def variables() -> dict[str, str]:
    """Return the environment variables of a process that imports the checkout's package."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "python/src"), str(ROOT)))}


def _uv(*arguments: str) -> None:
    done = subprocess.run([find_uv_bin(), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
