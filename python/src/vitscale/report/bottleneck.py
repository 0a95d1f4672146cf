"""What bounds a run, and what would help, in one sentence for each backend whose stages were timed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitscale.report.gpu_bound import gpu_row, judge_on_gpu
from vitscale.report.naming import readable
from vitscale.results import units
from vitscale.results.schema import BenchmarkSuite, StageName, Stages


@dataclass(frozen=True)
class _Part:
    """Stages that the same remedy helps."""

    name: str
    stages: Sequence[StageName]
    remedy: str


_PARTS = (
    _Part(
        "reading files",
        ("list", "read"),
        "files nearer to the processor, or read ahead beside the model, would help",
    ),
    _Part(
        "preparing pixels",
        ("decode", "resize", "normalise"),
        "preparing images beside the model on more cores, or smaller files, would help",
    ),
    _Part("copying pixels", ("copy",), "writing pixels straight into the model's own buffer would help"),
    _Part("the model", ("forward",), "a cheaper model (int8 or bf16, fewer tokens) or more cores would help"),
    _Part("picking labels", ("postprocess",), "picking labels in one pass over the logits would help"),
)


@dataclass(frozen=True)
class Bottleneck:
    """What bounds a backend.

    Attributes
    ----------
    backend : str
        In the results' notation.
    part : str
        What takes most of an image's time; on a GPU, what it is bound by.
    share : float
        Its share of that time, 0 to 1; on a GPU, of the time in which it worked.
    sentence : str
        The verdict.
    row_id : str
        Where the stages are in the results.
    """

    backend: str
    part: str
    share: float
    sentence: str
    row_id: str


def bottlenecks(results: BenchmarkSuite) -> list[Bottleneck]:
    """Return what bounds each backend, in the order of the results."""
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
    return Bottleneck(row["backend"], found.bound, found.utilization, found.sentence, row_id)


def _judge(row: Stages, row_id: str) -> Bottleneck:
    times = row["ms_per_image"]
    total = sum(times.values())
    shares = {part.name: sum(times[stage] for stage in part.stages) / total for part in _PARTS}
    part = max(_PARTS, key=lambda one: shares[one.name])
    share = shares[part.name]
    sentence = (
        f"{readable(row['backend'])} is bound by {part.name}: {units.percent(share)} of the "
        f"{units.number(total)} ms that an image takes; {part.remedy}. {_limit(shares, part, share)}"
    )
    return Bottleneck(row["backend"], part.name, share, sentence, row_id)


def _limit(shares: dict[str, float], part: _Part, share: float) -> str:
    """Say how little all else can gain: Amdahl's law (AFIPS 1967), one image after another."""
    second = max((name for name in shares if name != part.name), key=lambda name: shares[name])
    most = 1 / share
    return (
        f"Without any time for all else, {second} included, it would be {units.ratio(most)} as fast at most."
    )
