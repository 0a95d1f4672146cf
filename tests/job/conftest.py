"""What the tests of faults compare with: one run that nothing disturbed."""

from __future__ import annotations

import pytest

from tests.job.faults import BAD, FILES, OFTEN, Undisturbed, answers, write_images
from tests.job.jobs import assert_balanced, classify


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("faults")
    images = folder / "images"
    write_images(images)
    done = classify(images, folder / "out", *OFTEN)
    assert_balanced(done, folder / "out")
    predictions, quarantine = answers(folder / "out")
    assert (len(predictions), len(quarantine)) == (FILES, BAD)
    assert len({answer[0][0] for answer in predictions.values()}) > 3
    return Undisturbed(images, predictions, quarantine)
