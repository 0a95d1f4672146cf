"""What several unit tests share."""

from pathlib import Path

import pytest
from vitscale.reproduction import Request


@pytest.fixture
def request_(tiny_model: Path, photos: Path, tmp_path: Path) -> Request:
    """The sample and the full run of the published benchmark, on the tiny ViT and twelve photos."""
    return Request(
        parts=("sample", "full"),
        model=tiny_model,
        images=photos,
        count=None,
        forks=3,
        budget_seconds=None,
        folder=tmp_path / "reproduce",
        command=("vitscale", "reproduce"),
    )
