"""The job on the cluster, in a file of its own: applications of other tests hold all cores meanwhile."""

import json
import os
import subprocess
from pathlib import Path

from vitscale.cluster import Cluster

from tests.job.jobs import TIMEOUT_SECONDS, command


def test_the_job_finds_a_model_that_is_named_from_the_drivers_folder(
    cluster: Cluster, photos: Path, tiny_model: Path, tmp_path: Path
) -> None:
    options = ("--master", cluster.master, "--conf", "spark.executor.cores=1", "--memory", "512m")
    finished = subprocess.run(
        command(photos, tmp_path / "out", *options, model=Path(tiny_model.name)),
        cwd=tiny_model.parent,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **cluster.environment},
        timeout=TIMEOUT_SECONDS,
    )
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["predicted"] == 12
    assert "executors get spark.executor.memory=" in finished.stderr
