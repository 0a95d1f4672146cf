"""What was seen of the candidates so far: classes, a first speed and the loss of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from vitscale.images.image_set import ImageFolder
from vitscale.models.json_file import read_object
from vitscale.models.labels import read_labels, true_labels
from vitscale.system import model_files
from vitscale.tuning.candidates import Candidate
from vitscale.tuning.look import Look, fp32_classes, look_at_all, look_or_reason
from vitscale.tuning.loss import Loss, measure_loss


class Trials:
    """Looks at candidates, and measures what they lose against fp32.

    Parameters
    ----------
    model : Path
        Model folder.
    named : sequence of Candidate
        Candidates to look at first; one in fp32 must run here.
    images : Path
        Folder of images for a calibration.
    some : ImageFolder
        Images that can all be decoded, for the loss.
    seconds : float
        Least duration of the timed pass of each.
    say : callable
        Takes lines of progress.

    Attributes
    ----------
    looks : dict of Candidate to Look
        Those that run here.
    losses : dict of Candidate to Loss
        What they lose.
    refused : dict of Candidate to str
        The others, and why they do not run.

    Raises
    ------
    ModelError
        If nothing runs here, or nothing in fp32.
    """

    def __init__(
        self,
        model: Path,
        named: Sequence[Candidate],
        images: Path,
        some: ImageFolder,
        *,
        seconds: float,
        say: Callable[[str], None],
    ) -> None:
        self._model, self._images, self._files = model, images, some.paths
        self._seconds, self._say = seconds, say
        self.looks, self.refused = look_at_all(model, named, images, some.paths, seconds=seconds, say=say)
        self._reference = fp32_classes(self.looks, self.refused)
        self._truth = _truth(model, some)
        self.losses = {one: self._loss_of(one, look) for one, look in self.looks.items()}

    def attempt(self, one: Candidate) -> Loss | None:
        """Look at one more candidate; return its loss, or None where it does not run."""
        seen = look_or_reason(
            self._model, one, self._images, self._files, seconds=self._seconds, say=self._say
        )
        if not isinstance(seen, Look):
            self.refused[one] = seen
            return None
        self.looks[one], self.losses[one] = seen, self._loss_of(one, seen)
        return self.losses[one]

    def fastest_first(self, max_loss: float) -> list[Candidate]:
        """Return the candidates that lose no more than this, from 0 to 1, by their first speed."""
        allowed = [one for one in self.looks if self.losses[one].value <= max_loss]
        return sorted(allowed, key=lambda one: -self.looks[one].images_per_sec)

    def _loss_of(self, one: Candidate, look: Look) -> Loss:
        loss = measure_loss(self._reference, look.classes, self._truth)
        what = "of the accuracy" if loss.kind == "accuracy" else "of the labels"
        self._say(
            f"{one} loses {loss.value:.2%} {what} ({loss.low:.2%} to {loss.high:.2%}, {loss.images} images)"
        )
        return loss


def _truth(model: Path, images: ImageFolder) -> list[int | None]:
    """Return the class of each image, None without one."""
    labels = read_labels(read_object(model / model_files.CONFIG, "Export the model again."), str(model))
    return [number if number >= 0 else None for number in true_labels(images.files, labels)]
