"""What several tests share: a small exported ViT, a few images, a cluster."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import vitscale
from vitscale.cluster import Cluster, local_cluster
from vitscale.images.photos import make_photos
from vitscale.models.export.run import export

from tests.fixtures.tiny_vit import write_tiny_vit
from tests.fixtures.vit_digits.data import write_images
from tests.job.jobs import MODEL, QUICK_JAVA

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test may depend on a hub that answers
os.environ.setdefault("JDK_JAVA_OPTIONS", QUICK_JAVA)


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hugging Face folder of a ViT with a quarter of a million weights, 224x224 pixels and ten labels."""
    return write_tiny_vit(tmp_path_factory.mktemp("checkpoint") / "tiny-vit")


@pytest.fixture(scope="session")
def tiny_model(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, exported in fp32. Tests that change it must copy it first."""
    output = tmp_path_factory.mktemp("model") / "tiny-vit"
    export(str(tiny_checkpoint), output)
    return output


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve made photos in eight class folders."""
    output = tmp_path_factory.mktemp("photos") / "twelve"
    make_photos(output, 12)
    return output


@pytest.fixture(scope="session")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The digits that the trained checkpoint has not seen, in class folders."""
    return write_images(tmp_path_factory.mktemp("held-out"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A Spark cluster of two workers with one core each; use it in processes with its `environment`."""
    with local_cluster() as running:
        yield running


@pytest.fixture(scope="module")
def vit() -> Iterator[vitscale.ViT]:
    """The small model with random weights, open."""
    with vitscale.ViT(MODEL) as opened:
        yield opened
