"""Stock Spark NLP from Python: its own pipeline, with results in the form of Transformers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from vitscale.backends.registry import spec_of
from vitscale.backends.shared.top_k import top_labels
from vitscale.backends.spark_nlp.backend import SparkNlpBackend
from vitscale.errors import UsageError
from vitscale.images.image_set import find_images
from vitscale.models.folder import ModelFolder


class SparkNLPViT:
    """Spark NLP's ``ViTForImageClassification``, unchanged; it starts a Spark session if none runs.

    Parameters
    ----------
    model : str or Path
        Model folder, made by ``vitscale export``.
    precision : str
        Precision of the graph: ``"fp32"``, ``"int8"``, ...
    batch_size : int
        Images in one forward pass.

    Raises
    ------
    ModelError
        If the model folder lacks a file, or its files do not match each other.
    JavaError
        If there is no Java 17, or the JVM does not start.

    Examples
    --------
    >>> from vitscale import SparkNLPViT
    >>> vit = SparkNLPViT("models/vit-base-patch16-224")  # doctest: +SKIP
    >>> vit.classify("photos", top_k=1)  # doctest: +SKIP
    {'cat.jpg': [{'label_id': 285, 'label': 'Egyptian cat', 'score': 0.9374}]}
    """

    def __init__(self, model: str | Path, precision: str = "fp32", *, batch_size: int = 8) -> None:
        self._model = ModelFolder.open(Path(model), precision)
        self._backend = SparkNlpBackend(spec_of("spark-nlp", {}), self._model, batch_size)

    def classify(self, folder: str | Path, top_k: int = 5) -> dict[str, list[dict[str, Any]]]:
        """Classify the images of a folder.

        Spark NLP itself returns the first label only. The scores are the softmax of its logits, which a
        second call returns.

        Returns
        -------
        dict
            File, by its path below the folder -> ``{"label_id": int, "label": str, "score": float}``, the
            most likely first.
            A file that Spark left out is missing; see :meth:`failed`.

        Raises
        ------
        UsageError
            If `top_k` is below 1, or the folder has no image.
        """
        if top_k < 1:
            raise UsageError(f"top_k is {top_k}; expected at least 1.")
        outputs = self._backend.outputs(find_images(_path(folder)))
        answers = top_labels(outputs.logits, self._model.labels, top_k)
        return {
            file: [{"label_id": number, "label": label, "score": score} for number, label, score in answer]
            for file, answer in zip(outputs.files, answers, strict=True)
        }

    def failed(self, folder: str | Path) -> dict[str, str]:
        """Classify the images of a folder and return those without a label, each with its reason."""
        images = find_images(_path(folder))
        failed = [*self._backend.classify(images).failed(), *images.problems]
        return {one.file: one.reason for one in failed}

    def close(self) -> None:
        """Delete temporary files; the Spark session stays open."""
        self._backend.close()


def _path(folder: object) -> Path:
    if isinstance(folder, str | os.PathLike):
        return Path(os.fsdecode(folder))
    raise UsageError(
        f"Spark NLP's own pipeline expects a folder of images; got {type(folder).__name__}. "
        "Give the path of a folder, or use vitscale.ViT."
    )
