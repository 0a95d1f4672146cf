"""Faults at random moments spread over a run, and what its rows must be afterwards."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.job.corpus import encoded
from tests.job.jobs import Finished, VisibleRows, assert_balanced, by_path

ROUNDS = int(os.environ.get("VITSCALE_FAULT_ROUNDS", "0"))
SEED = int(os.environ.get("VITSCALE_FAULT_SEED", str(random.randrange(1 << 30))))
FILES, DISTINCT, BAD = 600, 60, 40
LATEST = 0.8  # of the work: later, the run may be over before the fault comes
START_SECONDS = 6
OFTEN = ("--commit-seconds", "0.1")  # so that a kill finds something done, and something half done


@dataclass(frozen=True)
class Undisturbed:
    """The images, and what a run says of them that nothing disturbed."""

    images: Path
    predictions: dict[str, Any]
    quarantine: dict[str, Any]


def write_images(folder: Path, files: int = FILES, distinct: int = DISTINCT, bad: int = BAD) -> None:
    """Write many names of a few pictures, and bad files between them."""
    for seed in range(distinct):
        first = folder / f"{seed:02d}" / "0000.jpg"
        first.parent.mkdir(parents=True)
        first.write_bytes(encoded(seed, "JPEG", (500, 375)))
        for number in range(1, files // distinct):
            (first.parent / f"{number:04d}.jpg").hardlink_to(first)
    for number in range(bad):
        (folder / f"{number:02d}" / "bad.jpg").write_bytes(b"no image %d" % number)


class Answers(NamedTuple):
    """What the rows of an output say, without their times, by path."""

    predictions: dict[str, Any]
    quarantine: dict[str, Any]


def scores(row: dict[str, Any]) -> tuple[float, ...]:
    """Return a row's probabilities as single-precision numbers, whichever format had them."""
    return tuple(float(np.float32(score)) for score in row["probabilities"])


def answers(output: Path) -> Answers:
    """Return what the rows of an output say, without their times."""
    predictions = {
        path: (tuple(row["labels"]), scores(row), row["model_sha256"])
        for path, row in by_path(output, "predictions").items()
    }
    quarantine = {
        path: (row["size"], row["stage"], row["reason"])
        for path, row in by_path(output, "quarantine").items()
    }
    return Answers(predictions, quarantine)


@dataclass(frozen=True)
class Moment:
    """When a fault strikes.

    Attributes
    ----------
    share : float
        After so much of the images has a row; negative: before the first one, while the job starts.
    rng : random.Random
        For what else is random in the round.
    """

    share: float
    rng: random.Random

    def strike(self, process: subprocess.Popen[str], output: Path, fault: Callable[[], object]) -> int:
        """Wait for the moment and let the fault happen; return how many images had a row then."""
        rows = VisibleRows(output)
        if self.share < 0:
            time.sleep(self.rng.uniform(0.1, 1) * START_SECONDS)
        while process.poll() is None and rows.count() < self.share * (FILES + BAD):
            time.sleep(0.02)
        time.sleep(self.rng.uniform(0, 0.1))
        done = rows.count()
        fault()
        return done


def rounds(short: int) -> Iterator[Moment]:
    """Yield a moment for each round, spread evenly over the run, each fourth before the first row.

    A failure names the seed.
    """
    count = ROUNDS or short
    for number in range(count):
        print(f"round {number}, VITSCALE_FAULT_SEED={SEED}")
        rng = random.Random(SEED + number)
        yield Moment(-1 if number % 4 == 3 else 0.01 + LATEST * (number + rng.random()) / count, rng)


def assert_spread(struck: list[int]) -> None:
    """Check that faults did not only come when the work was done, nor only before it began."""
    print(f"of {FILES + BAD} images, done when the fault came:", struck)
    assert any(0 < done < FILES + BAD for done in struck)


def assert_no_wrong_row(output: Path, undisturbed: Undisturbed) -> int:
    """Check whatever can be seen after a fault: each row is right, none is there twice."""
    predictions, quarantine = answers(output)
    assert predictions.items() <= undisturbed.predictions.items()
    assert quarantine.items() <= undisturbed.quarantine.items()
    return len(predictions) + len(quarantine)


def assert_as_undisturbed(done: Finished, output: Path, undisturbed: Undisturbed, before: int) -> None:
    ledger = assert_balanced(done, output)
    assert done.exit_code == 1, done.stderr  # the bad images
    assert answers(output) == (undisturbed.predictions, undisturbed.quarantine)
    assert ledger["this_run"]["predicted"] + ledger["this_run"]["quarantined"] == FILES + BAD - before
    shutil.rmtree(output)
