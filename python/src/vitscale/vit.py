"""The engine as a classifier in Python: images in, labels and scores out, as Transformers' pipeline."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeAlias

from vitscale._jvm import java_errors, python_api
from vitscale.encoded import ImageLike, encoded
from vitscale.errors import ImageError, UsageError
from vitscale.images import find_images, is_utf_8
from vitscale.jvm.fork import PerProcess
from vitscale.listing_rules import Ignored

Labels: TypeAlias = "list[dict[str, Any]]"
Answer: TypeAlias = "Labels | ImageError"

_CHUNK = 64
"""Images that cross to the JVM in one call; enough to keep every core busy."""


class FolderAnswers(dict[str, Answer]):
    """The answers of a folder, by the path of each file below it.

    Attributes
    ----------
    ignored : Ignored
        What the search of the folder left aside: files with other suffixes, hidden ones, those of jobs.
    """

    def __init__(self, answers: Iterable[tuple[str, Answer]], ignored: Ignored) -> None:
        super().__init__(answers)
        self.ignored = ignored


class ViT:
    """A Vision Transformer on the JVM.

    Parameters
    ----------
    model : str or Path
        Folder of the model, as ``vitscale export`` writes it.
    precision : str
        Its graph: ``"fp32"``, ``"int8"``, ...
    batch_size : int
        Images of one forward pass; small ones are fastest on a processor.
    threads : int, optional
        Cores of one forward pass. By default each takes one, and as many run side by side as there are cores:
        the most images per second. Name the number of cores for the shortest answer to a single image.

    Raises
    ------
    ModelError
        If the model folder lacks a file, or its files do not fit each other.

    Examples
    --------
    >>> from vitscale import ViT
    >>> vit = ViT("models/vit-base-patch16-224")  # doctest: +SKIP
    >>> vit.classify("cat.jpg", top_k=1)  # doctest: +SKIP
    [{'label': 'Egyptian cat', 'score': 0.9374}]
    """

    def __init__(
        self,
        model: str | Path,
        precision: str = "fp32",
        *,
        batch_size: int = 2,
        threads: int | None = None,
    ) -> None:
        self.batch_size = batch_size
        self._classifier = PerProcess(partial(_open, str(Path(model).absolute()), precision, threads or 0))
        self._classifier.get()

    def classify(
        self,
        images: ImageLike | Iterable[ImageLike],
        top_k: int = 5,
        *,
        on_error: Literal["raise", "return"] = "raise",
        all_files: bool = False,
    ) -> Labels | list[Answer] | FolderAnswers:
        """Classify images.

        Parameters
        ----------
        images : str, Path, bytes or PIL.Image.Image, an iterable of them, or a folder
            What Transformers' pipeline takes, the bytes of files, or a folder that is searched for images.
        top_k : int
            Labels wanted; more than the model has means all of them.
        on_error : "raise" or "return"
            Whether an image that fails raises, after all others were classified, or stands as an `ImageError`
            in its own place.
        all_files : bool
            Take hidden files and those of all suffixes, where a folder is given.

        Returns
        -------
        list of dict, or list of those, or dict of those
            ``{"label": str, "score": float}``, the likeliest first: for one image, for each of several, or
            for each file of a folder, by its path below the folder. What the search of a folder left aside is
            its attribute `ignored`; a folder that may not be read is one of the images that fail.

        Warns
        -----
        UserWarning
            If files of a folder were left aside because of their suffixes.

        Raises
        ------
        ImageError
            If an image cannot be read, unless `on_error` is ``"return"``.
        UsageError
            If `top_k` or the batch size is below 1, or a folder holds no image.
        """
        if isinstance(images, str | Path) and Path(images).is_dir():
            return self._folder(Path(images), top_k, on_error, all_files)
        if isinstance(images, str | Path | bytes) or not isinstance(images, Iterable):
            return self._all([images], top_k, "raise")[0]  # type: ignore[return-value]
        return self._all(images, top_k, on_error)

    def close(self) -> None:
        """Free the model's memory in the JVM."""
        classifier = self._classifier.made
        if classifier is not None:
            with java_errors():
                classifier.close()

    def __enter__(self) -> ViT:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _folder(self, place: Path, top_k: int, on_error: str, all_files: bool) -> FolderAnswers:
        folder = find_images(place, all_files=all_files)
        if folder.ignored.other_names:
            left_aside = str(folder.ignored.in_words()).replace("--all-files takes", "all_files=True takes")
            warnings.warn(f"{place}: {left_aside}", stacklevel=3)
        not_listed: list[Answer] = [
            ImageError(f"{folder.root / one.file}: {one.reason}") for one in folder.problems
        ]
        answers = self._all(folder.paths, top_k, on_error, not_listed)
        files = [*folder.files, *(one.file or "." for one in folder.problems)]
        return FolderAnswers(zip(files, answers, strict=True), folder.ignored)

    def _all(
        self, images: Iterable[ImageLike], top_k: int, on_error: str, more: Sequence[Answer] = ()
    ) -> list[Answer]:
        if on_error not in {"raise", "return"}:
            raise UsageError(f"on_error is {on_error!r}; it can be 'raise' or 'return'.")
        answers = [answer for chunk in _chunks(images) for answer in self._chunk(chunk, top_k)]
        answers += more
        failed = [answer for answer in answers if isinstance(answer, ImageError)]
        if failed and on_error == "raise":
            others = f" ({len(failed)} of {len(answers)} images failed)" if len(answers) > 1 else ""
            raise ImageError(f"{failed[0]}{others}")
        return answers

    def _chunk(self, images: Sequence[ImageLike], top_k: int) -> list[Answer]:
        sent = [
            str(Path(image).absolute())
            if isinstance(image, str | Path) and is_utf_8(image)
            else encoded(image)
            for image in images
        ]
        with java_errors():
            records = json.loads(self._classifier.get().classify(sent, top_k, self.batch_size))
        return [_answer(image, record) for image, record in zip(images, records, strict=True)]


def _open(model: str, precision: str, threads: int) -> Any:
    """Open a model in the JVM of this process."""
    with java_errors():
        return python_api().classifier(model, precision, threads)


def _answer(image: ImageLike, record: dict[str, Any]) -> Answer:
    if "error" not in record:
        labels: Labels = record["labels"]
        return labels
    name = str(image) if isinstance(image, str | Path) else f"an image given as {type(image).__name__}"
    return ImageError(f"{name}: {record['error']}")


def _chunks(images: Iterable[ImageLike]) -> Iterator[list[ImageLike]]:
    rest = iter(images)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
