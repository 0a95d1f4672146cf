"""Spark's scheduling of GPUs in real processes, with a discovery script that names GPUs which are not there.

The jar of the tests has no CUDA, so what shows that a task took the GPU that Spark gave it is its refusal.
"""

import os
import subprocess
from pathlib import Path

import pytest
from vitscale.cluster import Layout, local_cluster

from tests.job.jobs import TIMEOUT_SECONDS, command

ADDRESSES = ("5", "6")


@pytest.fixture(scope="module")
def discovery_script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers as `nvidia-smi` would on a machine of two GPUs, in the form that Spark asks for."""
    script = tmp_path_factory.mktemp("discovery") / "gpus.sh"
    listed = ", ".join(f'"{address}"' for address in ADDRESSES)
    script.write_text(f'#!/bin/sh\necho \'{{"name": "gpu", "addresses": [{listed}]}}\'\n')
    script.chmod(0o755)
    return script


def test_a_task_takes_the_gpu_that_spark_gave_it_and_none_without(
    photos: Path, discovery_script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "SPARK_WORKER_OPTS",
        f"-Dspark.worker.resource.gpu.amount={len(ADDRESSES)} "
        f"-Dspark.worker.resource.gpu.discoveryScript={discovery_script}",
    )
    scheduling = (
        "--conf",
        "spark.executor.resource.gpu.amount=1",
        "--conf",
        "spark.task.resource.gpu.amount=1",
    )
    with local_cluster(Layout(workers=1)) as cluster:

        def refusal(name: str, *options: str) -> str:
            finished = subprocess.run(
                command(photos, tmp_path / name, "--master", cluster.master, "--device", "gpu", *options),
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, **cluster.environment},
                timeout=TIMEOUT_SECONDS,
            )
            assert finished.returncode == 1, finished.stderr
            return finished.stderr

        assert "Spark gave this task none" in refusal("without")
        given = refusal("with", *scheduling)
        assert any(f"GPU {address} was asked for" in given for address in ADDRESSES), given
        assert "built without CUDA" in given
