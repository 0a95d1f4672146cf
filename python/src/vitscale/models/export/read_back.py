"""The last step of an export: compares the pixels of the JVM with those of Transformers."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from vitscale.errors import JavaError, ModelError
from vitscale.jvm.launch import launch
from vitscale.jvm.settings import DriverSettings
from vitscale.models.checkpoint.load import CHANNELS, Checkpoint

_SHAPE = (61, 47)
_NO_VARIANT = "-"
_HEAP = "256m"
_FLAGS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")
_SECONDS = 300
_REFUSED = "vitscale: error: "


def read_back(made: Path, checkpoint: Checkpoint, variant: str | None) -> None:
    """Raise an error if the JVM cannot open a model folder, or prepares images differently.

    It runs in a separate JVM, so that the settings of this process's JVM stay free.

    Parameters
    ----------
    made : Path
        The finished folder, before its publication.
    checkpoint : Checkpoint
        The exported checkpoint.
    variant : str or None
        The ONNX variant in the folder; None without one.

    Raises
    ------
    ModelError
        If the JVM rejects the folder, or its pixels differ from those of Transformers.
    JavaError
        If no JVM can be started.
    """
    noise = np.random.default_rng(0).integers(256, size=(*_SHAPE, CHANNELS), dtype=np.uint8)
    image = Image.fromarray(noise)
    processor: Any = checkpoint.processor
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        image.save(place / "probe.png")
        (place / "model").symlink_to(made.absolute())  # an ASCII name for any Java
        _run(place, variant or _NO_VARIANT, checkpoint.name)
        found = np.fromfile(place / "pixels", dtype="<f4")
    expected = processor(image, return_tensors="np")["pixel_values"].astype(np.float32).ravel()
    if not np.array_equal(found, expected):
        raise ModelError(
            f"The JVM and Transformers prepare images of {checkpoint.name} differently. Nothing was written; "
            "please report this, with its preprocessor_config.json."
        )


def _run(place: Path, variant: str, name: str) -> None:
    arguments = ["model", variant, "probe.png", "pixels"]
    jvm = launch("vitscale.python.ReadBackMain", arguments, driver=DriverSettings(heap=_HEAP), flags=_FLAGS)
    try:
        done = subprocess.run(
            jvm.command,
            cwd=place,
            env={key: value for key, value in jvm.environment.items() if key not in _OTHERS},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise JavaError(
            f"The JVM could not open the exported model: {error}. Nothing was written."
        ) from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        refused = [line.removeprefix(_REFUSED) for line in lines if line.startswith(_REFUSED)]
        if refused:
            said = refused[0].replace(str(place / "model"), name).replace(str(place), name)
            raise ModelError(f"The JVM cannot open the exported model: {said} Nothing was written.")
        raise JavaError(f"The JVM that opens an exported model failed: {lines[-1]}. Nothing was written.")


_OTHERS = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
"""Variables with Java options of other programs."""
