"""Plans a benchmark, checks all that can be checked beforehand, and runs it cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vitscale import parity
from vitscale._version import __version__
from vitscale.backends import spec as specs
from vitscale.backends.spec import BackendSpec
from vitscale.bench import cells
from vitscale.bench.environment import environment
from vitscale.bench.job import Job
from vitscale.bench.results import SCHEMA_VERSION, write_results
from vitscale.bench.schema import Parity
from vitscale.errors import UsageError, VitscaleError
from vitscale.files import check_writable
from vitscale.images import FailedImage, ImageFolder, find_images, undecodable
from vitscale.jar import jar_path
from vitscale.java import find_java
from vitscale.models.folder import ModelFolder

Report = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """A benchmark that was checked and can start.

    Attributes
    ----------
    model : ModelFolder
        The model.
    images : ImageFolder
        All images of the workload.
    undecodable : tuple of FailedImage
        Those of them that Pillow cannot decode.
    backends : tuple of BackendSpec
        What is compared.
    batch_sizes : tuple of int
        Tried for each backend.
    iterations, warmup_images, parity_images : int
        Measured passes over all images; images of the pass before them; images to compare backends on.
    output : Path
        Results file.
    """

    model: ModelFolder
    images: ImageFolder
    undecodable: tuple[FailedImage, ...]
    backends: tuple[BackendSpec, ...]
    batch_sizes: tuple[int, ...]
    iterations: int
    warmup_images: int
    parity_images: int
    output: Path

    def jobs(self) -> list[Job]:
        """Return every cell; the backends take turns, so that a drift of the machine hits all of them."""
        return [self.job(backend, size) for size in self.batch_sizes for backend in self.backends]

    def job(self, backend: BackendSpec, batch_size: int) -> Job:
        """Return the job of one cell."""
        return Job(
            task="benchmark",
            backend=str(backend),
            model=str(self.model.path),
            batch_size=batch_size,
            root=str(self.images.root),
            files=self.images.files,
            is_whole=self.images.is_whole,
            undecodable=self.undecodable,
            warmup_images=self.warmup_images,
            iterations=self.iterations,
        )


def make_plan(
    *,
    images: Path,
    model: Path,
    backends: Sequence[str],
    batch_sizes: Sequence[int],
    output: Path,
    iterations: int = 2,
    warmup_images: int = 16,
    parity_images: int = 16,
    limit: int | None = None,
) -> Plan:
    """Check every argument, before any long work starts.

    Raises
    ------
    UsageError, ModelError, JavaError, OutputError
        Whatever is wrong, with the next step.
    """
    parsed = tuple(dict.fromkeys(backends))
    chosen = tuple(specs.parse(one) for one in parsed)
    if any(size < 1 for size in batch_sizes) or not batch_sizes:
        raise UsageError(f"Batch sizes are {list(batch_sizes)}; each must be at least 1.")
    folder = ModelFolder.open(model)
    for backend in chosen:
        ModelFolder.open(model, str(backend.options.get("precision", "fp32")))
    found = find_images(images, limit)
    check_writable(output)
    bad = tuple(undecodable(found))
    if len(bad) == len(found.files):
        raise UsageError(
            f"None of the {len(bad)} images in {images} can be decoded; the first: {bad[0].reason}"
        )
    plan = Plan(
        model=folder,
        images=found,
        undecodable=bad,
        backends=chosen,
        batch_sizes=tuple(dict.fromkeys(batch_sizes)),
        iterations=iterations,
        warmup_images=warmup_images,
        parity_images=parity_images,
        output=output,
    )
    if any(cells.needs_java(job) for job in plan.jobs()):
        find_java()
        jar_path()
    return plan


def run_plan(plan: Plan, command: Sequence[str], report: Report) -> dict[str, Any]:
    """Run every cell and the comparison; results are written after each.

    Parameters
    ----------
    plan : Plan
        What to run.
    command : sequence of str
        The command line, kept in the results.
    report : callable
        Told each line of progress.

    Returns
    -------
    dict
        The results, as the schema has them.
    """
    results = _empty_results(plan, command)
    jobs = plan.jobs()
    for number, job in enumerate(jobs, start=1):
        where = f"[{number}/{len(jobs)}] {job.backend}, batch size {job.batch_size}"
        row = cells.measure(job, _prefixed(report, where))
        if row["error"]:
            report(f"{where}: failed: {row['error']['message']}")
        results["benchmarks"].append(row)
        write_results(results, plan.output)
    if plan.parity_images:
        results["parity"] = compare_backends(plan, report)
        write_results(results, plan.output)
    return results


def compare_backends(plan: Plan, report: Report, all_pairs: bool = False) -> list[Parity]:
    """Return parity rows: of each backend with the first, or of all pairs.

    A backend that fails here is said in a line of progress and has no row.
    """
    found = {}
    for backend in parity.distinct(plan.backends):
        job = plan.job(backend, batch_size=8)
        sample = job.decodable.take(plan.parity_images)
        report(f"parity, {backend}: comparing on {len(sample.files)} images")
        job = job.to(files=sample.files, is_whole=sample.is_whole, undecodable=())
        try:
            found[str(backend)] = cells.outputs(job, _prefixed(report, f"parity, {backend}"))
        except VitscaleError as error:
            report(f"parity, {backend}: failed: {error}")
    return parity.compare_all(found, all_pairs)


def _prefixed(report: Report, prefix: str) -> Report:
    return lambda line: report(f"{prefix}: {line}")


def _empty_results(plan: Plan, command: Sequence[str]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "vitscale_version": __version__,
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": list(command),
        "environment": environment(),
        "workload": {
            "scenario": "offline",
            "model": {
                "name": plan.model.name,
                "path": str(plan.model.path),
                "weights": plan.model.weights,
                "num_labels": plan.model.num_labels,
                "image_height": plan.model.image_height,
                "image_width": plan.model.image_width,
                "onnx_sha256": plan.model.onnx_sha256,
            },
            "images": {
                "path": str(plan.images.root),
                "files": len(plan.images.files),
                "bytes": plan.images.total_bytes,
            },
        },
        "benchmarks": [],
        "parity": [],
    }
