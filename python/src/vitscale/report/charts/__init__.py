"""The charts of a report: the main one, and the others in their order on the page."""

from __future__ import annotations

from vitscale.report.charts.chart import Chart
from vitscale.report.charts.gpu import gpu_memory, gpu_power, gpu_utilization
from vitscale.report.charts.iterations import iterations
from vitscale.report.charts.latency import latency
from vitscale.report.charts.resources import memory, processor
from vitscale.report.charts.speed_up import speed_up, speed_up_of_tuned
from vitscale.report.charts.stages import stages
from vitscale.report.charts.throughput import throughput
from vitscale.report.style import Style
from vitscale.report.summary import Summary

_CHARTS = (
    speed_up,
    latency,
    stages,
    throughput,
    speed_up_of_tuned,
    memory,
    processor,
    gpu_utilization,
    gpu_memory,
    gpu_power,
    iterations,
)


def charts(summary: Summary, looks: dict[str, Style]) -> dict[str, Chart]:
    """Return name -> chart, for every chart that the results have figures for."""
    if not summary.measured:
        return {}
    drawn = (chart(summary, looks) for chart in _CHARTS)
    return {chart.name: chart for chart in drawn if chart is not None}
