"""`vitscale export`: writes a model folder for Python, Scala and Spark NLP from a checkpoint."""

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
from vitscale.models.checkpoint.kinds import TIMM_WRAPPER
from vitscale.models.checkpoint.load import Checkpoint, label_texts, load_checkpoint, model_type
from vitscale.models.export.build import VariantBuilder
from vitscale.models.export.read_back import read_back
from vitscale.models.export.target import Place, refuse_unsupported
from vitscale.models.export.variant import Variant
from vitscale.models.export.workspace import publish_whole, real_target, workspace
from vitscale.models.tensorflow.build import SavedModelBuilder
from vitscale.system import model_files
from vitscale.system.model_files import Engine


@dataclass(frozen=True)
class ExportReport:
    """The result of an export.

    Attributes
    ----------
    output : Path
        The model folder.
    name : str
        Name of the model.
    weights : str
        "pretrained" or "random".
    variant : str
        Name of the variant, e.g. "fp32", for `ModelFolder.open`.
    graph_path : Path
        The ONNX file, or the SavedModel's `saved_model.pb`.
    graph_sha256 : str
        Hash of the graph.
    max_logit_difference : float
        Largest absolute difference of a logit: for a lossless variant to PyTorch, on photos and on noise; for
        others to fp32, on the images of the measurement.
    cost : dict or None
        Accuracy loss of a lossy variant, see `vitscale.models.export.accuracy_loss.Cost`.
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
        A folder that is missing, empty, or made by this function for the same weights; also a mount point, or
        a link to such a folder.
    precision, input_type, token_merging
        The variant, see `Variant`.
    progress : callable, optional
        Receives progress, one sentence each.
    engine : {"onnx", "tensorflow"}
        Engine for the graph. TensorFlow's graph is a SavedModel in fp32 for Spark NLP, made in a separate
        environment, which the first call sets up.
    images : Path, optional
        Folder of images for calibration and measurement of a lossy variant, with class folders for accuracy.
        By default photos without labels are made.
    force : bool
        Whether to write a variant even if more than 1 % of the images get another class than in fp32.
    allow_random_weights : bool
        Whether to use seeded weights if the hub does not respond, see `load_checkpoint`.

    Raises
    ------
    UsageError
        If the variant is unknown.
    ModelError
        If the model cannot be loaded, or the variant's logits are wrong.
    ImageError
        If an image of the measurement cannot be read.
    OutputError
        If `output` has other files or cannot be written. It stays unchanged after any error.
    SetupError
        If the environment of TensorFlow cannot be set up.
    JavaError
        If no JVM can open the model before its publication.
    """
    place = Place(engine, Variant(precision, input_type, token_merging))
    variant = place.variant
    say = progress or (lambda _: None)
    target = real_target(output)
    if images is not None:
        find_images(images)
    say(f"Loading {source}")
    checkpoint = load_checkpoint(source, allow_random_weights=allow_random_weights)
    refuse_unsupported(place, checkpoint.name, model_type(checkpoint))
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
        raise OutputError(f"Cannot write {output}: {error}. Choose a writable folder.") from error
    facts = about[engine][variant.name]
    return ExportReport(
        output=output,
        name=checkpoint.name,
        weights=checkpoint.weights,
        variant=variant.name,
        graph_path=place.folder(output) / model_files.GRAPHS[engine],
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
        "family": model_type(checkpoint),
        "weights": checkpoint.weights,
        **({"revision": checkpoint.revision} if checkpoint.revision else {}),
        "weights_sha256": manifest.sha256(made / model_files.WEIGHTS),
        "vitscale_version": __version__,
        "onnx": {},
        place.engine: {place.variant.name: facts},
    }
    manifest.write(made, about)
    return about


def _write_checkpoint(checkpoint: Checkpoint, made: Path) -> None:
    """Write Hugging Face's files, always with label texts, which Transformers may omit."""
    checkpoint.model.save_pretrained(made, max_shard_size="1TB")
    _write_json(made / model_files.PREPROCESSOR, settings_of(checkpoint.processor))
    (made / model_files.WEIGHTS).chmod(0o644)  # safetensors makes it readable by its owner only
    path = made / model_files.CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    labels = label_texts(checkpoint)
    config["id2label"] = {str(number): label for number, label in enumerate(labels)}
    config["label2id"] = {label: number for number, label in enumerate(labels)}
    if model_type(checkpoint) == TIMM_WRAPPER:
        from vitscale.models.checkpoint.timm_vit import PLAIN_VIT, plain_vit

        config[PLAIN_VIT] = plain_vit(checkpoint.model.timm_model)
    _write_json(path, config)


def _publish(made: Path, about: dict[str, Any], target: Path, place: Place) -> None:
    """Move a finished model to its target: all of it, or one variant into a folder of the same weights."""
    known = manifest.read(target)
    if known is None:
        publish_whole(made, target)
        return
    if known.get("weights_sha256") != about["weights_sha256"]:
        raise OutputError(
            f"{target} has {known.get('name')} with other weights than {about['name']}. "
            "Nothing was changed; choose another folder."
        )
    new, old = place.folder(made), place.folder(target)
    if old.exists():
        old.replace(made / "replaced")  # deleted with the workspace
    old.parent.mkdir(exist_ok=True)
    new.replace(old)
    engine = place.engine
    manifest.write(target, {**known, engine: {**known.get(engine, {}), **about[engine]}})


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
