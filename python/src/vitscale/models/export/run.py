"""`vitscale export`: from a checkpoint to a model folder that both languages and Spark NLP read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitscale._version import __version__
from vitscale.errors import OutputError
from vitscale.images.image_set import find_images
from vitscale.models import manifest
from vitscale.models.checkpoint.image_processor import settings_of
from vitscale.models.checkpoint.load import Checkpoint, label_texts, load_checkpoint
from vitscale.models.export.build import VariantBuilder
from vitscale.models.export.onnx_file import refuse_other_sizes
from vitscale.models.export.read_back import read_back
from vitscale.models.export.target import Place
from vitscale.models.export.variant import Variant
from vitscale.models.export.workspace import publish_whole, real_target, workspace
from vitscale.models.manifest import Engine
from vitscale.models.tensorflow.build import SavedModelBuilder


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
        What a lossy variant costs, as `vitscale.models.export.accuracy_loss.Cost` describes it.
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
    allow_random_weights: bool = False,
) -> ExportReport:
    """Write a model folder, or add a variant to one.

    Parameters
    ----------
    source : str
        Name on the hub or local folder, as for `load_checkpoint`.
    output : Path
        A folder that does not exist, is empty, or was made by this function for the same weights; also a
        mount, or a link to such a folder.
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
    allow_random_weights : bool
        Whether seeded weights may stand in where the hub does not answer, see `load_checkpoint`.

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
    JavaError
        If there is no JVM to open the model with before it is published.
    """
    place = Place(engine, Variant(precision, input_type, token_merging))
    variant = place.variant
    say = progress or (lambda _: None)
    target = real_target(output)
    if images is not None:
        find_images(images)
    say(f"Loading {source}")
    checkpoint = load_checkpoint(source, allow_random_weights=allow_random_weights)
    refuse_other_sizes(checkpoint)
    builder = (
        VariantBuilder(checkpoint, variant, images, force, say)
        if engine == "onnx"
        else SavedModelBuilder(checkpoint, say)
    )
    try:
        with workspace(target) as unfinished:
            made = unfinished / "model"
            about = _write_model(checkpoint, builder, place, made)
            say("Opening the exported model with the JVM")
            read_back(made, checkpoint, variant.name if engine == "onnx" else None)
            _publish(made, about, target, place)
    except OSError as error:
        raise OutputError(f"Cannot write {output}: {error}. Name a folder you may write.") from error
    facts = about[engine][variant.name]
    return ExportReport(
        output=output,
        name=checkpoint.name,
        weights=checkpoint.weights,
        variant=variant.name,
        graph_path=place.folder(output) / manifest.GRAPHS[engine],
        graph_sha256=facts["sha256"],
        max_logit_difference=facts["max_logit_difference"],
        cost=facts.get("cost"),
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
        "weights_sha256": manifest.sha256(made / manifest.WEIGHTS),
        "vitscale_version": __version__,
        "onnx": {},
        place.engine: {place.variant.name: facts},
    }
    manifest.write(made, about)
    return about


def _write_checkpoint(checkpoint: Checkpoint, made: Path) -> None:
    """Write Hugging Face's files, with the label texts even where Transformers would leave them out."""
    checkpoint.model.save_pretrained(made, max_shard_size="1TB")
    _write_json(made / manifest.PREPROCESSOR, settings_of(checkpoint.processor))
    (made / manifest.WEIGHTS).chmod(0o644)  # safetensors lets nobody else read it
    path = made / manifest.CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    labels = label_texts(checkpoint)
    config["id2label"] = {str(number): label for number, label in enumerate(labels)}
    config["label2id"] = {label: number for number, label in enumerate(labels)}
    _write_json(path, config)


def _publish(made: Path, about: dict[str, Any], target: Path, place: Place) -> None:
    """Put a finished model in its place: as a whole, or one variant into a folder of the same weights."""
    known = manifest.read(target)
    if known is None:
        publish_whole(made, target)
        return
    if known.get("weights_sha256") != about["weights_sha256"]:
        raise OutputError(
            f"{target} holds {known.get('name')} with other weights than {about['name']}. "
            "Nothing in it was touched; name another folder."
        )
    new, old = place.folder(made), place.folder(target)
    if old.exists():
        old.replace(made / "replaced")  # goes with the workspace
    old.parent.mkdir(exist_ok=True)
    new.replace(old)
    engine = place.engine
    manifest.write(target, {**known, engine: {**known.get(engine, {}), **about[engine]}})


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
