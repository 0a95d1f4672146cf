"""The plan of a benchmark, checked before any long work starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from vitscale.backends import parsing
from vitscale.backends.prerequisites import refuse_without_gpu
from vitscale.backends.registry import definition_of
from vitscale.backends.sets import expand
from vitscale.backends.spec import BackendSpec
from vitscale.bench.worker_request import WorkerRequest
from vitscale.errors import UsageError
from vitscale.hub import model_folder_with
from vitscale.images.image_set import FailedImage, ImageFolder, find_named_images, undecodable
from vitscale.models.folder import ModelFolder
from vitscale.results import schema
from vitscale.system.atomic_write import check_writable


@dataclass(frozen=True)
class Settings:
    """Settings of the measurement.

    Attributes
    ----------
    forks : int
        Fresh processes of each backend at its best batch size. With 1 there is only the sweep.
    iterations : int
        Smallest number of measured iterations over all images in each process.
    warmup_images : int
        Images of the warm-up.
    min_seconds : float
        Shortest measurement in each process, in seconds.
    budget_seconds : float or None
        Wall-clock limit of the whole benchmark, in seconds.
    seed : int
        Seed of the random order.
    scenario : str
        ``"offline"``: all images at once; ``"single-stream"``: one after another, each timed.
    parity_images : int
        Largest number of images for the comparison; 0 skips it.
    stage_images : int
        Largest number of images for the stages; 0 skips them.
    keeps_rounds : bool
        Whether a short budget reduces the images, never the rounds that an interval needs.
    """

    forks: int = 1
    iterations: int = 2
    warmup_images: int = 16
    min_seconds: float = 0.0
    budget_seconds: float | None = None
    seed: int = 0
    scenario: schema.Scenario = "offline"
    parity_images: int = 512
    stage_images: int = 16
    keeps_rounds: bool = False

    @property
    def may_reduce_images(self) -> bool:
        """Whether the budget decides how many images are measured."""
        return self.keeps_rounds and self.forks > 1 and self.budget_seconds is not None

    def as_results(self) -> schema.Settings:
        """Return the settings that the results schema has; the others are elsewhere in the results."""
        told = asdict(self)
        return {key: told[key] for key in schema.Settings.__annotations__}  # type: ignore[return-value]


@dataclass(frozen=True)
class Cell:
    """A backend at a batch size; ``is_control`` marks the reference that is compared with itself."""

    backend: BackendSpec
    batch_size: int
    is_control: bool = False

    def __str__(self) -> str:
        """Return the cell's name for people."""
        control = " (control)" if self.is_control else ""
        return f"{self.backend}, batch size {self.batch_size}{control}"


@dataclass(frozen=True)
class Plan:
    """A checked benchmark that can start.

    Attributes
    ----------
    model : ModelFolder
        The model.
    images : ImageFolder
        All images of the workload, and the files that could not be listed.
    undecodable : tuple of FailedImage
        Images that Pillow cannot decode.
    backends : tuple of BackendSpec
        Backends to compare; the first is the reference.
    batch_sizes : tuple of int
        Batch sizes to try for each backend, ascending.
    settings : Settings
        Settings of the measurement.
    output : Path
        Results file.
    best : mapping of str to int, optional
        Best batch size of each backend if an earlier sweep found it; then this plan has no sweep.
    """

    model: ModelFolder
    images: ImageFolder
    undecodable: tuple[FailedImage, ...]
    backends: tuple[BackendSpec, ...]
    batch_sizes: tuple[int, ...]
    settings: Settings
    output: Path
    best: Mapping[str, int] | None = None

    @property
    def reference(self) -> BackendSpec:
        """The backend that all others are compared with."""
        return self.backends[0]

    @property
    def all_batch_sizes(self) -> tuple[int, ...]:
        """Every batch size of a cell, ascending: those to try, and those found earlier."""
        return tuple(sorted({*self.batch_sizes, *(self.best or {}).values()}))

    def model_of(self, backend: BackendSpec) -> ModelFolder:
        """Return the model folder in the precision that a backend runs."""
        return ModelFolder.open_for(self.model.path, backend.precision, backend.runtime)

    def job(self, cell: Cell) -> WorkerRequest:
        """Return the job that measures one cell."""
        return WorkerRequest(
            wants=("run",),
            backend=str(cell.backend),
            model=str(self.model.path),
            batch_size=cell.batch_size,
            root=str(self.images.root),
            files=self.images.files,
            is_whole=self.images.is_whole,
            undecodable=self.undecodable,
            problems=self.images.problems,
            is_searched=self.images.is_searched,
            warmup_images=self.settings.warmup_images,
            iterations=self.settings.iterations,
            min_seconds=self.settings.min_seconds,
            scenario=self.settings.scenario,
            stage_images=self.settings.stage_images,
        )

    def sample_job(self, cell: Cell, count: int) -> WorkerRequest:
        """Return a job on the first ``count`` images that can be decoded."""
        sample = self.images.without(self.undecodable).take(count)
        return self.job(cell).to(files=sample.files, is_whole=sample.is_whole, undecodable=(), problems=())

    def asked(self, count: int) -> int:
        """Return the number of images to compare, failed ones included, at most ``count``."""
        return min(count, len(self.images.files) + len(self.images.problems))


def make_plan(
    *,
    images: Path | Sequence[str | Path],
    model: str | Path,
    backends: Sequence[str],
    batch_sizes: Sequence[int],
    output: Path,
    settings: Settings,
    limit: int | None = None,
    on_gpu: bool = False,
    all_files: bool = False,
    say: Callable[[str], None] | None = None,
) -> Plan:
    """Check every argument, and return the plan.

    ``images`` is a folder, or files, folders and patterns. ``model`` is a folder, or a name on the hub, for
    which ``say`` receives the progress. ``on_gpu`` moves every backend that supports it to a GPU.

    Raises
    ------
    UsageError, ModelError, JavaError, GpuError, OutputError
        If an argument is wrong; the message has the next step.
    """
    named = [parsing.on_gpu(one) if on_gpu else one for one in map(parsing.parse, expand(backends))]
    chosen = tuple({str(one): one for one in named}.values())
    if not chosen:
        raise UsageError("No backend given. Give at least one --backend.")
    _check_batch_sizes(batch_sizes, settings.scenario)
    refuse_without_gpu(chosen)
    graphs = {(backend.precision, backend.runtime) for backend in chosen}
    place = Path(model_folder_with(str(model), graphs, say=say))
    folder = ModelFolder.open(place)
    for precision, runtime in graphs:
        ModelFolder.open_for(place, precision, runtime)
    names = [images] if isinstance(images, Path) else images
    found = find_named_images(names, limit, all_files=all_files)
    check_writable(output)
    for backend in chosen:
        definition_of(backend).check_installed(backend, folder)
    bad = tuple(undecodable(found))
    if len(bad) == len(found.files):
        raise UsageError(
            f"None of the {len(bad)} images in {found.root} can be decoded. First error: {bad[0].reason}"
        )
    return Plan(folder, found, bad, chosen, tuple(sorted(set(batch_sizes))), settings, output)


def _check_batch_sizes(batch_sizes: Sequence[int], scenario: schema.Scenario) -> None:
    if any(size < 1 for size in batch_sizes) or not batch_sizes:
        raise UsageError(f"Batch sizes are {list(batch_sizes)}; expected whole numbers of at least 1.")
    if scenario == "single-stream" and set(batch_sizes) != {1}:
        raise UsageError(
            f"Batch sizes are {list(batch_sizes)}; single-stream classifies one image at a time: give 1."
        )
