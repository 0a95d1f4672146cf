"""The results as text for other tools: a Markdown table for a README, rows for a CSV file."""

from __future__ import annotations

import html

from vitscale.bench.schema import BenchmarkSuite
from vitscale.report import units
from vitscale.report.headline import headline
from vitscale.report.summary import Row, label, summarise_results

COLUMNS = (
    "backend",
    "best batch",
    "images/s",
    "range",
    "vs huggingface",
    "ms/batch",
    "peak memory",
    "load",
    "failed images",
    "agreement",
)
"""Headings of the summary, in every form of it."""


def summary_cells(row: Row) -> tuple[str, ...]:
    """Return a row of the summary as text, in the order of :data:`COLUMNS`."""
    load = row.load_seconds
    return (
        row.label,
        str(row.best.batch_size) if row.best else "failed",
        units.number(row.rate["median"] if row.rate else None),
        units.spread(row.rate),
        units.ratio(row.ratio),
        units.number(row.step_ms["median"] if row.step_ms else None),
        units.mebibytes(row.peak_memory_bytes),
        units.NONE if load is None else f"{load:.1f} s",
        str(len(row.failed)) if row.best else units.NONE,
        f"{row.agreement.verdict.mark} {row.agreement.verdict.value}".strip(),
    )


def markdown_table(results: BenchmarkSuite) -> str:
    """Return the headline and the summary as Markdown."""
    summary = summarise_results(results)
    aligned = ["---", *["---:"] * (len(COLUMNS) - 2), "---"]
    lines = [COLUMNS, aligned, *(map(_markdown, summary_cells(row)) for row in summary.rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{_markdown(str(headline(summary)))}\n\n{table}\n"


def csv_rows(results: BenchmarkSuite) -> list[dict[str, str | int | float]]:
    """Return a row for every iteration, warm-up included, with the row of the results that it is from."""
    return [
        {
            "row": f"benchmarks[{number}].runs[{fork}].iterations[{position}]",
            "backend": label(benchmark),
            "device": benchmark["device"],
            "batch_size": benchmark["batch_size"],
            "run": fork,
            "iteration": position,
            "phase": iteration["phase"],
            "images": iteration["images"],
            "seconds": iteration["seconds"],
            "images_per_second": iteration["images"] / iteration["seconds"],
        }
        for number, benchmark in enumerate(results["benchmarks"])
        for fork, run in enumerate(benchmark["runs"])
        for position, iteration in enumerate(run["iterations"])
    ]


def _markdown(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "&#124;").replace("\n", " ")
