"""A model folder made by `vitscale export`, checked before any long work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from vitscale.errors import ModelError
from vitscale.models import manifest
from vitscale.models.input_size import input_size
from vitscale.models.json_file import read_object
from vitscale.models.labels import read_labels
from vitscale.system import model_files
from vitscale.system.precision_name import how_to_make, needs_no_graph


@dataclass(frozen=True)
class ModelFolder:
    """One precision of an exported model; opening it needs neither torch nor Transformers.

    Attributes
    ----------
    path : Path
        The folder, with Hugging Face's files at its top.
    name : str
        Name of the model on the hub, or of its original folder.
    weights : str
        "pretrained" or "random".
    labels : list of str
        Label texts of the configuration by class number; two classes may share one.
    unique_labels : list of str
        Label texts of Spark NLP's `labels.json` by class number; all different.
    image_height, image_width : int
        Size of the model's input, in pixels.
    precision : str
        Name of the variant, e.g. "fp32".
    input_type : str
        "float32": normalised pixels [batch, 3, height, width]; "uint8": resized only, [batch, height, width,
        3].
    onnx_path : Path
        ONNX file.
    onnx_sha256 : str
        Current hash of that file.
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
        """Number of classes, and of logits of an image."""
        return len(self.labels)

    def saved_model_sha256(self) -> str:
        """Check the SavedModel beside the ONNX files and return its hash.

        Raises
        ------
        ModelError
            If it was not exported, is damaged, or lacks a file.
        """
        remedy = f"Make one: vitscale export {self.name} --format tensorflow -o {self.path}"
        facts = (manifest.read(self.path) or {}).get("tensorflow", {}).get("fp32")
        folder = model_files.graph_folder(self.path, "tensorflow", "fp32")
        needed = [
            model_files.SAVED_MODEL,
            f"assets/{model_files.LABELS}",
            f"assets/{model_files.PREPROCESSOR}",
        ]
        if facts is None or not all((folder / name).is_file() for name in needed):
            raise ModelError(f"{self.path} has no SavedModel for Spark NLP's TensorFlow engine. {remedy}")
        return _checked_hash(folder / model_files.SAVED_MODEL, facts["sha256"], remedy)

    @staticmethod
    def open_for(path: Path, precision: str, runtime: str) -> ModelFolder:
        """Do the same as :meth:`open` for one of the JVM engine's runtimes.

        Parameters
        ----------
        runtime : str
            ``"auto"``, ``"onnxruntime"`` or ``"onednn"``. oneDNN needs no graph, so where there is none in
            its precision, that in fp32 stands for the model.
        """
        about = (manifest.read(path) if path.is_dir() else None) or {"onnx": {}}
        is_graph = precision in about["onnx"] or not needs_no_graph(precision)
        if runtime == "onnxruntime" or is_graph:
            return ModelFolder.open(path, precision)
        return replace(ModelFolder.open(path), precision=precision)

    @staticmethod
    def open(path: Path, precision: str = "fp32") -> ModelFolder:
        """Check every file of one precision and describe it.

        Raises
        ------
        ModelError
            If a file is missing, damaged, or does not match the others; the message has the command to run.
        """
        if not path.is_dir():
            raise ModelError(f"There is no model folder {path}. {_remedy(path, precision)}")
        about = manifest.read(path)
        if about is None:
            raise ModelError(f"{path} has no {model_files.RECORD}. {_remedy(path, precision)}")
        if precision not in about["onnx"]:
            there = ", ".join(about["onnx"]) or "no graph"
            raise ModelError(f"{path} has {there}, not {precision}. {_remedy(path, precision)}")
        onnx = model_files.graph_folder(path, "onnx", precision)
        for needed in (
            path / model_files.PREPROCESSOR,
            path / model_files.WEIGHTS,
            onnx / model_files.ONNX,
            onnx / "assets" / model_files.PREPROCESSOR,
        ):
            if not needed.is_file():
                raise ModelError(f"{needed} is missing. {_remedy(path, precision)}")
        config = read_object(path / model_files.CONFIG, _remedy(path, precision))
        labels = read_labels(config, str(path / model_files.CONFIG))
        height, width = input_size(config, path, _remedy(path, precision))
        return ModelFolder(
            path=path,
            name=about.get("name", path.resolve().name),
            weights=about.get("weights", "pretrained"),
            labels=labels,
            unique_labels=_unique_labels(onnx / "assets" / model_files.LABELS, len(labels), path, precision),
            image_height=height,
            image_width=width,
            precision=precision,
            input_type=about["onnx"][precision].get("input", "float32"),
            onnx_path=onnx / model_files.ONNX,
            onnx_sha256=_checked_hash(
                onnx / model_files.ONNX, about["onnx"][precision]["sha256"], _remedy(path, precision)
            ),
        )


def _remedy(path: Path, precision: str) -> str:
    return how_to_make(precision, str(path))


def _unique_labels(file: Path, count: int, path: Path, precision: str) -> list[str]:
    numbers = read_object(file, _remedy(path, precision))
    texts = {number: text for text, number in numbers.items() if isinstance(number, int)}
    if len(numbers) != count or set(texts) != set(range(count)):
        raise ModelError(f"{file} must map {count} labels to 0 to {count - 1}. {_remedy(path, precision)}")
    return [texts[number] for number in range(count)]


def _checked_hash(file: Path, expected: str, remedy: str) -> str:
    found = manifest.sha256(file)
    if found != expected:
        raise ModelError(f"{file} changed since its export. {remedy}")
    return found
