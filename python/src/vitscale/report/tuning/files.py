"""Profiles as files for other programs: all candidates as CSV, and the chart as SVG."""

from __future__ import annotations

from collections.abc import Sequence

from vitscale.report.charts.chart import WIDE
from vitscale.report.charts.svg import standalone
from vitscale.report.text_table import csv_table
from vitscale.report.tuning.chart import draw_front
from vitscale.report.tuning.source import TuningSource
from vitscale.results.tuned import Tuned

_COLUMNS = (
    "profile",
    "model",
    "cpu",
    "runtime",
    "precision",
    "batch_size",
    "threads",
    "images_per_second",
    "images_per_second_low",
    "images_per_second_high",
    "loss_kind",
    "loss",
    "loss_low",
    "loss_high",
    "images",
    "chosen",
)


def tuning_csv(sources: Sequence[TuningSource]) -> str:
    """Return a row for each candidate of each profile; losses are shares, intervals cover 95 %."""
    return csv_table([_row(source, one) for source in sources for one in source.candidates], _COLUMNS)


def _row(source: TuningSource, one: Tuned) -> dict[str, object]:
    return {
        "profile": source.name,
        "model": source.model,
        "cpu": source.profile.cpu,
        "runtime": one.runtime,
        "precision": one.precision,
        "batch_size": one.batch_size,
        "threads": one.threads or 1,
        "images_per_second": one.speed.middle,
        "images_per_second_low": one.speed.low,
        "images_per_second_high": one.speed.high,
        "loss_kind": one.loss_kind,
        "loss": one.loss.middle,
        "loss_low": one.loss.low,
        "loss_high": one.loss.high,
        "images": one.images,
        "chosen": int(one is source.chosen),
    }


def tuning_svg(source: TuningSource) -> str:
    """Return the chart of one profile, whose points have whole names in the place of a legend."""
    canvas = draw_front(WIDE, source.candidates, source.front, source.profile.max_loss, whole_names=True)
    words = f"{source.model} on {source.profile.cpu}. Right of the dotted line the loss is not allowed."
    return standalone(canvas, source.headline, words)
