"""What bounds a run on a GPU, on constructed results."""

from __future__ import annotations

from typing import Any

import pytest
from vitscale.report.bottleneck import bottlenecks

from tests.fixtures.gpu_results import on_gpu, shown
from tests.fixtures.results import benchmark, stages, suite


def judged(
    backend: str, utilization: float | None, times: list[float], cores: int = 16, **options: Any
) -> Any:
    gpus = [shown(utilization)]
    row = on_gpu(benchmark(backend, 32, [1.0, 500.0, 510.0]), *gpus, **options)
    results = suite([benchmark(backend, 32, [1.0, 4.0]), row])
    results["environment"]["cpu_count"] = cores
    notation = ",".join(f"{key}={value}" for key, value in row["options"].items())
    results["stages"] = [stages(f"{backend}:{notation}", 32, times)]
    (found,) = bottlenecks(results)
    return found


#        list read decode resize normalise copy forward postprocess
SLOW_DECODING = [0.0, 0.2, 4.0, 2.0, 0.2, 0.3, 1.0, 0.0]


@pytest.mark.parametrize(
    ("utilization", "cores", "bound"),
    [(95, 1, "GPU-bound"), (90, 16, "GPU-bound"), (89, 16, "decode-bound"), (89, 64, "copy-bound")],
)
def test_a_gpu_that_waits_waits_for_the_slower_of_decoding_on_all_cores_and_copying(
    utilization: float, cores: int, bound: str
) -> None:
    found = judged("vitscale", utilization, SLOW_DECODING, cores)
    assert (found.part, found.share) == (bound, utilization / 100)
    assert found.row_id == "stages[0]"


def test_hugging_face_prepares_on_as_many_threads_as_it_has_workers() -> None:
    assert judged("huggingface", 20, SLOW_DECODING).part == "decode-bound"
    assert "6.40 ms to prepare on 1 thread," in judged("huggingface", 20, SLOW_DECODING).sentence
    assert judged("huggingface", 60, SLOW_DECODING, num_workers=64).part == "copy-bound"


def test_without_a_told_utilisation_the_stages_alone_are_judged() -> None:
    found = judged("vitscale", None, SLOW_DECODING)
    assert found.part == "preparing pixels"


def test_a_run_on_a_processor_is_judged_as_before() -> None:
    results = suite([benchmark("vitscale", 32, [1.0, 4.0])])
    results["stages"] = [stages("vitscale", 32, SLOW_DECODING)]
    (found,) = bottlenecks(results)
    assert found.part == "preparing pixels"
