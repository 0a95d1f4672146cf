"""What several unit tests share."""

import shutil
from pathlib import Path

import pytest
from vitscale.reproduction import Request

from tests.fixtures.small_vit import write_small_vit


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


@pytest.fixture(scope="session")
def small_vit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a ViT of 32x32 pixels and three labels. Tests that change it must copy it first."""
    return write_small_vit(tmp_path_factory.mktemp("small") / "small-vit")


@pytest.fixture
def weightless(small_vit: Path, tmp_path: Path) -> Path:
    """A copy of it without weights."""
    shutil.copytree(small_vit, tmp_path / "m")
    (tmp_path / "m" / "model.safetensors").unlink()
    return tmp_path / "m"
