"""What the stages of the backends in Python are told of."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from vitscale.backends.shared import stages
from vitscale.backends.shared.image_processor import load_processor
from vitscale.backends.shared.stages import StageClock, staged_pass
from vitscale.images.image_set import ImageFolder, find_images


def answer(clock: StageClock, arrays: list[NDArray[np.float32]]) -> None:
    with clock.stage("forward"):
        assert all(array.ndim == 3 and array.shape[0] == 3 for array in arrays)


def slowly(find: Callable[[Path], ImageFolder]) -> Callable[[Path], ImageFolder]:
    def listed(root: Path) -> ImageFolder:
        time.sleep(0.5)
        return find(root)

    return listed


def test_images_bear_only_their_share_of_listing_a_larger_folder(
    tiny_model: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "find_images", slowly(find_images))
    processor, whole = load_processor(tiny_model), find_images(photos)
    few = staged_pass(whole.take(2), 2, processor, answer)
    every = staged_pass(whole, 2, processor, answer)
    assert every["list"] >= 0.5
    assert few["list"] == pytest.approx(every["list"] * 2 / len(whole.files), rel=0.1)
