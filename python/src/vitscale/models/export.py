"""`vitscale export`: from a checkpoint to a model folder that both languages and Spark NLP read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitscale._version import __version__
from vitscale.errors import OutputError
from vitscale.images import find_images
from vitscale.models import record
from vitscale.models.build import VariantBuilder
from vitscale.models.checkpoint import Checkpoint, label_texts, load_checkpoint
from vitscale.models.onnx_file import refuse_other_sizes
from vitscale.models.place import Place
from vitscale.models.record import Engine
from vitscale.models.tensorflow.build import SavedModelBuilder
from vitscale.models.variant import Variant


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
    variant : str
        Name of this export, e.g. "fp32"; `ModelFolder.open` takes it.
    graph_path : Path
        The ONNX file, or the SavedModel's `saved_model.pb`.
    graph_sha256 : str
        Its hash.
    max_logit_difference : float
        Largest absolute difference of a logit: of a lossless variant to PyTorch, on photos and on noise; of
        any other to fp32, on the images that it was measured with.
    cost : dict or None
        What a lossy variant costs, as `vitscale.models.cost.Cost` describes it.
    """

    output: Path
    name: str
    weights: str
    variant: str
    graph_path: Path
    graph_sha256: str
    max_logit_difference: float
    cost: dict[str, Any] | None


def export(
    source: str,
    output: Path,
    precision: str = "fp32",
    progress: Callable[[str], None] | None = None,
    *,
    engine: Engine = "onnx",
    input_type: str = "float32",
    token_merging: int = 0,
    images: Path | None = None,
    force: bool = False,
) -> ExportReport:
    """Write a model folder, or add a variant to one.

    Parameters
    ----------
    source : str
        Name on the hub or local folder, as for `load_checkpoint`.
    output : Path
        A folder that does not exist, is empty, or was made by this function for the same weights.
    precision, input_type, token_merging
        The variant, see `Variant`.
    progress : callable, optional
        Told in a sentence what begins.
    engine : {"onnx", "tensorflow"}
        What shall run the graph. TensorFlow's is a SavedModel in fp32 for Spark NLP, made in an environment
        of its own, which is set up where there is none yet.
    images : Path, optional
        Images to calibrate and measure a lossy variant with, in class folders if accuracy is wanted. By
        default photos are made, which have no labels.
    force : bool
        Whether to write a lower precision even if more than 1 % of the images get another class than in fp32.

    Raises
    ------
    UsageError
        If there is no such variant.
    ModelError
        If the model cannot be loaded, or the variant does not compute what it should.
    ImageError
        If an image to measure with cannot be read.
    OutputError
        If `output` holds something else or cannot be written. In every case it stays as it was.
    SetupError
        If the environment of TensorFlow cannot be made.
    """
    place = Place(engine, Variant(precision, input_type, token_merging))
    variant = place.variant
    say = progress or (lambda _: None)
    _refuse_strangers(output)
    if images is not None:
        find_images(images)
    say(f"Loading {source}")
    checkpoint = load_checkpoint(source)
    refuse_other_sizes(checkpoint)
    builder = (
        VariantBuilder(checkpoint, variant, images, force, say)
        if engine == "onnx"
        else SavedModelBuilder(checkpoint, say)
    )
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=output.parent) as unfinished:
            made = Path(unfinished) / "model"
            about = _write_model(checkpoint, builder, place, made)
            _publish(made, about, output, place)
    except OSError as error:
        raise OutputError(f"Cannot write {output}: {error}. Name a folder you may write.") from error
    facts = about[engine][variant.name]
    return ExportReport(
        output=output,
        name=checkpoint.name,
        weights=checkpoint.weights,
        variant=variant.name,
        graph_path=place.folder(output) / record.GRAPHS[engine],
        graph_sha256=facts["sha256"],
        max_logit_difference=facts["max_logit_difference"],
        cost=facts.get("cost"),
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
    checkpoint: Checkpoint, builder: VariantBuilder | SavedModelBuilder, place: Place, made: Path
) -> dict[str, Any]:
    """Write a whole model folder and return its record."""
    folder = place.folder(made)
    folder.mkdir(parents=True)
    facts = builder.build(folder)
    _write_checkpoint(checkpoint, made)
    about = {
        "name": checkpoint.name,
        "weights": checkpoint.weights,
        "weights_sha256": record.sha256(made / record.WEIGHTS),
        "vitscale_version": __version__,
        "onnx": {},
        place.engine: {place.variant.name: facts},
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
    labels = label_texts(checkpoint)
    config["id2label"] = {str(number): label for number, label in enumerate(labels)}
    config["label2id"] = {label: number for number, label in enumerate(labels)}
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _publish(made: Path, about: dict[str, Any], output: Path, place: Place) -> None:
    """Put a finished model in its place: as a whole, or one variant into a folder of the same weights."""
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
    new, old = place.folder(made), place.folder(output)
    if old.exists():
        old.replace(made / "replaced")  # goes with the temporary folder
    old.parent.mkdir(exist_ok=True)
    new.replace(old)
    engine = place.engine
    record.write(output, {**known, engine: {**known.get(engine, {}), **about[engine]}})
