"""Kills, and two drivers at once, with Delta tables as the output: no row is missing and none is there twice.

A short version of ``make table-faults``, which does each 20 times (``VITSCALE_FAULT_ROUNDS=20``).
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from vitscale.evaluation.job_output import read_output

from tests.job.delta_runs import KEYS, Place, bucket, options
from tests.job.faults import OFTEN, ROUNDS, SEED, Answers, answers, write_images
from tests.job.jobs import Finished, classify, finish, start

FILES, DISTINCT, BAD = 300, 20, 10
START_SECONDS = 12
LOST = "Another run has taken over"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables") / "images"
    write_images(folder, FILES, DISTINCT, BAD)
    return folder


@pytest.fixture(scope="module")
def expected(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What a run into JSON Lines says that nothing disturbed."""
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    classify(images, output)
    found = answers(output)
    assert (len(found.predictions), len(found.quarantine)) == (FILES, BAD)
    return found


@pytest.fixture(scope="module")
def s3() -> Iterator[Place]:
    with bucket() as place:
        yield place


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(str(tmp_path), []) if request.param == "local" else request.getfixturevalue("s3")


def run(images: Path, place: Place, name: str) -> Finished:
    return classify(images, place.output(name), *options(*place.settings), **KEYS)


@pytest.mark.parametrize("place", ["local", "s3"], indirect=True)
def test_kill_of_the_driver(images: Path, expected: Answers, place: Place) -> None:
    struck = []
    for number in range(ROUNDS or 1):
        rng = random.Random(SEED + number)
        share = -1.0 if number % 4 == 3 else 0.8 * (number + rng.random()) / (ROUNDS or 1)
        print(f"round {number}, VITSCALE_FAULT_SEED={SEED}")
        name = f"kill-{number}"
        rows = place.rows(name)
        process = start(images, place.output(name), *OFTEN, *options(*place.settings), **KEYS)
        if share < 0:
            time.sleep(rng.uniform(0.1, 1) * START_SECONDS)
        while process.poll() is None and share >= 0 and rows.count() <= share * (FILES + BAD):
            time.sleep(0.05)
        time.sleep(rng.uniform(0, 0.5))
        process.kill()
        finish(process)
        kept = place.rows(name).answers()
        struck.append(len(kept.predictions) + len(kept.quarantine))
        assert kept.predictions.items() <= expected.predictions.items()
        assert kept.quarantine.items() <= expected.quarantine.items()
        done = run(images, place, name)
        assert done.exit_code == 1 and done.ledger is not None, done.stderr  # the bad images
        assert done.ledger["is_balanced"] and done.ledger["status"] == "complete"
        ours = done.ledger["this_run"]
        assert ours["predicted"] + ours["quarantined"] == FILES + BAD - struck[-1]
        assert place.rows(name).answers() == expected
    print(f"of {FILES + BAD} images, done when the driver was killed:", struck)
    assert any(0 < done < FILES + BAD for done in struck)
    if type(place) is Place:  # `vitscale evaluate` reads the tables without Delta's library
        found = read_output(place.output("kill-0"))
        assert found.predicted.keys() == expected.predictions.keys()
        assert found.quarantined.keys() == expected.quarantine.keys()


def test_of_two_drivers_at_once_on_s3_one_wins(images: Path, expected: Answers, s3: Place) -> None:
    offsets, commits = [], []
    for number in range(ROUNDS or 1):
        rng = random.Random(SEED + number)
        offsets.append(round(rng.uniform(0, 3), 2))
        print(f"round {number}, VITSCALE_FAULT_SEED={SEED}, the second starts {offsets[-1]} s later")
        name = f"two-{number}"
        processes = [start(images, s3.output(name), *OFTEN, *options(*s3.settings), **KEYS)]
        time.sleep(offsets[-1])
        processes.append(start(images, s3.output(name), *OFTEN, *options(*s3.settings), **KEYS))
        ended = [finish(process) for process in processes]
        winners = [one for one in ended if one.ledger is not None]
        losers = [one for one in ended if one.ledger is None]
        assert len(winners) == len(losers) == 1, [one.stderr for one in ended]
        assert winners[0].ledger is not None and winners[0].ledger["status"] == "complete"
        assert winners[0].ledger["is_balanced"]
        assert losers[0].exit_code == 1 and LOST in losers[0].stderr, losers[0].stderr
        rows = s3.rows(name)
        assert rows.answers() == expected
        commits.append(len(set(rows.claims("predictions"))))
    print("seconds between the starts:", offsets)
    print("drivers with a commit in the predictions:", commits)
