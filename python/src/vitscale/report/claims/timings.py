"""The published times beside ours, in milliseconds an image; machines differ, so they are not judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitscale.report.claims.check import timing_row
from vitscale.report.claims.published import Timing, published
from vitscale.report.row import Row
from vitscale.report.summary import Summary

_BASE = "huggingface-cpu"


@dataclass(frozen=True)
class ComparedTiming:
    """One published time.

    Attributes
    ----------
    timing : Timing
        Engine and hardware.
    images : str
        Name of the image set.
    seconds : float
        For the whole set.
    ms_per_image : float
        The same for one image.
    relative : float
        Speed as a multiple of Hugging Face's on the published CPU with the same set.
    row : Row or None
        Our backend in its place, if it was measured.
    our_ms_per_image : float or None
        Its milliseconds an image, at its best batch size.
    our_relative : float or None
        Its speed as a multiple of Hugging Face's on our CPU.
    """

    timing: Timing
    images: str
    seconds: float
    ms_per_image: float
    relative: float
    row: Row | None
    our_ms_per_image: float | None
    our_relative: float | None


def compared_timings(summaries: Sequence[Summary]) -> list[ComparedTiming]:
    """Return every published time with ours of the same machine's largest throughput run beside it."""
    offline = [one for one in summaries if not one.is_single_stream and one.measured]
    largest = max(offline, key=lambda one: one.results["workload"]["images"]["files"], default=None)
    facts = published()
    base = next(timing for timing in facts.timings if timing.id == _BASE)
    return [
        _compared(timing, images, base, largest)
        for images in facts.images
        for timing in facts.timings
        if images in timing.seconds
    ]


def _compared(timing: Timing, images: str, base: Timing, summary: Summary | None) -> ComparedTiming:
    row = timing_row(timing, summary) if summary else None
    ours_base = timing_row(base, summary) if summary else None
    rate, base_rate = _median(row), _median(ours_base)
    seconds = timing.seconds[images]
    return ComparedTiming(
        timing=timing,
        images=images,
        seconds=seconds,
        ms_per_image=1000 * seconds / published().images[images],
        relative=base.seconds[images] / seconds,
        row=row,
        our_ms_per_image=1000 / rate if rate else None,
        our_relative=rate / base_rate if rate and base_rate else None,
    )


def _median(row: Row | None) -> float | None:
    return row.rate["median"] if row and row.rate else None
