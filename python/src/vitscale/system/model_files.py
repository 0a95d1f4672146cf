"""Names of the files in a model folder, and the paths of its graphs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

RECORD = "vitscale.json"
"""The record of `vitscale export`, see `vitscale.models.manifest`."""
CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"
WEIGHTS = "model.safetensors"
CALIBRATION = "onednn/int8/scales.json"
ONNX = "model.onnx"
SAVED_MODEL = "saved_model.pb"
LABELS = "labels.json"
Engine = Literal["onnx", "tensorflow"]
GRAPHS: dict[Engine, str] = {"onnx": ONNX, "tensorflow": SAVED_MODEL}
"""Engine -> file name of its graph, in the folder of the variant."""


def graphs_folder(folder: Path, engine: Engine) -> Path:
    """Return the folder of an engine's graphs, one folder a variant."""
    return folder / engine


def graph_folder(folder: Path, engine: Engine, variant: str) -> Path:
    """Return the folder of a graph, for Spark NLP's `loadSavedModel`."""
    return graphs_folder(folder, engine) / variant


def graph_file(folder: Path, engine: Engine, variant: str) -> Path:
    """Return the file of a graph."""
    return graph_folder(folder, engine, variant) / GRAPHS[engine]
