"""Ctrl-C in the middle of `vitscale scaling` keeps the rounds that had ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from vitscale.bench.interrupted import Interrupted
from vitscale.images.image_set import find_images
from vitscale.models.folder import ModelFolder
from vitscale.scaling import measure as measured
from vitscale.scaling.benchmark import Round, Setup
from vitscale.scaling.microbenchmarks import Listing, Probes
from vitscale.scaling.results import load

from tests.fixtures.scaling import scaling


def test_rounds_that_ended_are_in_the_file(
    photos: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = [Round.of(one) for one in scaling(rounds=2)["rounds"]]

    def interrupted(*_: object) -> Iterator[Round]:
        yield from ended
        raise KeyboardInterrupt

    monkeypatch.setattr(measured, "run_rounds", interrupted)
    monkeypatch.setattr(
        measured, "run_probes", lambda *_: Probes(Listing(100, 0.1, 1 << 29, 1 << 29), [0.2], 0.03, 0.002)
    )
    setup, output = Setup(find_images(photos), ModelFolder.open(tiny_model), "1g"), tmp_path / "scaling.json"
    with pytest.raises(Interrupted) as stopped:
        measured.measure(setup, ["vitscale"], output, print, rounds=5, listed_files=100)
    assert [Round.of(one) for one in load(output)["rounds"]] == ended
    assert stopped.value.kept == len(ended)
