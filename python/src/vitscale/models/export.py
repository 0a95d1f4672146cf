"""`vitscale export`: from a checkpoint to a model folder that both languages and Spark NLP read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitscale._version import __version__
from vitscale.errors import ModelError, OutputError, UsageError
from vitscale.models import record
from vitscale.models.checkpoint import Checkpoint, load_checkpoint
from vitscale.models.onnx_file import OPSET, largest_difference, write_onnx
from vitscale.models.sparknlp_assets import write_assets

PRECISIONS = ("fp32",)


@dataclass(frozen=True)
class ExportReport:
    """What was written.

    Attributes
    ----------
    output : Path
        The model folder.
    name : str
        Of the model.
    weights : str
        "pretrained" or "random".
    precision : str
        Of this export.
    onnx_path : Path
        The ONNX file.
    onnx_sha256 : str
        Its hash.
    max_logit_difference : float
        Largest absolute difference of a logit to PyTorch, on photos and on noise.
    """

    output: Path
    name: str
    weights: str
    precision: str
    onnx_path: Path
    onnx_sha256: str
    max_logit_difference: float


def export(
    source: str, output: Path, precision: str = "fp32", progress: Callable[[str], None] | None = None
) -> ExportReport:
    """Write a model folder, or add a precision to one.

    Parameters
    ----------
    source : str
        Name on the hub or local folder, as for `load_checkpoint`.
    output : Path
        A folder that does not exist, is empty, or was made by this function for the same weights.
    precision : str
        One of `PRECISIONS`.
    progress : callable, optional
        Told in a sentence what begins.

    Raises
    ------
    UsageError
        If the precision is unknown.
    ModelError
        If the model cannot be loaded or its ONNX graph does not compute the same.
    OutputError
        If `output` holds something else or cannot be written. In every case it stays as it was.
    """
    if precision not in PRECISIONS:
        raise UsageError(f"Unknown precision {precision!r}; choose one of {', '.join(PRECISIONS)}.")
    say = progress or (lambda _: None)
    _refuse_strangers(output)
    say(f"Loading {source}")
    checkpoint = load_checkpoint(source)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=output.parent) as place:
            made = Path(place) / "model"
            about = _write_model(checkpoint, made, precision, say)
            _publish(made, about, output, precision)
    except OSError as error:
        raise OutputError(f"Cannot write {output}: {error}. Name a folder you may write.") from error
    facts = about["onnx"][precision]
    return ExportReport(
        output=output,
        name=checkpoint.name,
        weights=checkpoint.weights,
        precision=precision,
        onnx_path=record.onnx_folder(output, precision) / record.ONNX,
        onnx_sha256=facts["sha256"],
        max_logit_difference=facts["max_logit_difference"],
    )


def _refuse_strangers(output: Path) -> None:
    """Refuse a folder with anything in it that `export` did not write."""
    if not output.exists():
        return
    if not output.is_dir():
        raise OutputError(f"{output} is a file; name a folder.")
    if any(output.iterdir()) and record.read(output) is None:
        raise OutputError(
            f"{output} is not empty and was not made by vitscale export. "
            "Nothing in it was touched; name another folder."
        )


def _write_model(
    checkpoint: Checkpoint, made: Path, precision: str, say: Callable[[str], None]
) -> dict[str, Any]:
    """Write a whole model folder and return its record."""
    say("Writing the Hugging Face files")
    _write_checkpoint(checkpoint, made)
    folder = record.onnx_folder(made, precision)
    folder.mkdir(parents=True)
    say(f"Exporting {checkpoint.name} to ONNX")
    write_onnx(checkpoint, folder / record.ONNX)
    write_assets(folder, _labels(checkpoint), checkpoint.processor)
    say("Comparing ONNX with PyTorch")
    difference = largest_difference(checkpoint, folder / record.ONNX)
    about = {
        "name": checkpoint.name,
        "weights": checkpoint.weights,
        "weights_sha256": record.sha256(made / record.WEIGHTS),
        "vitscale_version": __version__,
        "onnx": {
            precision: {
                "sha256": record.sha256(folder / record.ONNX),
                "opset": OPSET,
                "max_logit_difference": difference,
            }
        },
    }
    record.write(made, about)
    return about


def _write_checkpoint(checkpoint: Checkpoint, made: Path) -> None:
    """Write Hugging Face's files, with the label texts even where Transformers would leave them out."""
    checkpoint.model.save_pretrained(made, max_shard_size="1TB")
    checkpoint.processor.save_pretrained(made)
    (made / record.WEIGHTS).chmod(0o644)  # safetensors lets nobody else read it
    path = made / record.CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    labels = _labels(checkpoint)
    config["id2label"] = {str(number): label for number, label in enumerate(labels)}
    config["label2id"] = {label: number for number, label in enumerate(labels)}
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _labels(checkpoint: Checkpoint) -> list[str]:
    config: Any = checkpoint.model.config
    texts = config.id2label
    if sorted(texts) != list(range(config.num_labels)):
        raise ModelError(
            f"id2label of {checkpoint.name} must number its labels 0, 1, 2, ...; mend config.json."
        )
    return [str(texts[number]) for number in range(len(texts))]


def _publish(made: Path, about: dict[str, Any], output: Path, precision: str) -> None:
    """Put a finished model in its place: as a whole, or one precision into a folder of the same weights."""
    known = record.read(output)
    if known is None:
        if output.exists():
            output.rmdir()  # empty, or it would have been refused
        made.replace(output)
        return
    if known.get("weights_sha256") != about["weights_sha256"]:
        raise OutputError(
            f"{output} holds {known.get('name')} with other weights than {about['name']}. "
            "Nothing in it was touched; name another folder."
        )
    new, old = record.onnx_folder(made, precision), record.onnx_folder(output, precision)
    if old.exists():
        old.replace(made / "replaced")  # goes with the temporary folder
    new.replace(old)
    record.write(output, {**known, "onnx": {**known["onnx"], **about["onnx"]}})
