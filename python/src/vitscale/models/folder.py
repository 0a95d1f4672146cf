"""A model folder that `vitscale export` made, checked before anything long is started with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitscale.errors import ModelError
from vitscale.models import record


@dataclass(frozen=True)
class ModelFolder:
    """One precision of an exported model; reading it needs neither torch nor Transformers.

    Attributes
    ----------
    path : Path
        The folder, with Hugging Face's files at its top.
    name : str
        The model's name on the hub, or that of the folder it came from.
    weights : str
        "pretrained" or "random".
    labels : list of str
        Label texts as the configuration has them, by class number; two classes may share one text.
    unique_labels : list of str
        Label texts as Spark NLP's `labels.json` has them, by class number; all different.
    image_height, image_width : int
        Size of the model's input, in pixels.
    precision : str
        Name of the variant, e.g. "fp32".
    input_type : str
        "float32": normalised pixels [batch, 3, height, width]; "uint8": resized only, [batch, height, width,
        3].
    onnx_path : Path
        Its ONNX file.
    onnx_sha256 : str
        Hash of that file, as it is now.
    """

    path: Path
    name: str
    weights: str
    labels: list[str]
    unique_labels: list[str]
    image_height: int
    image_width: int
    precision: str
    input_type: str
    onnx_path: Path
    onnx_sha256: str

    @property
    def num_labels(self) -> int:
        """Number of classes, which is the number of logits an image gets."""
        return len(self.labels)

    def saved_model_sha256(self) -> str:
        """Check the SavedModel beside the ONNX files and return its hash.

        Raises
        ------
        ModelError
            If it was not exported, is damaged, or lacks a file.
        """
        remedy = f"Make it with: vitscale export {self.name} --format tensorflow -o {self.path}"
        facts = (record.read(self.path) or {}).get("tensorflow", {}).get("fp32")
        folder = record.graph_folder(self.path, "tensorflow", "fp32")
        needed = [record.SAVED_MODEL, f"assets/{record.LABELS}", f"assets/{record.PREPROCESSOR}"]
        if facts is None or not all((folder / name).is_file() for name in needed):
            raise ModelError(f"{self.path} holds no SavedModel for Spark NLP's TensorFlow engine. {remedy}")
        return _checked_hash(folder / record.SAVED_MODEL, facts["sha256"], remedy)

    @staticmethod
    def open(path: Path, precision: str = "fp32") -> ModelFolder:
        """Check every file of one precision and describe it.

        Raises
        ------
        ModelError
            If a file is missing, damaged, or does not fit the others; the message names the command to run.
        """
        if not path.is_dir():
            raise ModelError(f"There is no model folder {path}. {_remedy(path, precision)}")
        about = record.read(path)
        if about is None:
            raise ModelError(f"{path} has no {record.RECORD}. {_remedy(path, precision)}")
        if precision not in about["onnx"]:
            there = ", ".join(about["onnx"]) or "nothing"
            raise ModelError(f"{path} holds {there}, not {precision}. {_remedy(path, precision)}")
        onnx = record.graph_folder(path, "onnx", precision)
        for needed in (
            path / record.PREPROCESSOR,
            path / record.WEIGHTS,
            onnx / record.ONNX,
            onnx / "assets" / record.PREPROCESSOR,
        ):
            if not needed.is_file():
                raise ModelError(f"{needed} is missing. {_remedy(path, precision)}")
        config = _json(path / record.CONFIG, path, precision)
        labels = _labels(config, path)
        height, width = _pair(config["image_size"])
        return ModelFolder(
            path=path,
            name=about["name"],
            weights=about["weights"],
            labels=labels,
            unique_labels=_unique_labels(onnx / "assets" / record.LABELS, len(labels), path, precision),
            image_height=height,
            image_width=width,
            precision=precision,
            input_type=about["onnx"][precision].get("input", "float32"),
            onnx_path=onnx / record.ONNX,
            onnx_sha256=_checked_hash(
                onnx / record.ONNX, about["onnx"][precision]["sha256"], _remedy(path, precision)
            ),
        )


def _remedy(path: Path, precision: str) -> str:
    return f"Make it with: vitscale export MODEL --precision {precision} -o {path}"


def _json(file: Path, path: Path, precision: str) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{file} is missing. {_remedy(path, precision)}") from None
    except ValueError as error:
        raise ModelError(f"{file} is not JSON: {error}. {_remedy(path, precision)}") from error
    if not isinstance(content, dict):
        raise ModelError(f"{file} holds no JSON object. {_remedy(path, precision)}")
    return content


def _labels(config: dict[str, Any], path: Path) -> list[str]:
    """Return `id2label` as a list; its keys must be 0 to n - 1."""
    texts = {int(number): str(text) for number, text in config.get("id2label", {}).items()}
    if not texts or sorted(texts) != list(range(len(texts))):
        raise ModelError(f"id2label in {path / record.CONFIG} must number its labels 0, 1, 2, ...")
    return [texts[number] for number in range(len(texts))]


def _unique_labels(file: Path, count: int, path: Path, precision: str) -> list[str]:
    texts = {number: text for text, number in _json(file, path, precision).items()}
    if sorted(texts) != list(range(count)):
        raise ModelError(f"{file} must map {count} labels to 0 to {count - 1}. {_remedy(path, precision)}")
    return [texts[number] for number in range(count)]


def _pair(size: int | list[int]) -> tuple[int, int]:
    height, width = (size, size) if isinstance(size, int) else size
    return height, width


def _checked_hash(file: Path, expected: str, remedy: str) -> str:
    found = record.sha256(file)
    if found != expected:
        raise ModelError(f"{file} is not the file that was exported. {remedy}")
    return found
