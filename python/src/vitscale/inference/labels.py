"""Labels and scores of images, chunk by chunk, from the JVM's classifier."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitscale.errors import ImageError
from vitscale.images.inputs import Given, ImageLike, chunks
from vitscale.images.transport import for_java
from vitscale.inference.answers import Answer, FolderAnswers, answer_of, failure_of, raise_first
from vitscale.inference.folders import images_in, not_listed
from vitscale.jvm.bridge import java_errors
from vitscale.notebook.progress import progress_bar


@dataclass(frozen=True)
class LabelRequest:
    """The labels that a call of ``ViT.classify`` asks for.

    Attributes
    ----------
    top_k : int or None
        Number of labels; None for the engine's default.
    threshold : float or None
        Smallest score of a label; None for none.
    batch_size : int
        Images of one forward pass.
    on_error : "raise" or "return"
        Whether an image that fails raises, or stands as an `ImageError` in its own place.
    progress : bool or None
        Whether a progress bar is shown; None for one in a notebook.
    """

    top_k: int | None
    threshold: float | None
    batch_size: int
    on_error: str
    progress: bool | None = None

    def folder(self, classifier: Any, place: Path, all_files: bool) -> FolderAnswers:
        """Classify the images of a folder, and warn of files that were left aside."""
        folder = images_in(place, all_files, frames=3)
        answers = self.all(classifier, folder.paths, not_listed(folder))
        files = [*folder.files, *(one.file or "." for one in folder.problems)]
        return FolderAnswers(folder.root, zip(files, answers, strict=True), folder.ignored)

    def all(
        self,
        classifier: Any,
        images: Iterable[ImageLike],
        more: Sequence[Answer] = (),
        *,
        is_single: bool = False,
    ) -> list[Answer]:
        """Classify images in order, and add answers that are known before."""
        answers: list[Answer] = []
        with progress_bar(len(images) if isinstance(images, Sized) else None, self.progress) as bar:
            for chunk in chunks(images, is_single):
                answers += self._chunk(classifier, chunk)
                bar.update(len(chunk))
        answers += more
        if self.on_error == "raise":
            raise_first([one for one in answers if isinstance(one, ImageError)], len(answers))
        return answers

    def _chunk(self, classifier: Any, images: Sequence[Given]) -> list[Answer]:
        sent = [one.content for one in images if not isinstance(one.content, ImageError)]
        with for_java(sent) as (contents, shapes), java_errors():
            classified = classifier.classify(contents, shapes, self.top_k, self.threshold, self.batch_size)
        records = iter(json.loads(classified))
        return [
            failure_of(one, one.content)
            if isinstance(one.content, ImageError)
            else answer_of(one, next(records))
            for one in images
        ]
