"""Parity and stages: how well a backend agrees with the reference, and where its time goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vitscale.backends.base import Outputs
from vitscale.backends.spec import BackendSpec
from vitscale.bench import cell_runner
from vitscale.bench.budget import Budget
from vitscale.bench.plan import Cell, Plan
from vitscale.bench.recorder import Recorder
from vitscale.bench.worker_request import Want
from vitscale.errors import ParityError, VitscaleError
from vitscale.parity.compare import compare, compare_pairs, distinct
from vitscale.results.schema import Parity

Progress = Callable[[str], None]

PARITY_BATCH_SIZE = 8
_MOST_NAMED = 5


class ParityAndStages:
    """Adds parity and stages to a recorder, with one process for each backend that needs them.

    Parameters
    ----------
    plan, recorder, budget, report
        Those of the benchmark.
    """

    def __init__(self, plan: Plan, recorder: Recorder, budget: Budget, report: Progress) -> None:
        self._plan = plan
        self._recorder = recorder
        self._budget = budget
        self._report = report
        self._outputs: dict[str, Outputs] = {}

    def add(self, best: Sequence[Cell]) -> None:
        """Add what is missing, the reference first, since all others are compared with it."""
        reference = next((cell for cell in best if cell.backend == self._plan.reference), None)
        if reference is None:
            return
        ordered = [reference, *(cell for cell in best if cell is not reference)]
        answering = [cell for cell in ordered if cell.backend.gives_answers]
        for cell in answering:
            wants = self._wants(cell, answering)
            if wants and self._fits(cell):
                self._ask(cell, wants)
                self._recorder.save()

    def _wants(self, cell: Cell, answering: Sequence[Cell]) -> tuple[Want, ...]:
        wants: list[Want] = []
        if self._plan.settings.parity_images and self._lacks_parity(cell, answering):
            wants.append("outputs")
        inside = cell.backend.inside
        if self._plan.settings.stage_images and not self._recorder.stages_of(str(inside), cell.batch_size):
            wants.append("stages")
        return tuple(wants)

    def _lacks_parity(self, cell: Cell, answering: Sequence[Cell]) -> bool:
        answers = {str(one.backend.without_speed_options()) for one in answering}
        own = str(cell.backend.without_speed_options())
        reference = str(self._plan.reference.without_speed_options())
        if own in self._outputs:
            return False
        if own == reference:
            return any(not self._recorder.parity_of(one) for one in answers - {reference})
        return self._recorder.parity_of(own) is None and reference in self._outputs

    def _fits(self, cell: Cell) -> bool:
        seconds = max((run.get("wall_seconds", 0.0) for run in self._recorder.runs(cell)), default=0.0)
        if self._budget.allows(seconds):
            return True
        what = f"parity and stages of {cell.backend}"
        reason = self._budget.explain(seconds)
        self._report(f"{what}: left out: {reason}")
        self._recorder.leave_out(what, reason)
        return False

    def _ask(self, cell: Cell, wants: tuple[Want, ...]) -> None:
        inside = cell.backend.inside
        where = f"[{self._budget.spent:.0f} s] {' and '.join(wants)}, {inside}"
        job = self._plan.sample_job(
            Cell(inside, cell.batch_size), self._plan.settings.parity_images or 1 << 30
        )
        self._report(f"{where}: on {len(job.files)} images")
        try:
            found = cell_runner.inspect(job.to(wants=wants), lambda line: self._report(f"{where}: {line}"))
        except VitscaleError as error:
            self._report(f"{where}: failed: {error}")
            return
        if found.stages:
            self._recorder.results.setdefault("stages", []).append(found.stages)
        if found.outputs:
            self._compare(cell.backend.without_speed_options(), found.outputs)

    def _compare(self, backend: BackendSpec, outputs: Outputs) -> None:
        self._outputs[str(backend)] = outputs
        reference = str(self._plan.reference.without_speed_options())
        if str(backend) != reference:
            row = compare(str(backend), outputs, reference, self._outputs[reference])
            row["timed_images"] = len(self._plan.images.files)
            row["asked_images"] = self._plan.asked(self._plan.settings.parity_images)
            self._recorder.results["parity"].append(row)


def compare_backends(plan: Plan, report: Progress) -> list[Parity]:
    """Compare all pairs of a plan's backends, without timing them.

    A backend that fails is reported as progress and has no row. Each row has the number of images requested
    and the files that the listing ignored.
    """
    found = {}
    for backend in distinct(plan.backends):
        job = plan.sample_job(Cell(backend, PARITY_BATCH_SIZE), plan.settings.parity_images)
        report(f"{backend}: classifying {len(job.files)} images")
        try:
            answer = cell_runner.inspect(job.to(wants=("outputs",)), _prefixed(report, str(backend)))
        except VitscaleError as error:
            report(f"{backend}: failed: {error}")
            continue
        if answer.outputs:
            found[str(backend)] = answer.outputs
            _report_missing(str(backend), job.files, answer.outputs, report)
    rows = compare_pairs(found)
    for row in rows:
        row["asked_images"] = plan.asked(plan.settings.parity_images)
        row["ignored"] = plan.images.ignored.to_json()
    return rows


def refuse_incomplete(rows: Sequence[Parity], backends: int = 0) -> None:
    """Raise an error if fewer images or backends were compared than requested.

    Parameters
    ----------
    rows : sequence of Parity
        The comparison.
    backends : int
        Number of backends that had to be compared, each with every other.

    Raises
    ------
    ParityError
        If pairs or images are missing.
    """
    wanted = backends * (backends - 1) // 2
    if len(rows) < wanted:
        raise ParityError(
            f"Only {len(rows)} of {wanted} pairs of backends were compared, because a backend failed. The "
            "lines above have the reason."
        )
    for row in rows:
        asked = row.get("asked_images", row["images"])
        if row["images"] < asked:
            raise ParityError(
                f"{row['backend']} and {row['reference']} were compared on {row['images']} of {asked} "
                "images. The lines above name the others; remove or repair them, or compare without them."
            )


def _report_missing(backend: str, files: Sequence[str], outputs: Outputs, report: Progress) -> None:
    missing = sorted(set(files) - set(outputs.files))
    if missing:
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        report(f"{backend}: no result for {', '.join(missing[:_MOST_NAMED])}{more}")


def _prefixed(report: Progress, prefix: str) -> Progress:
    return lambda line: report(f"{prefix}: {line}")
