"""Runs the parts of the published benchmark as plans of the harness, and reports what it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from vitscale.bench.budget import Budget
from vitscale.bench.interrupted import Interrupted
from vitscale.bench.plan import Plan, Settings, make_plan
from vitscale.bench.runner import run_plan
from vitscale.errors import VitscaleError
from vitscale.images.image_set import find_images
from vitscale.reproduction.best import best_of_file
from vitscale.reproduction.contenders import contenders
from vitscale.reproduction.nodes import NODES, measure_nodes, share_of_nodes
from vitscale.reproduction.request import Part, Request
from vitscale.reproduction.sizes import GRIDS, LEAST_IMAGES, Pace, Size, fit
from vitscale.reproduction.workload import PUBLISHED, images_of
from vitscale.results import units
from vitscale.results.document import write_results
from vitscale.results.schema import BenchmarkSuite, LeftOut
from vitscale.results.stats import MLPERF_SECONDS

Progress = Callable[[str], None]

_PILOT_IMAGES = 16
_PILOT_BATCH = 8


@dataclass(frozen=True)
class Reproduction:
    """Outcome of a reproduction.

    Attributes
    ----------
    results : tuple of Path
        Results files, one for each part; that of the nodes has results of scaling.
    left_out : tuple of LeftOut
        Parts left out, each with its reason; the files have them, too.
    has_errors : bool
        Whether a cell failed (its row has the reason) or the part ``nodes`` did.
    """

    results: tuple[Path, ...]
    left_out: tuple[LeftOut, ...]
    has_errors: bool


def reproduce(request: Request, report: Progress) -> Reproduction:
    """Measure the published benchmark again, as much of it as this machine and the budget allow.

    Raises
    ------
    UsageError
        If ``full`` is requested without a sample, which measures the best batch sizes.
    Interrupted
        After Ctrl-C, with the number of finished processes that the same command keeps.
    """
    work = _Reproduction(request, report)
    try:
        return work.run()
    except KeyboardInterrupt as stopped:
        now = stopped.kept if isinstance(stopped, Interrupted) else 0
        raise Interrupted(work.finished + now) from None


class _Reproduction:
    def __init__(self, request: Request, report: Progress) -> None:
        self._request = request
        self._report = report
        self._budget = Budget(request.budget_seconds)
        self._backends, self._left_out = contenders(request.model, request.backends)
        if request.parts == (NODES,):
            self._backends = ["vitscale"]  # its pace is what the pilot measures
        self._kept = share_of_nodes(request) * (request.budget_seconds or 0.0)
        self._has_failed = False
        self.finished = 0
        """Finished processes of the parts that ended."""

    def run(self) -> Reproduction:
        for one in self._left_out:
            self._report(f"left out: {one['what']}: {one['reason']}")
        if "full" in self._request.parts and "sample" not in self._request.parts:
            best_of_file(self._request.results("sample"))
        pilot = self._pilot() if self._needs_pilot else None
        pace = Pace.of(pilot["benchmarks"]) if pilot else None
        done: dict[Path, BenchmarkSuite] = {}
        if "sample" in self._request.parts:
            done[self._request.results("sample")] = self._sample(pace)
        if "full" in self._request.parts and self._allows_full(pace):
            done[self._request.results("full")] = self._full(pace)
        self._kept = 0.0
        return self._finished(done, self._nodes(pilot) if NODES in self._request.parts else None)

    def _nodes(self, pilot: BenchmarkSuite | None) -> Path | None:
        try:
            measured, left_out = measure_nodes(self._request, pilot, self._seconds_left(1.0), self._report)
        except Interrupted:
            raise KeyboardInterrupt from None  # the part is measured as a whole: its rounds are not resumed
        except VitscaleError as error:
            self._has_failed = True
            self._leave_out(NODES, f"failed: {error}")
            return None
        for one in left_out:
            self._leave_out(one["what"], one["reason"])
        return measured

    def _finished(self, done: dict[Path, BenchmarkSuite], nodes: Path | None) -> Reproduction:
        """Add the parts left out of the whole benchmark to every file."""
        told = list(self._left_out)
        for path, results in done.items():
            own = results.get("left_out", [])
            told += own
            results["left_out"] = [*own, *self._left_out]
            write_results(results, path)
        failed = any(row["error"] for results in done.values() for row in results["benchmarks"])
        return Reproduction((*done, *filter(None, [nodes])), tuple(told), failed or self._has_failed)

    @property
    def _needs_pilot(self) -> bool:
        return self._request.budget_seconds is not None and self._request.count is None

    def _pilot(self) -> BenchmarkSuite:
        """Measure a few images, to estimate how many fit into the budget."""
        self._report(f"pilot: {_PILOT_IMAGES} images, to estimate what fits into the budget")
        settings = Settings(forks=1, iterations=1, warmup_images=8, parity_images=0, stage_images=0)
        return self._measure("pilot", Size((_PILOT_BATCH,), _PILOT_IMAGES), settings)

    def _sample(self, pace: Pace | None) -> BenchmarkSuite:
        size = self._size("sample", pace, self._share_of_sample(pace))
        return self._measure("sample", size, self._settings(size, "sample", pace))

    def _full(self, pace: Pace | None) -> BenchmarkSuite:
        best = best_of_file(self._request.results("sample"))
        size = replace(self._size("full", pace, 1.0, sweeps=False), batch_sizes=tuple(best.values()))
        return self._measure("full", size, self._settings(size, "full", pace), best)

    def _share_of_sample(self, pace: Pace | None) -> float:
        return 0.5 if self._fits_full(pace, 0.5) and "full" in self._request.parts else 1.0

    def _allows_full(self, pace: Pace | None) -> bool:
        if "sample" not in self._request.parts or self._fits_full(pace, 1.0):
            return True
        self._leave_out(
            f"full run, {PUBLISHED['full']:,} images",
            "the budget is too short for more images than the sample's; give a larger --budget, or none",
        )
        return False

    def _fits_full(self, pace: Pace | None, share: float) -> bool:
        """Tell whether a share of the remaining time is enough for more images than the sample has."""
        seconds = self._seconds_left(share)
        if seconds is None or pace is None:
            return True
        return pace.images(1, self._request.forks, seconds) > PUBLISHED["sample"]

    def _size(self, part: Part, pace: Pace | None, share: float, *, sweeps: bool = True) -> Size:
        """Return the size that fits, and report what is less than published."""
        most, fewer = self._most(part)
        seconds = self._seconds_left(share)
        if pace is None or seconds is None:
            size = Size(GRIDS[0], most)
        elif sweeps:
            size = fit(pace, self._request.forks, seconds, most)
        else:
            images = max(LEAST_IMAGES, pace.images(1, self._request.forks, seconds))
            size = Size(GRIDS[-1], min(most, images))
        if size.images < PUBLISHED[part]:
            self._leave_out(
                f"{part}: {PUBLISHED[part] - size.images:,} of {PUBLISHED[part]:,} images",
                fewer if size.images == most else "the budget is too short",
            )
        missing = [str(one) for one in GRIDS[0] if one not in size.batch_sizes]
        if sweeps and missing:
            self._leave_out(f"{part}: batch sizes {', '.join(missing)}", "the budget is too short")
        return size

    def _most(self, part: Part) -> tuple[int, str]:
        """Return the number of available images, and the reason if there are fewer than published."""
        wanted = min(self._request.count or PUBLISHED[part], PUBLISHED[part])
        own = self._request.images
        there = wanted if own is None else len(find_images(own).files)
        return (there, f"{own} has no more") if there < wanted else (wanted, "--count is smaller")

    def _settings(self, size: Size, part: Part, pace: Pace | None) -> Settings:
        """Return settings for one iteration a process; 600 s without the whole set or a budget."""
        is_whole = size.images >= PUBLISHED[part] or self._request.budget_seconds is not None
        return Settings(
            forks=self._request.forks,
            iterations=1,
            min_seconds=0.0 if is_whole or part == "sample" else float(MLPERF_SECONDS),
            budget_seconds=self._seconds_left(self._share_of_sample(pace) if part == "sample" else 1.0),
        )

    def _measure(
        self, name: str, size: Size, settings: Settings, best: dict[str, int] | None = None
    ) -> BenchmarkSuite:
        plan: Plan = make_plan(
            images=images_of(self._request.images, self._request.folder, size.images, self._report),
            model=self._request.model,
            backends=[name for name in self._backends if best is None or name in best],
            batch_sizes=size.batch_sizes,
            output=self._request.results(name),
            settings=settings,
            limit=size.images,
        )
        for remark in plan.images.remarks():
            self._report(f"{name}: {remark}")
        self._report(
            f"{name}: {len(plan.images.files)} images, batch sizes {', '.join(map(str, plan.batch_sizes))}, "
            f"{units.plural(settings.forks, 'fork')} of {units.plural(len(plan.backends), 'backend')}; "
            f"the model's weights are {plan.model.weights}"
        )
        results = run_plan(replace(plan, best=best), self._request.command, self._report)
        self.finished += sum(len(row["runs"]) for row in results["benchmarks"] if not row["error"])
        return results

    def _seconds_left(self, share: float) -> float | None:
        seconds = self._budget.seconds
        return None if seconds is None else max(1.0, (seconds - self._kept - self._budget.spent) * share)

    def _leave_out(self, what: str, reason: str) -> None:
        self._report(f"left out: {what}: {reason}")
        self._left_out.append({"what": what, "reason": reason})
