"""The scaling benchmark: the job on one and two executors, and the engine in one and two processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from vitscale.bench import schedule
from vitscale.bench.budget import UNLIMITED, Budget
from vitscale.cluster import Cluster, Layout, local_cluster
from vitscale.images.image_set import ImageFolder
from vitscale.models.folder import ModelFolder
from vitscale.results.schema import Interval
from vitscale.results.stats import interval
from vitscale.scaling.control import EngineRun, run_engine
from vitscale.scaling.job_run import JobRun, run_job
from vitscale.scaling.simulation import task_sizes

LEAST_EFFICIENCY = 0.95
PROCESSORS = (1, 2)
"""Numbers of executors, and of processes of the control; each has its own CPU core."""

_Run = tuple[str, int]
_RUNS: list[_Run] = [(what, processors) for what in ("job", "engine") for processors in PROCESSORS]


@dataclass(frozen=True)
class Round:
    """The four runs that are compared with each other.

    Attributes
    ----------
    one, two : JobRun
        The job on one and on two executors.
    engine_one, engine_two : EngineRun
        The engine without Spark in one and in two processes.
    """

    one: JobRun
    two: JobRun
    engine_one: EngineRun
    engine_two: EngineRun

    @property
    def job(self) -> float:
        """Parallel efficiency: the speed of two executors as a share of twice that of one."""
        return self.two.rate / (2 * self.one.rate)

    @property
    def control(self) -> float:
        """Parallel efficiency of two processes without Spark."""
        return self.engine_two.rate / (2 * self.engine_one.rate)

    def to_json(self) -> dict[str, Any]:
        """Return it in the form of the results file."""
        return asdict(self)

    @staticmethod
    def of(document: dict[str, dict[str, Any]]) -> Round:
        """Return the round of the result of :meth:`to_json`."""
        return Round(
            one=JobRun(**document["one"]),
            two=JobRun(**document["two"]),
            engine_one=EngineRun(**document["engine_one"]),
            engine_two=EngineRun(**document["engine_two"]),
        )


@dataclass(frozen=True)
class Efficiency:
    """An efficiency over rounds: a speed as a share of its ideal.

    Attributes
    ----------
    median : float
        Median over rounds; each round compares its own runs.
    ci : Interval or None
        95 % bootstrap interval of the median; None with fewer than three rounds.
    rounds : list of float
        Raw values.
    """

    median: float
    ci: Interval | None
    rounds: list[float]

    @staticmethod
    def of(values: Sequence[float]) -> Efficiency:
        """Return the efficiency of the rounds' values."""
        return Efficiency(median(values), interval(values), list(values))


@dataclass(frozen=True)
class Setup:
    """Input of every round.

    Attributes
    ----------
    images : ImageFolder
        Images that can all be decoded.
    model : ModelFolder
        The model with its precision.
    memory : str
        Heap of an executor, and of a process of the control, in Spark's notation.
    """

    images: ImageFolder
    model: ModelFolder
    memory: str

    @property
    def options(self) -> list[str]:
        """The options of ``vitscale classify``."""
        is_folder = self.images.is_whole and not self.images.problems
        places = [self.images.root] if is_folder else self.images.paths
        images = [part for place in places for part in ("--images", str(place))]
        return [*images, "--model", str(self.model.path.resolve()), "--precision", self.model.precision]


def run_rounds(
    setup: Setup, count: int, seed: int, report: Callable[[str], None], budget: Budget = UNLIMITED
) -> Iterator[Round]:
    """Run the job and the control on one and on two CPU cores, the four in random order in each round.

    Each executor is pinned to its own core. Otherwise a single executor would use the idle second core for
    reading, compiling and collecting garbage, which two executors cannot.

    Parameters
    ----------
    setup : Setup
        Input of the rounds.
    count : int
        Number of rounds.
    seed : int
        Seed of the order.
    report : callable
        Receives each line of progress.
    budget : Budget
        Time limit: after the first round, no round starts that would exceed it.

    Yields
    ------
    Round
        Each round when it has ended, as many as the budget allows.
    """
    with local_cluster(Layout(workers=max(PROCESSORS), memory=setup.memory, is_pinned=True)) as cluster:
        runner = _Runner(setup, cluster)
        runner.warm_up(report)
        seconds = 0.0
        for number, order in enumerate(schedule.rounds(_RUNS, count, seed), start=1):
            if number > 1 and not budget.allows(seconds):
                report(f"rounds {number} to {count}: left out: {budget.explain(seconds)}")
                break
            begun = budget.spent
            found = runner.round(order, report, f"round {number} of {count}")
            seconds = budget.spent - begun
            yield found


class _Runner:
    """Runs the job on a cluster, and the engine without Spark on the same images in the same chunks."""

    def __init__(self, setup: Setup, cluster: Cluster) -> None:
        self._setup = setup
        self._cluster = cluster
        self._seconds_per_image = 1.0  # until the first run has measured it

    def warm_up(self, report: Callable[[str], None]) -> None:
        """Run the job once without counting it, to fill the caches of files and of the optimised graph."""
        run = self._job(max(PROCESSORS), report, "warm-up")
        self._seconds_per_image = run.task_seconds / run.images

    def round(self, order: Sequence[_Run], report: Callable[[str], None], where: str) -> Round:
        found: dict[_Run, Any] = {}
        for run in order:
            what, processors = run
            here = f"{where}, {what} on {processors} of {max(PROCESSORS)} cores"
            found[run] = self._job(processors, report, here) if what == "job" else self._engine(processors)
            report(f"{here}: {found[run].rate:.2f} images/s")
        return Round(*(found[run] for run in _RUNS))

    def _job(self, executors: int, report: Callable[[str], None], where: str) -> JobRun:
        memory = [f"spark.executor.memory={self._setup.memory}"]
        options = self._setup.options
        return run_job(self._cluster, executors, options, lambda line: report(f"{where}: {line}"), memory)

    def _engine(self, processes: int) -> EngineRun:
        images = self._setup.images
        chunks = task_sizes(len(images.files), processes, self._seconds_per_image)
        return run_engine(processes, images, self._setup.model, self._setup.memory, chunks)


def efficiencies(rounds: Sequence[Round]) -> dict[str, Efficiency]:
    """Return the efficiencies of all rounds.

    Returns
    -------
    dict of str to Efficiency
        Parallel efficiency of two executors: ``job``, from the first task to the last commit; ``command``,
        with everything before and after; ``cores``, of the executors' own work alone. ``control``: parallel
        efficiency of two processes of the engine without Spark, the limit of the machine. ``job_to_control``:
        the job's efficiency as a share of the control's. ``job_to_engine``: speed of the job on one executor
        as a share of the engine alone in one process.
    """
    values = {
        "job": [one.job for one in rounds],
        "command": [one.one.wall_seconds / (2 * one.two.wall_seconds) for one in rounds],
        "cores": [
            (one.one.task_seconds / one.one.images) / (one.two.task_seconds / one.two.images)
            for one in rounds
        ],
        "control": [one.control for one in rounds],
        "job_to_control": [one.job / one.control for one in rounds],
        "job_to_engine": [one.one.rate / one.engine_one.rate for one in rounds],
    }
    return {name: Efficiency.of(each) for name, each in values.items()}
