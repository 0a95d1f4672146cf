"""Builds a model's SavedModel and the files for Spark NLP beside it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from vitscale.errors import ModelError
from vitscale.models import manifest
from vitscale.models.checkpoint.load import Checkpoint, label_texts
from vitscale.models.export.check import probe, refuse_difference
from vitscale.models.export.inputs import preprocess
from vitscale.models.export.sparknlp_assets import write_assets
from vitscale.models.tensorflow.environment import environment_python
from vitscale.system import model_files

_LINES_TOLD = 5


class SavedModelBuilder:
    """Builds the SavedModel of a checkpoint in float32.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    say : callable
        Receives progress, one sentence each.
    """

    def __init__(self, checkpoint: Checkpoint, say: Callable[[str], None]) -> None:
        self._checkpoint = checkpoint
        self._say = say

    def build(self, folder: Path) -> dict[str, Any]:
        """Write the SavedModel and `assets` into an empty folder and return the facts for the record."""
        python = environment_python(self._say)
        self._say(f"Exporting {self._checkpoint.name} to a SavedModel and comparing it with PyTorch")
        expected = probe(self._checkpoint)
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            self._checkpoint.model.save_pretrained(place / "checkpoint", max_shard_size="1TB")
            pixels = [preprocess(self._checkpoint, images, "float32") for images in expected.batches]
            np.savez(place / "pixels.npz", *pixels)
            _run(python, place / "checkpoint", folder, place / "pixels.npz", place / "logits.npz")
            answers = list(np.load(place / "logits.npz", allow_pickle=False).values())
        difference = refuse_difference(expected, answers, "SavedModel")
        write_assets(folder, label_texts(self._checkpoint), self._checkpoint.processor)
        return {
            "sha256": manifest.sha256(folder / model_files.SAVED_MODEL),
            "max_logit_difference": difference,
        }


def _run(python: Path, *arguments: Path) -> None:
    """Run the script :mod:`vitscale.models.tensorflow.saved_model` in the environment of TensorFlow."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1"}
    with as_file(files(__package__).joinpath("saved_model.py")) as script:
        done = subprocess.run(
            [python, "-I", script, *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, **quiet},
            check=False,
        )
    if done.returncode:
        told = "\n".join(done.stderr.strip().splitlines()[-_LINES_TOLD:])
        how = "ran out of memory" if done.returncode < 0 else "failed"
        raise ModelError(f"TensorFlow {how} while it made the SavedModel; nothing was written:\n{told}")
