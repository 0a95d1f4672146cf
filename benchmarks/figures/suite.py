"""A results file of `vitscale bench`, as the templates read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vitscale.backends.registry import spec_of
from vitscale.backends.spec import BackendSpec
from vitscale.report.ratio import Ratio
from vitscale.report.row import Row
from vitscale.report.summary import Summary, ratio_between, summarise_results
from vitscale.report.text_table import markdown_table
from vitscale.results import units
from vitscale.results.document import load_results
from vitscale.results.schema import BenchmarkSuite, Interval, Parity
from vitscale.results.stats import rates_by_fork


@dataclass(frozen=True)
class Figure:
    """A median over rounds with its 95 % interval; as text, both.

    Attributes
    ----------
    median : str
        Three significant digits, or two decimals below 1.
    interval : str
        Lower and upper end; empty with fewer than three rounds.
    """

    median: str
    interval: str

    def __str__(self) -> str:
        """Return the median, and the interval in parentheses."""
        return f"{self.median} ({self.interval})" if self.interval else self.median


class Suite:
    """The figures of one results file.

    Parameters
    ----------
    results : BenchmarkSuite
        The results.
    """

    def __init__(self, results: BenchmarkSuite) -> None:
        self._results = results

    @classmethod
    def of_file(cls, path: Path) -> Suite:
        """Return the figures of a results file."""
        return cls(load_results(path))

    @cached_property
    def summary(self) -> Summary:
        """The rows of the report."""
        return summarise_results(self._results)

    @property
    def files(self) -> str:
        """Number of images."""
        return f"{self._results['workload']['images']['files']:,}"

    @property
    def rounds(self) -> int:
        """Number of rounds of the reference."""
        return len(self._row_of_reference().runs)

    @property
    def control(self) -> Figure:
        """Speed of the reference in relation to itself."""
        control = self.summary.control
        if control is None:
            raise LookupError("The results have no control.")
        return _figure(control.median, control.ci)

    def rate(self, backend: str) -> Figure:
        """Return a backend's images per second at its best batch size."""
        rate = self.row(backend).rate
        if rate is None:
            raise LookupError(f"{backend} has no figure.")
        return _figure(rate["median"], rate["ci"])

    def ratio(self, backend: str, to: str = "") -> Figure:
        """Return a backend's speed in relation to another's, by default the reference's."""
        ratio = self._ratio(backend, to)
        return _figure(ratio.median, ratio.ci)

    def minutes(self, backend: str) -> str:
        """Return the duration of a backend's measurement in its first round, in minutes."""
        run = self.row(backend).cells[0].benchmark["runs"][0]
        measured = [one["seconds"] for one in run["iterations"] if one["phase"] == "measurement"]
        return units.number(sum(measured) / 60)

    def each_rate(self, backend: str) -> str:
        """Return the images per second of each round, ascending: ``100 and 124``."""
        return " and ".join(units.number(rate) for rate in sorted(self._rates(backend).values()))

    def each_ratio(self, backend: str, to: str = "") -> str:
        """Return the ratio of each round, ascending: ``15.2 and 18.9``."""
        above, below = self._rates(backend), self._rates(to or self._row_of_reference().notation)
        ratios = sorted(above[fork] / below[fork] for fork in above.keys() & below.keys())
        return " and ".join(map(units.multiple, ratios))

    def batch_size(self, backend: str) -> int:
        """Return a backend's best batch size."""
        best = self.row(backend).best
        if best is None:
            raise LookupError(f"{backend} has no figure.")
        return best.batch_size

    def same_labels(self, backend: str) -> str:
        """Return how many images get the reference's first label, for example ``62 of 64``."""
        return self._same_labels(self.row(backend))

    def logit_difference(self, backend: str) -> str:
        """Return the largest difference of a logit from the reference's."""
        return f"{self._parity(self.row(backend))['max_logit_difference']:.2g}"

    def table(self, reference: str = "Hugging Face") -> str:
        """Return a table of all backends, the fastest first."""
        columns = ["backend", "same first label", "batch size", "images/s", f"times {reference}"]
        columns += ["peak memory"]
        rows = [self._cells(row) for row in self.summary.measured]
        return markdown_table(columns, rows, frozenset({0, 1}))

    def sweep(self) -> str:
        """Return a table of the images per second of each backend at each batch size."""
        sizes = sorted({cell.batch_size for row in self.summary.rows for cell in row.cells})
        rows = []
        for row in self.summary.measured:
            rates = {cell.batch_size: cell.rate for cell in row.cells}
            figures = [units.number(rate["median"]) if (rate := rates.get(size)) else "" for size in sizes]
            rows.append([f"`{row.notation}`", *figures])
        return markdown_table(["batch size", *map(str, sizes)], rows, frozenset({0}))

    def ratios(self, rows: Sequence[tuple[str, str]]) -> str:
        """Return a table of ratios: a line for each pair of a backend and its base."""
        cells = [(f"`{one}`", f"`{to}`", str(self.ratio(one, to))) for one, to in rows]
        return markdown_table(["backend", "in relation to", "ratio"], cells, frozenset({0, 1}))

    def row(self, backend: str) -> Row:
        """Return the row of a backend in the notation of the results.

        Raises
        ------
        LookupError
            If it was not measured.
        """
        found = [row for row in self.summary.rows if row.notation == backend]
        if not found:
            raise LookupError(f"{backend} was not measured.")
        return found[0]

    def _rates(self, backend: str) -> dict[int, float]:
        best = self.row(backend).best
        return rates_by_fork(best.benchmark) if best else {}

    def _row_of_reference(self) -> Row:
        reference = self.summary.reference
        if reference is None:
            raise LookupError("The reference was not measured.")
        return reference

    def _ratio(self, backend: str, to: str) -> Ratio:
        above, below = self.row(backend), self.row(to) if to else self._row_of_reference()
        if above.ratio and above.ratio.reference == below.notation:
            return above.ratio
        found = ratio_between(above, below, self.summary.control)
        if found is None:
            raise LookupError(f"{backend} and {to} have no common round.")
        return found

    def _cells(self, row: Row) -> list[str]:
        best, ratio = row.best, row.ratio
        if best is None or row.rate is None or ratio is None:
            raise LookupError(f"{row.label} has no figure.")
        return [
            f"`{row.notation}`",
            self._same_labels(row),
            str(best.batch_size),
            str(_figure(row.rate["median"], row.rate["ci"])),
            str(_figure(ratio.median, ratio.ci)),
            units.mebibytes(row.peak_memory_bytes),
        ]

    def _same_labels(self, row: Row) -> str:
        if not _spec(row).gives_answers:
            return "no labels"
        if row.agreement.verdict == "reference":
            return "reference"
        one = self._parity(row)
        same = round(one["top1_agreement"] * one["images"])
        return f"all {same}" if same == one["images"] else f"{same} of {one['images']}"

    def _parity(self, row: Row) -> Parity:
        name = str(_spec(row).without_speed_options())
        for one in self._results["parity"]:
            if one["backend"] == name:
                return one
        raise LookupError(f"The labels of {row.notation} were not compared.")


def _spec(row: Row) -> BackendSpec:
    benchmark = row.cells[0].benchmark
    return spec_of(benchmark["backend"], benchmark["options"])


def _figure(median: float, ci: Interval | None) -> Figure:
    return Figure(units.multiple(median), units.ratio_interval(ci))
