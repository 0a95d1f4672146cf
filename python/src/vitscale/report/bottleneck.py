"""The bottleneck of each backend whose stages were timed, and what would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitscale.report.gpu_bound import gpu_row, judge_on_gpu
from vitscale.report.naming import readable
from vitscale.results import units
from vitscale.results.schema import BenchmarkSuite, StageName, Stages


@dataclass(frozen=True)
class _Part:
    """Stages that one remedy makes faster."""

    name: str
    stages: Sequence[StageName]
    remedy: str


_PARTS = (
    _Part(
        "reading files",
        ("list", "read"),
        "faster storage, or reading ahead while the model runs",
    ),
    _Part(
        "preparing pixels",
        ("decode", "resize", "normalise"),
        "preparing images on more cores while the model runs, or smaller files",
    ),
    _Part("copying pixels", ("copy",), "writing pixels straight into the model's input buffer"),
    _Part("the model", ("forward",), "a cheaper model (int8 or bf16, fewer tokens) or more cores"),
    _Part("picking labels", ("postprocess",), "one pass over the logits"),
)


@dataclass(frozen=True)
class Bottleneck:
    """The bottleneck of a backend.

    Attributes
    ----------
    backend : str
        In the results' notation.
    part : str
        Part of the work that takes most of an image's time; on a GPU, what it is bound by.
    share : float
        Share of that time, 0 to 1; on a GPU, of the time in which it worked.
    remedy : str
        What would help.
    sentence : str
        The verdict in words.
    row_id : str
        Path of the stages in the results.
    most : float or None
        Speed-up if all other work took no time, by Amdahl's law (AFIPS 1967); None on a GPU.
    """

    backend: str
    part: str
    share: float
    remedy: str
    sentence: str
    row_id: str
    most: float | None = None


def bottlenecks(results: BenchmarkSuite) -> list[Bottleneck]:
    """Return the bottleneck of each backend, in the order of the results."""
    return [
        _on_gpu(row, results, f"stages[{index}]") or _judge(row, f"stages[{index}]")
        for index, row in enumerate(results.get("stages", []))
        if sum(row["ms_per_image"].values()) > 0
    ]


def _on_gpu(row: Stages, results: BenchmarkSuite, row_id: str) -> Bottleneck | None:
    benchmark = gpu_row(row, results)
    if benchmark is None:
        return None
    cores = results["environment"]["cpu_count"]
    found = judge_on_gpu(readable(row["backend"]), row, benchmark, cores)
    if found is None:
        return None
    return Bottleneck(row["backend"], found.bound, found.utilization, found.remedy, found.sentence, row_id)


def _judge(row: Stages, row_id: str) -> Bottleneck:
    times = row["ms_per_image"]
    total = sum(times.values())
    shares = {part.name: sum(times[stage] for stage in part.stages) / total for part in _PARTS}
    part = max(_PARTS, key=lambda one: shares[one.name])
    share = shares[part.name]
    most = 1 / share
    sentence = (
        f"{readable(row['backend'])} is bound by {part.name}: {units.percent(share)} of the "
        f"{units.number(total)} ms that an image takes. What would help: {part.remedy}. "
        f"If all other work took no time, it would be {units.ratio(most)} as fast."
    )
    return Bottleneck(row["backend"], part.name, share, part.remedy, sentence, row_id, most)
