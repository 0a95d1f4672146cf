"""An image that ends every executor which touches it goes to quarantine, and all others are done.

It does so for real: what it unpacks to is more than the executor's heap, and the executors run with
Java's own switch to end at once then, as crashes in native code and the out-of-memory killer end them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from vitscale.cluster import Cluster, Layout, local_cluster

from tests.fixtures import image_files
from tests.job.corpus import encoded
from tests.job.jobs import assert_balanced, by_path, classify

GOOD = 60
FATAL = "020-fatal.png"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two executors of two cores: a task that dies takes a neighbour with it."""
    with local_cluster(Layout(workers=2, cores=2, memory="1g")) as running:
        yield running


def write_images(folder: Path) -> None:
    folder.mkdir()
    for seed in range(GOOD):
        (folder / f"{seed:03d}.jpg").write_bytes(encoded(seed % 12, "JPEG"))
    (folder / "030-bad.jpg").write_bytes(b"no image")
    # The header is within all limits; 168 megapixels are half a gigabyte as RGB.
    (folder / FATAL).write_bytes(image_files.encoded(Image.new("L", (14_000, 12_000)), "PNG"))


def test_it_is_found_and_the_rest_is_done(cluster: Cluster, tmp_path: Path) -> None:
    images, output = tmp_path / "images", tmp_path / "out"
    write_images(images)
    settings = ("spark.executor.memory=512m", "spark.executor.extraJavaOptions=-XX:+ExitOnOutOfMemoryError")
    options = [part for setting in settings for part in ("--conf", setting)]
    done = classify(images, output, *options, "--master", cluster.master, **cluster.environment)
    ledger = assert_balanced(done, output)
    executors = len(list((cluster.folder / "work").glob("app-*/*")))
    print(f"{executors} executors were started, {ledger['this_run']['seconds']:.0f} s")
    assert (ledger["status"], done.exit_code) == ("complete", 1)
    assert ledger["quarantined_by_stage"] == {"decode": 1, "executor": 1}
    quarantined = by_path(output, "quarantine")
    assert {Path(path).name for path in quarantined} == {"030-bad.jpg", FATAL}
    row = quarantined[str(images / FATAL)]
    assert row["stage"] == "executor" and "ended its executor 2 times" in row["reason"]
    assert row["size"] == (images / FATAL).stat().st_size
    assert "executors ended" in done.stderr
    alone = classify(images, tmp_path / "alone", "--max-pixels", 1_000_000)
    expected = {path: row["labels"] for path, row in by_path(tmp_path / "alone", "predictions").items()}
    assert alone.exit_code == 1
    assert {path: row["labels"] for path, row in by_path(output, "predictions").items()} == expected
