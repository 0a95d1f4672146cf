"""Runs a plan: a sweep, parity and stages at the best batch sizes, and rounds of interleaved forks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vitscale.backends.spec import BackendSpec
from vitscale.bench import fewer_images, schedule
from vitscale.bench.budget import Budget
from vitscale.bench.cell_runner import measure
from vitscale.bench.comparison import compare_best
from vitscale.bench.interrupted import counting
from vitscale.bench.oom_skip import too_large
from vitscale.bench.parity_and_stages import ParityAndStages
from vitscale.bench.plan import Cell, Plan
from vitscale.bench.recorder import Recorder
from vitscale.results.schema import BenchmarkSuite
from vitscale.results.stats import MIN_FORKS, SWEEP, run_rate

Progress = Callable[[str], None]

SWEEP_SHARE = 0.5
"""Largest share of the budget for the sweep; parity, stages and three rounds always get their time."""


def run_plan(
    plan: Plan, command: Sequence[str], report: Progress, *, is_fresh: bool = False
) -> BenchmarkSuite:
    """Measure everything, and write the results after each process.

    Parameters
    ----------
    plan : Plan
        The benchmark.
    command : sequence of str
        Command line, stored in the results.
    report : callable
        Receives each line of progress.
    is_fresh : bool
        Whether to discard an earlier run instead of resuming it.

    Returns
    -------
    BenchmarkSuite
        The results, as in the schema.

    Raises
    ------
    Interrupted
        After Ctrl-C, with the number of finished processes that the same command keeps.
    """
    budget = Budget(plan.settings.budget_seconds)
    recorders: list[Recorder] = []

    def benchmark(of: Plan) -> _Benchmark:
        recorders.append(Recorder(of, command))
        return _Benchmark(of, recorders[-1], budget, report)

    with counting(recorders):
        earlier = None if is_fresh else fewer_images.earlier_smaller_plan(plan)
        if earlier is not None:
            smaller = benchmark(earlier)
            if smaller.resume() and smaller.fitting_images(plan, sweeps=1) < len(plan.images.files):
                return smaller.run(instead_of=plan)
            recorders.clear()  # all images are measured now, and none of these processes is kept
        whole = benchmark(plan)
        if not is_fresh:
            whole.resume()
        if plan.settings.may_reduce_images:
            whole.measure_pace()
            count = whole.fitting_images(plan)
            if count < len(plan.images.files):
                fewer = fewer_images.with_fewer_images(plan, count, schedule.middle(plan.batch_sizes))
                return benchmark(fewer).run(instead_of=plan)
        return whole.run()


class _Benchmark:
    def __init__(self, plan: Plan, recorder: Recorder, budget: Budget, report: Progress) -> None:
        self._plan = plan
        self._recorder = recorder
        self._budget = budget
        self._report = report

    def run(self, instead_of: Plan | None = None) -> BenchmarkSuite:
        """Measure the plan, and return the results.

        Parameters
        ----------
        instead_of : Plan, optional
            The plan for which the budget is too short.
        """
        if instead_of is not None:
            self._say_what_is_missing(instead_of)
        elif self._needs_sweep:
            self._sweep()
        best = self._best()
        ParityAndStages(self._plan, self._recorder, self._budget, self._report).add(best)
        self._rounds(best)
        self._compare(best)
        return self._recorder.results

    def resume(self) -> bool:
        """Load the cells of an earlier run; return whether there are any."""
        return self._recorder.resume(self._report) > 0

    def measure_pace(self) -> None:
        """Measure the first batch size of the sweep, to estimate the time of everything else."""
        plan = self._plan
        self._measure_missing(schedule.sweep(plan.backends, plan.batch_sizes, plan.settings.seed)[0])

    def fitting_images(self, plan: Plan, sweeps: int = 0) -> int:
        """Return the number of images with which a part of the sweep, parity, stages and rounds fit."""
        paces = {
            backend: fewer_images.Pace.of(runs[0])
            for backend in plan.backends
            if (runs := [run for cell in self._sizes(backend) for run in self._recorder.runs(cell)])
        }
        forks = [(pace, sweeps + self._forks_after_sweep(backend)) for backend, pace in paces.items()]
        return fewer_images.fitting_images(plan, forks, self._budget.left)

    def _forks_after_sweep(self, backend: BackendSpec) -> int:
        """Return the forks that a backend needs for parity, stages and the smallest number of rounds."""
        settings = self._plan.settings
        rounds = min(settings.forks, MIN_FORKS) * (2 if backend == self._plan.reference else 1)
        return rounds + (1 if settings.parity_images or settings.stage_images else 0)

    def _say_what_is_missing(self, whole: Plan) -> None:
        reason = (
            f"the budget of {self._budget.seconds:.0f} s is too short for {MIN_FORKS} rounds with all; "
            "give a larger --budget"
        )
        self._leave_out(fewer_images.left_out(whole, self._plan), reason)

    @property
    def _needs_sweep(self) -> bool:
        plan = self._plan
        return plan.best is None and (len(plan.batch_sizes) > 1 or plan.settings.forks == 1)

    def _sweep(self) -> None:
        plan = self._plan
        for number, cells in enumerate(schedule.sweep(plan.backends, plan.batch_sizes, plan.settings.seed)):
            missing = [cell for cell in cells if not self._recorder.has(cell, SWEEP)]
            seconds = sum(map(self._estimate, missing))
            if number and not self._leaves_enough(seconds):
                reason = f"{self._budget.explain(seconds)}; parity, stages and rounds need the rest"
                self._leave_out(f"sweep, batch size {cells[0].batch_size}", reason)
            else:
                self._measure_missing(cells)

    def _measure_missing(self, cells: Sequence[Cell]) -> None:
        """Measure a step of the sweep, without batches that are too large for the GPU's memory."""
        for cell in cells:
            if self._recorder.has(cell, SWEEP):
                continue
            reason = too_large(cell, (self._recorder.row(other) for other in self._sizes(cell.backend)))
            if reason:
                self._leave_out(str(cell), reason)
            else:
                self._measure(cell, SWEEP, "sweep")

    def _sizes(self, backend: BackendSpec) -> list[Cell]:
        return [Cell(backend, size) for size in self._plan.all_batch_sizes]

    def _leaves_enough(self, seconds: float) -> bool:
        """Tell whether parity, stages and three rounds still fit after ``seconds`` more of the sweep."""
        plan = self._plan
        of_all = [self._estimate(Cell(backend, plan.batch_sizes[0])) for backend in plan.backends]
        rounds = min(plan.settings.forks, MIN_FORKS) if plan.settings.forks > 1 else 0
        inspections = bool(plan.settings.parity_images or plan.settings.stage_images)
        after = rounds * (sum(of_all) + of_all[0]) + inspections * sum(of_all)
        return self._budget.allows(seconds, SWEEP_SHARE) and self._budget.allows(seconds + after)

    def _best(self) -> list[Cell]:
        """Return each backend at its fastest batch size in the sweep; of equals, the smallest."""
        if self._plan.best is not None:
            sizes = self._plan.best
            return [Cell(one, sizes[str(one)]) for one in self._plan.backends if str(one) in sizes]
        if not self._needs_sweep:
            return [Cell(backend, self._plan.batch_sizes[0]) for backend in self._plan.backends]
        best = []
        for backend in self._plan.backends:
            rates = {cell: rate for cell in self._sizes(backend) if (rate := self._sweep_rate(cell))}
            if rates:
                best.append(max(rates, key=lambda cell: rates[cell]))
        return best

    def _sweep_rate(self, cell: Cell) -> float | None:
        row = self._recorder.row(cell)
        runs = [] if row is None or row["error"] else [run for run in row["runs"] if run.get("fork") == SWEEP]
        return run_rate(runs[0]) if runs else None

    def _rounds(self, best: list[Cell]) -> None:
        count = self._plan.settings.forks
        if not best or (count == 1 and self._needs_sweep):
            return
        cells = best + self._control(best)
        for number, order in enumerate(schedule.rounds(cells, count, self._plan.settings.seed), start=1):
            missing = [cell for cell in order if not self._recorder.has(cell, number) and self._works(cell)]
            seconds = sum(map(self._estimate, missing))
            is_kept = self._plan.settings.keeps_rounds and number <= MIN_FORKS
            if not is_kept and not self._budget.allows(seconds):
                self._leave_out(f"rounds {number} to {count}", self._budget.explain(seconds))
                return
            for cell in missing:
                self._measure(cell, number, f"round {number} of {count}")
            self._compare(best)

    def _control(self, best: list[Cell]) -> list[Cell]:
        return [
            Cell(cell.backend, cell.batch_size, is_control=True)
            for cell in best
            if cell.backend == self._plan.reference
        ]

    def _works(self, cell: Cell) -> bool:
        row = self._recorder.row(cell)
        return row is None or row["error"] is None

    def _measure(self, cell: Cell, fork: int, where: str) -> None:
        prefix = f"[{self._budget.spent:.0f} s] {where}, {cell}"
        run, error = measure(self._plan.job(cell), lambda line: self._report(f"{prefix}: {line}"))
        if run is not None:
            self._recorder.record_run(cell, {"fork": fork, **run})
        if error is not None:
            self._report(f"{prefix}: failed: {error['message']}")
            self._recorder.record_error(cell, error)
        self._recorder.save()

    def _compare(self, best: list[Cell]) -> None:
        found = compare_best(self._recorder, best + self._control(best), self._plan.reference)
        self._recorder.results["comparisons"] = found
        self._recorder.save()

    def _estimate(self, cell: Cell) -> float:
        """Return an estimate of the wall-clock seconds of a fork, from the most similar cell that ran."""
        for likeness in (
            [cell],
            self._sizes(cell.backend),
            [one for backend in self._plan.backends for one in self._sizes(backend)],
        ):
            runs = [run for one in likeness for run in self._recorder.runs(one)]
            if runs:
                return max(run.get("wall_seconds", 0.0) for run in runs)
        return 0.0

    def _leave_out(self, what: str, reason: str) -> None:
        self._report(f"{what}: left out: {reason}")
        self._recorder.leave_out(what, reason)
        self._recorder.save()
