"""The search: loss and speed of all candidates, batch sizes of the best, then a contest in turns."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vitscale.errors import ModelError
from vitscale.images.image_set import decodable_sample
from vitscale.jvm.session import cores
from vitscale.models import manifest
from vitscale.results.profile import Profile
from vitscale.system import model_files
from vitscale.system.cpu_info import cpu_name
from vitscale.tuning.candidates import Candidate, candidates
from vitscale.tuning.loss import Loss
from vitscale.tuning.merging import merge_more
from vitscale.tuning.speed import Setting, Speed, contest, sweep
from vitscale.tuning.trials import Trials

_FINALISTS = 3
_TIMED_FILES = 32
_MEASURES = 40  # of about the same duration: the first look, sweeps and rounds of the contest
_SHORTEST, _LONGEST = 0.3, 4.0  # seconds of one


@dataclass(frozen=True)
class Measured:
    """A candidate's loss, and its speed at the best batch size that was tried."""

    candidate: Candidate
    loss: Loss
    setting: Setting
    speed: Speed

    def to_json(self) -> dict[str, Any]:
        """Return it for a profile."""
        return {
            **asdict(self.candidate),
            "batch_size": self.setting.batch_size,
            "threads": self.setting.threads,
            "loss": asdict(self.loss),
            "images_per_sec": asdict(self.speed),
        }


def tune(
    model: Path,
    images: Path,
    *,
    max_loss: float = 0.005,
    count: int = 256,
    minutes: float = 5.0,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Profile, list[Measured]]:
    """Find the fastest settings of the engine within a loss.

    Parameters
    ----------
    model : Path
        Model folder, as ``vitscale export`` writes it.
    images : Path
        Folder of images like those that the model will classify. Class folders give the loss of accuracy;
        without them it is the share of the images whose first label differs from that in fp32.
    max_loss : float
        Largest loss, from 0 to 1.
    count : int
        Images that the loss is measured with, evenly spread.
    minutes : float
        About how long the speed is measured; loading models and measuring the loss come on top.
    say : callable
        Takes lines of progress.

    Returns
    -------
    tuple of Profile and list of Measured
        The settings, and all candidates, the fastest first.

    Raises
    ------
    UsageError
        If there is no image that can be decoded.
    ModelError
        If nothing runs the model here, or nothing runs it in fp32.
    """
    named = candidates(model)
    some = decodable_sample(images, count)
    seconds = min(_LONGEST, max(_SHORTEST, 60 * minutes / _MEASURES))
    trials = Trials(model, named, images, some, seconds=seconds, say=say)
    merge_more(trials, max_loss)
    leaders = trials.fastest_first(max_loss)[:_FINALISTS]
    if not leaders:
        raise ModelError(f"All candidates lose more than {max_loss:.2%}. Allow more with --max-loss.")
    files = some.paths[:_TIMED_FILES]
    best = {one: (Setting(one), look.images_per_sec) for one, look in trials.looks.items()}
    for one in leaders:
        tried = sweep(model, one, files, seconds / 2, cores())
        best[one] = max(tried.items(), key=lambda item: item[1])
        say(f"{best[one][0]}: {best[one][1]:.1f} images/s")
    speeds = {one: Speed(value) for one, (_, value) in best.items()}
    say(f"{len(leaders)} finalists in turns")
    finals = contest(model, [best[one][0] for one in leaders], files, seconds)
    speeds.update(zip(leaders, finals, strict=True))
    measured = [Measured(one, trials.losses[one], best[one][0], speeds[one]) for one in trials.looks]
    measured.sort(key=lambda one: -one.speed.median)
    winner = max(leaders, key=lambda one: speeds[one].median)
    return _profile(model, best[winner][0], max_loss, measured, trials.refused), measured


def _profile(
    model: Path,
    chosen: Setting,
    max_loss: float,
    measured: Sequence[Measured],
    refused: dict[Candidate, str],
) -> Profile:
    return Profile(
        model=os.fspath(model.absolute()),
        model_sha256=manifest.sha256(model / model_files.WEIGHTS),
        cpu=cpu_name(),
        runtime=chosen.candidate.runtime,
        precision=chosen.candidate.precision,
        batch_size=chosen.batch_size,
        threads=chosen.threads,
        max_loss=max_loss,
        measured={
            "candidates": [one.to_json() for one in measured],
            "left_out": [{**asdict(one), "reason": reason} for one, reason in refused.items()],
        },
    )
