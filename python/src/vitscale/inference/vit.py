"""The engine as a classifier in Python: images in, labels and scores out, as Transformers' pipeline."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vitscale.errors import ImageError
from vitscale.images.inputs import ImageLike, images_of
from vitscale.inference.answers import Answer, FolderAnswers
from vitscale.inference.features import features_of
from vitscale.inference.folders import images_in, not_listed
from vitscale.inference.labels import LabelRequest
from vitscale.inference.open_model import OpenModel
from vitscale.results.profile import Profile
from vitscale.system.arguments import folder_of, one_of, path_text, score, text, whole_number
from vitscale.system.cpu_info import cpu_name


class ViT(OpenModel):
    """A Vision Transformer on the JVM. The logger ``vitscale`` warns if its weights are random.

    Parameters
    ----------
    model : str or Path
        Folder of the model, as ``vitscale export`` writes it; or a name on the Hugging Face hub, such as
        ``"google/vit-base-patch16-224"``, with a branch, tag or commit after ``@``. It is exported once into
        a cache (`vitscale.hub.model_folder`).
    precision : str
        ``"fp32"``; ``"bf16"`` or ``"int8"`` on oneDNN; or the name of a graph that ``vitscale export`` made.
    batch_size : int
        Images of one forward pass; small ones are fastest on a processor.
    threads : int, optional
        Cores of one forward pass. By default each takes one, and as many run side by side as there are cores:
        the most images per second. Name the number of cores for the shortest answer to a single image.
    runtime : "auto", "onnxruntime" or "onednn"
        What computes the forward pass: ONNX Runtime runs the exported graph, oneDNN the checkpoint's own
        weights. ``"auto"`` takes the faster one for this model and processor.
    truncated : "error" or "gray"
        What happens to an image file that ends early: an `ImageError`, or the missing pixels are filled as
        Pillow does with ``LOAD_TRUNCATED_IMAGES``. JPEG and PNG only; Pillow itself reads its own images.

    Attributes
    ----------
    runtime : str
        The one that was taken.

    Raises
    ------
    ModelError
        If the model folder lacks a file, or its files do not fit each other; or the hub does not have the
        model, or does not respond while the cache lacks it.
    UsageError
        If an argument has no such value.

    Examples
    --------
    >>> from vitscale import ViT
    >>> vit = ViT("models/vit-base-patch16-224")  # doctest: +SKIP
    >>> vit.classify("cat.jpg", top_k=1)  # doctest: +SKIP
    [{'label_id': 285, 'label': 'Egyptian cat', 'score': 0.9374}]
    """

    def __init__(
        self,
        model: str | Path,
        precision: str = "fp32",
        *,
        batch_size: int = 2,
        threads: int | None = None,
        runtime: Literal["auto", "onnxruntime", "onednn"] = "auto",
        truncated: Literal["error", "gray"] = "error",
    ) -> None:
        self.batch_size = whole_number("batch_size", batch_size)
        folder = path_text("model", model, "the folder of a model, or a name on the Hugging Face hub")
        super().__init__(
            folder,
            text("precision", precision),
            whole_number("threads", 0 if threads is None else threads),
            text("runtime", runtime),
            text("truncated", truncated),
        )

    @classmethod
    def from_profile(cls, profile: str | Path, model: str | Path | None = None) -> ViT:
        """Open a model with the settings that ``vitscale tune`` found.

        Parameters
        ----------
        profile : str or Path
            The profile.
        model : str or Path, optional
            Folder of the model; by default the one that was tuned.

        Warns
        -----
        UserWarning
            If the profile was measured on another processor.

        Raises
        ------
        UsageError
            If the file is no profile.
        ModelError
            If the model folder lacks a file, or its files do not fit each other.
        """
        found = Profile.read(Path(path_text("profile", profile)))
        remark = found.remark(cpu_name())
        if remark is not None:
            warnings.warn(remark, stacklevel=2)
        return cls(
            model or found.model,
            found.precision,
            batch_size=found.batch_size,
            threads=found.threads or None,
            runtime=found.runtime,  # type: ignore[arg-type]
        )

    def classify(
        self,
        images: ImageLike | Iterable[ImageLike],
        top_k: int | None = None,
        *,
        threshold: float | None = None,
        on_error: Literal["raise", "return"] = "raise",
        all_files: bool = False,
        progress: bool | None = None,
    ) -> Answer | list[Answer] | FolderAnswers:
        """Classify images.

        Parameters
        ----------
        images : an image, an iterable of images, or a folder
            An image is a path, the bytes of a file, a binary file object, an image of Pillow, an array or
            tensor of uint8 with the shape [height, width, 3] or [height, width], or a row of Hugging Face's
            ``datasets`` (`vitscale.images.inputs.engine_image`). An iterable is read chunk by chunk.
            A folder is searched for images.
        top_k : int, optional
            Labels wanted; more than the model has means all of them. By default 5, and all with a
            `threshold`.
        threshold : float, optional
            Smallest score of a label, from 0 to 1. An image without such a label gets an empty list.
        on_error : "raise" or "return"
            Whether an image that fails raises, after all others were classified, or stands as an `ImageError`
            in its own place. One image that fails is returned as an `ImageError` too.
        all_files : bool
            Take hidden files and those of all suffixes, where a folder is given.
        progress : bool, optional
            Show a progress bar; by default in a notebook, for several images.

        Returns
        -------
        list of dict, or list of those, or dict of those
            ``{"label_id": int, "label": str, "score": float}``, the likeliest first: for one image, for each
            of several, or for each file of a folder, by its path below the folder. `label_id` is the class
            number; two classes may have one label text. Scores are the softmax of the logits, with several
            true labels (``multi_label_classification``) or one label the sigmoid, and in a regression the
            logits themselves. What the search of a folder left aside is its attribute
            `ignored`; a folder that may not be read is one of the images that fail.

        Warns
        -----
        UserWarning
            If files of a folder were left aside because of their suffixes.

        Raises
        ------
        ImageError
            If an image cannot be read, unless `on_error` is ``"return"``.
        UsageError
            If `top_k` or the batch size is below 1, the threshold is no score or the model a regression, a
            folder holds no image, or at the first thing that has no form of an image.
        """
        one_of("on_error", on_error, ("raise", "return"))
        asked = LabelRequest(
            None if top_k is None else whole_number("top_k", top_k),
            None if threshold is None else score("threshold", threshold),
            self.batch_size,
            on_error,
            progress,
        )
        classifier = self._classifier.get()
        if (root := folder_of(images)) is not None:
            return asked.folder(classifier, root, all_files)
        many = images_of(images)
        if many is None:
            return asked.all(classifier, [images], is_single=True)[0]
        return asked.all(classifier, many)

    def features(
        self,
        images: ImageLike | Iterable[ImageLike],
        *,
        normalize: bool = False,
        dtype: Literal["float32", "float16"] = "float32",
        on_error: Literal["raise", "nan"] = "raise",
        all_files: bool = False,
    ) -> NDArray[np.floating]:
        """Return the features of images: the input of the model's classification head.

        Parameters
        ----------
        images : an image, an iterable of images, or a folder
            As for `classify`. The images of a folder come in the order of their paths, behind them folders
            below it that may not be read: they fail.
        normalize : bool
            Divide the features of each image by their L2 norm. A product of two images is then their cosine
            similarity.
        dtype : "float32" or "float16"
            Type of the result. The model computes in its own precision.
        on_error : "raise" or "nan"
            Whether an image that fails raises, after all others were computed, or gets a row of NaN.
        all_files : bool
            Take hidden files and those of all suffixes, where a folder is given.

        Returns
        -------
        ndarray of float32 or float16, shape [images, width]
            For a ViT ``last_hidden_state[:, 0]`` of Transformers' ``ViTModel``.

        Warns
        -----
        UserWarning
            If files of a folder were left aside because of their suffixes.

        Raises
        ------
        ImageError
            If an image cannot be read, unless `on_error` is ``"nan"``.
        ModelError
            If the model's graph has no output for features: export the model again.
        UsageError
            If the batch size is below 1, a folder holds no image, or at the first thing that has no form of
            an image.
        """
        one_of("dtype", dtype, ("float32", "float16"))
        one_of("on_error", on_error, ("raise", "nan"))
        not_read: list[ImageError] = []
        if (root := folder_of(images)) is not None:
            folder = images_in(root, all_files, frames=2)
            images, not_read = folder.paths, not_listed(folder)
        kind = "normalized" if normalize else "pooled"
        rows = features_of(self._classifier.get(), images, kind, self.batch_size, on_error, more=not_read)
        return rows.astype(dtype, copy=False)
