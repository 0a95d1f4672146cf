"""The results of a running benchmark: written after every entry, resumed after a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from vitscale._version import __version__
from vitscale.bench.cache_key import CacheKeys
from vitscale.bench.environment import environment
from vitscale.bench.plan import Cell, Plan
from vitscale.errors import ResultsError
from vitscale.models import manifest
from vitscale.results.document import SCHEMA_VERSION, load_results, write_results
from vitscale.results.schema import Benchmark, BenchmarkError, BenchmarkSuite, Parity, Run, Stages
from vitscale.results.stats import with_figures
from vitscale.system import model_files

Progress = Callable[[str], None]


class Recorder:
    """Results that grow.

    Parameters
    ----------
    plan : Plan
        The benchmark.
    command : sequence of str
        Command line, stored in the results.
    """

    def __init__(self, plan: Plan, command: Sequence[str]) -> None:
        self._plan = plan
        machine = environment()
        images_sha256 = plan.images.sha256()
        self._keys = CacheKeys(plan, machine, images_sha256)
        self._rows: dict[Cell, dict[str, Any]] = {}
        self._resumed = 0
        self._file_before = _stamp(plan.output)
        self.results = cast(BenchmarkSuite, _empty_results(plan, command, machine, images_sha256))

    def resume(self, report: Progress) -> int:
        """Load the cells of an earlier run from the results file, and return their number.

        Only cells with the same key are kept. Failed cells are measured again.
        """
        if not self._plan.output.exists():
            return 0
        try:
            old = load_results(self._plan.output)
        except ResultsError as error:
            report(f"the earlier results cannot be resumed: {error}")
            return 0
        by_key = {row["key"]: row for row in old["benchmarks"] if row.get("key") and not row["error"]}
        kept = [cell for cell in self._all_cells() if self._keys.of(cell) in by_key]
        for cell in kept:
            for run in by_key[self._keys.of(cell)]["runs"]:
                self.record_run(cell, run)
        answering = {str(cell.backend.without_speed_options()) for cell in kept}
        inside = {str(cell.backend.inside) for cell in kept}
        self.results["parity"] = [
            row for row in old["parity"] if {row["backend"], row["reference"]} <= answering
        ]
        self.results["stages"] = [row for row in old.get("stages", []) if row["backend"] in inside]
        self._resumed = _finished(self._rows.values())
        report(
            f"{self._plan.output} exists: keeping {len(kept)} of its {len(old['benchmarks'])} cells and "
            "measuring the others (--fresh measures all again)"
        )
        return len(kept)

    def has(self, cell: Cell, fork: int) -> bool:
        """Tell whether a fork of a cell was measured."""
        return any(run.get("fork") == fork for run in self.runs(cell))

    def runs(self, cell: Cell) -> list[Run]:
        """Return the runs of a cell."""
        return list(self._rows[cell]["runs"]) if cell in self._rows else []

    def row(self, cell: Cell) -> Benchmark | None:
        """Return a cell's row, if it was tried."""
        return cast(Benchmark, self._rows[cell]) if cell in self._rows else None

    def record_run(self, cell: Cell, run: Run) -> None:
        """Add a fork of a cell."""
        row = self._row(cell)
        row["runs"].append(run)
        row.update(with_figures(row))

    def record_error(self, cell: Cell, error: BenchmarkError) -> None:
        """Record that a fork of a cell failed; the cell then has no figures."""
        row = self._row(cell)
        row["error"] = error
        row.update(with_figures(row))

    def parity_of(self, backend: str) -> Parity | None:
        """Return the comparison of a backend with the reference, if there is one."""
        return next((row for row in self.results["parity"] if row["backend"] == backend), None)

    def stages_of(self, backend: str, batch_size: int) -> Stages | None:
        """Return a backend's stages at a batch size, if they were timed."""
        wanted = (backend, batch_size)
        return next(
            (row for row in self.results.get("stages", []) if (row["backend"], row["batch_size"]) == wanted),
            None,
        )

    def leave_out(self, what: str, reason: str) -> None:
        """Record work that the budget or the GPU's memory did not allow."""
        self.results.setdefault("left_out", []).append({"what": what, "reason": reason})

    def save(self) -> None:
        """Write the results file."""
        write_results(self.results, self._plan.output)

    @property
    def kept(self) -> int:
        """Finished processes in the results file that the same command does not measure again.

        It is right at any moment, since the file says whether it was written.
        """
        if _stamp(self._plan.output) == self._file_before:
            return self._resumed
        return _finished(load_results(self._plan.output)["benchmarks"])

    def _row(self, cell: Cell) -> dict[str, Any]:
        if cell not in self._rows:
            row = {
                "key": self._keys.of(cell),
                "control": cell.is_control,
                "backend": cell.backend.name,
                "options": dict(cell.backend.options),
                "batch_size": cell.batch_size,
                "device": cell.backend.device,  # a run on a GPU has its evidence, or is an error
                "runs": [],
                "samples_per_sec": None,
                "step_time_ms": None,
                "error": None,
            }
            self._rows[cell] = row
            in_order = [self._rows[one] for one in self._all_cells() if one in self._rows]
            self.results["benchmarks"] = cast(list[Benchmark], in_order)
        return self._rows[cell]

    def _all_cells(self) -> list[Cell]:
        plan = self._plan
        cells = [Cell(backend, size) for size in plan.all_batch_sizes for backend in plan.backends]
        return cells + [Cell(plan.reference, size, is_control=True) for size in plan.all_batch_sizes]


def _finished(rows: Iterable[Mapping[str, Any]]) -> int:
    return sum(len(row["runs"]) for row in rows if not row["error"])


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what differs after a file was written anew."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _empty_results(
    plan: Plan, command: Sequence[str], machine: dict[str, Any], images_sha256: str
) -> dict[str, Any]:
    model = plan.model
    return {
        "schema_version": SCHEMA_VERSION,
        "vitscale_version": __version__,
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": list(command),
        "environment": machine,
        "workload": {
            "scenario": plan.settings.scenario,
            "model": {
                "name": model.name,
                "path": str(model.path),
                "weights": model.weights,
                "num_labels": model.num_labels,
                "image_height": model.image_height,
                "image_width": model.image_width,
                "onnx_sha256": model.onnx_sha256,
                "preprocessing_sha256": manifest.sha256(model.path / model_files.PREPROCESSOR),
            },
            "images": {
                "path": str(plan.images.root),
                "files": len(plan.images.files),
                "bytes": plan.images.total_bytes,
                "sha256": images_sha256,
                "ignored": plan.images.ignored.to_json(),
            },
        },
        "settings": plan.settings.as_results(),
        "benchmarks": [],
        "parity": [],
    }
