"""The figures that every form of the report shows: one row for each backend with its options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median

from vitscale.bench.schema import Benchmark, BenchmarkSuite, Failure, Statistics
from vitscale.report.agreement import Agreement, agreement_of

REFERENCE = "huggingface"


@dataclass(frozen=True)
class Cell:
    """One backend at one batch size, and where it stands in the results.

    Attributes
    ----------
    index : int
        Its position in ``benchmarks``.
    benchmark : Benchmark
        What was measured, raw values and figures.
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
        """Images per second, or None where it failed."""
        return None if self.benchmark["error"] else self.benchmark["samples_per_sec"]

    @property
    def problem(self) -> str:
        """Why it has no figures; empty where it has."""
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
        All its batch sizes, ascending.
    agreement : Agreement
        Whether its answers agree with the reference's.
    ratio : float or None
        Images per second as a multiple of the reference's, each at its best batch size.
    """

    label: str
    cells: tuple[Cell, ...]
    agreement: Agreement
    ratio: float | None = None

    @property
    def backend(self) -> str:
        """Name of the backend, without its options."""
        return self.cells[0].benchmark["backend"]

    @cached_property
    def best(self) -> Cell | None:
        """The cell with the highest median of images per second; of equals, the smallest batch."""
        measured = [cell for cell in self.cells if cell.rate]
        return max(measured, key=_median_rate, default=None)

    @property
    def rate(self) -> Statistics | None:
        """Images per second at the best batch size."""
        return self.best.rate if self.best else None

    @property
    def step_ms(self) -> Statistics | None:
        """Milliseconds a batch at the best batch size."""
        return self.best.benchmark["step_time_ms"] if self.best else None

    @property
    def peak_memory_bytes(self) -> int | None:
        """Largest peak of all processes that measured the best batch size."""
        return (
            max((run["peak_memory_bytes"] for run in self.best.benchmark["runs"]), default=None)
            if self.best
            else None
        )

    @property
    def load_seconds(self) -> float | None:
        """Process start to model ready; the median of the processes."""
        seconds = [run["load_seconds"] for run in self.best.benchmark["runs"]] if self.best else []
        return median(seconds) if seconds else None

    @property
    def failed(self) -> list[Failure]:
        """Images that were not predicted in any run, each once, by name."""
        runs = [run for cell in self.cells for run in cell.benchmark["runs"]]
        found = {failure["file"]: failure for run in runs for failure in run["ledger"]["failed"]}
        return [found[file] for file in sorted(found)]

    @property
    def lost(self) -> int:
        """Files that a ledger neither predicted nor failed: 0, or the figures are worth nothing."""
        ledgers = [run["ledger"] for cell in self.cells for run in cell.benchmark["runs"]]
        return max((abs(one["files"] - one["predicted"] - len(one["failed"])) for one in ledgers), default=0)


@dataclass(frozen=True)
class Summary:
    """All rows, the fastest first and those without figures last.

    Attributes
    ----------
    results : BenchmarkSuite
        What it was computed from.
    rows : tuple of Row
        One for each backend with its options.
    reference : Row or None
        Plain ``huggingface``, if it was measured.
    """

    results: BenchmarkSuite
    rows: tuple[Row, ...]
    reference: Row | None

    @property
    def measured(self) -> tuple[Row, ...]:
        """Rows with figures."""
        return tuple(row for row in self.rows if row.best)

    @property
    def failed_cells(self) -> list[tuple[Row, Cell]]:
        """Cells without figures."""
        return [(row, cell) for row in self.rows for cell in row.cells if cell.problem]


def summarise_results(results: BenchmarkSuite) -> Summary:
    """Return the summary of results."""
    groups: dict[str, list[Cell]] = {}
    for index, benchmark in enumerate(results["benchmarks"]):
        groups.setdefault(label(benchmark), []).append(Cell(index, benchmark))
    rows = [
        Row(
            label=name,
            cells=tuple(sorted(cells, key=lambda cell: cell.batch_size)),
            agreement=agreement_of(cells[0].benchmark, results["parity"]),
        )
        for name, cells in groups.items()
    ]
    reference = _reference(rows)
    base = reference.rate["median"] if reference and reference.rate else 0
    if base:
        rows = [replace(row, ratio=row.rate["median"] / base if row.rate else None) for row in rows]
    rows.sort(key=lambda row: (-row.rate["median"] if row.rate else 1.0, row.label))
    return Summary(results, tuple(rows), _reference(rows))


def label(benchmark: Benchmark) -> str:
    """Return the reader's name of a backend and what differs from its defaults.

    Examples
    --------
    ``huggingface``, ``huggingface (dtype=bfloat16)``, ``spark-nlp (py4j)``, ``onnxruntime (gpu, threads=2)``.
    """
    parts = ["gpu"] if benchmark["device"] == "gpu" else []
    parts += [_option(key, value) for key, value in benchmark["options"].items()]
    return f"{benchmark['backend']} ({', '.join(parts)})" if parts else benchmark["backend"]


def _option(key: str, value: str | int | bool) -> str:
    if value is True:
        return key
    said = "false" if value is False else str(value)
    return said if key == "bridge" else f"{key}={said}"


def _reference(rows: Sequence[Row]) -> Row | None:
    """Plain ``huggingface``; on the faster device where it ran on two."""
    plain = [row for row in rows if row.backend == REFERENCE and not row.cells[0].benchmark["options"]]
    return max(plain, key=lambda row: row.rate["median"] if row.rate else -1.0, default=None)


def _median_rate(cell: Cell) -> float:
    return cell.rate["median"] if cell.rate else -1.0
