"""One backend with its options in a report: cells, figures, and ratios to the references."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from statistics import median

from vitscale.report.agreement import Agreement
from vitscale.report.naming import notation
from vitscale.report.ratio import Ratio
from vitscale.results.gpu_schema import Gpu
from vitscale.results.schema import Benchmark, Failure, Latency, Run, Statistics
from vitscale.results.stats import SWEEP, counted_runs


@dataclass(frozen=True)
class Cell:
    """One backend at one batch size.

    Attributes
    ----------
    index : int
        Position in ``benchmarks`` of the results.
    benchmark : Benchmark
        Raw values and figures.
    """

    index: int
    benchmark: Benchmark

    @property
    def row_id(self) -> str:
        """Path of the cell in the results file."""
        return f"benchmarks[{self.index}]"

    @property
    def batch_size(self) -> int:
        """Images in a batch."""
        return self.benchmark["batch_size"]

    @property
    def rate(self) -> Statistics | None:
        """Images per second, or None if it failed."""
        return None if self.benchmark["error"] else self.benchmark["samples_per_sec"]

    @property
    def has_rounds(self) -> bool:
        """Whether it was measured again after the sweep."""
        return any(run.get("fork", SWEEP) for run in self.benchmark["runs"])

    @property
    def problem(self) -> str:
        """Reason why it has no figures; empty if it has."""
        error = self.benchmark["error"]
        if error:
            return f"{error['type']}: {error['message']}"
        return "" if self.rate else "nothing was measured"


@dataclass(frozen=True)
class Row:
    """A backend with its options, over all batch sizes.

    Attributes
    ----------
    label : str
        Name for the reader.
    cells : tuple of Cell
        All batch sizes, ascending.
    agreement : Agreement
        Whether its labels agree with the reference's.
    ratio, tuned_ratio : Ratio or None
        Speed against the reference, and against its fastest variant.
    """

    label: str
    cells: tuple[Cell, ...]
    agreement: Agreement
    ratio: Ratio | None = None
    tuned_ratio: Ratio | None = None

    @property
    def backend(self) -> str:
        """Name of the backend, without its options."""
        return self.cells[0].benchmark["backend"]

    @property
    def notation(self) -> str:
        """Name in comparisons and stages."""
        return notation(self.cells[0].benchmark)

    @cached_property
    def best(self) -> Cell | None:
        """The cell of the rounds, which the sweep selected; without rounds the fastest."""
        measured = [cell for cell in self.cells if cell.rate]
        chosen = [cell for cell in measured if cell.has_rounds]
        return max(chosen or measured, key=_median_rate, default=None)

    @property
    def rate(self) -> Statistics | None:
        """Images per second at the best batch size."""
        return self.best.rate if self.best else None

    @property
    def latency(self) -> Latency | None:
        """Percentiles of single queries, milliseconds."""
        return self.best.benchmark.get("latency_ms") if self.best else None

    @property
    def runs(self) -> list[Run]:
        """The processes behind the figures at the best batch size."""
        return list(counted_runs(self.best.benchmark["runs"])) if self.best else []

    @property
    def peak_memory_bytes(self) -> int | None:
        """Largest peak of all these processes."""
        return max((run["peak_memory_bytes"] for run in self.runs), default=None)

    @property
    def cpu_seconds(self) -> float | None:
        """CPU time of one of these processes in all phases; the median."""
        return median(run["cpu_seconds"] for run in self.runs) if self.runs else None

    @property
    def load_seconds(self) -> float | None:
        """Process start to model ready; the median of the processes."""
        return median(run["load_seconds"] for run in self.runs) if self.runs else None

    @property
    def is_on_gpu(self) -> bool:
        """Whether its device is a GPU in the results."""
        return self.best is not None and self.best.benchmark["device"] == "gpu"

    @property
    def gpus(self) -> list[tuple[str, Gpu]]:
        """Path and samples of each GPU that these processes used."""
        if self.best is None:
            return []
        counted = self.runs
        return [
            (f"{self.best.row_id}.runs[{number}].gpus[{position}]", gpu)
            for number, run in enumerate(self.best.benchmark["runs"])
            if run in counted
            for position, gpu in enumerate(run.get("gpus", []))
        ]

    @property
    def failed(self) -> list[Failure]:
        """Images without a prediction in some run, each once, by name."""
        runs = [run for cell in self.cells for run in cell.benchmark["runs"]]
        found = {failure["file"]: failure for run in runs for failure in run["ledger"]["failed"]}
        return [found[file] for file in sorted(found)]

    @property
    def lost(self) -> int:
        """Files that a ledger neither predicted nor failed; if not 0, the figures are wrong."""
        ledgers = [run["ledger"] for cell in self.cells for run in cell.benchmark["runs"]]
        return max((abs(one["files"] - one["predicted"] - len(one["failed"])) for one in ledgers), default=0)


def _median_rate(cell: Cell) -> float:
    return cell.rate["median"] if cell.rate else -1.0
