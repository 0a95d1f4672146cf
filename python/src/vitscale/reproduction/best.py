"""The best batch size of each backend in a sweep."""

from __future__ import annotations

from pathlib import Path

from vitscale.backends.spec import BackendSpec
from vitscale.errors import UsageError
from vitscale.results.document import load_results
from vitscale.results.schema import BenchmarkSuite
from vitscale.results.stats import SWEEP, run_rate


def best_batch_sizes(results: BenchmarkSuite) -> dict[str, int]:
    """Return the fastest batch size of each backend in the sweep; without a sweep, the only one."""
    rates: dict[str, dict[int, float]] = {}
    for row in results["benchmarks"]:
        if row["error"] or not row["runs"] or row.get("control"):
            continue
        runs = [run for run in row["runs"] if run.get("fork") == SWEEP] or row["runs"]
        backend = str(BackendSpec(row["backend"], row["options"]))
        rates.setdefault(backend, {})[row["batch_size"]] = run_rate(runs[0])
    return {backend: max(found, key=lambda size: found[size]) for backend, found in rates.items()}


def best_of_file(sample: Path) -> dict[str, int]:
    """Return the best batch sizes of the sample's results file.

    Raises
    ------
    UsageError
        If the sample was not measured.
    """
    if not sample.exists():
        raise UsageError(
            f"The full run uses the best batch sizes of the sample, but {sample} is missing. "
            "Measure the sample first: vitscale reproduce sample"
        )
    best = best_batch_sizes(load_results(sample))
    if not best:
        raise UsageError(f"{sample} has no figure of any backend. Measure the sample again.")
    return best
