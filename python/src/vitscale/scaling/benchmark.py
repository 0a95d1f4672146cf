"""The job on one executor against two, in turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from vitscale.bench import schedule
from vitscale.bench.schema import Interval
from vitscale.bench.stats import interval
from vitscale.cluster import Layout, local_cluster
from vitscale.scaling.job_run import JobRun, run_job

LEAST_EFFICIENCY = 0.95
EXECUTORS = (1, 2)


@dataclass(frozen=True)
class Efficiency:
    """What two executors give of twice the speed of one.

    Attributes
    ----------
    median : float
        Over rounds; each compares its own two runs.
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
        """Return it for the rounds' values."""
        return Efficiency(median(values), interval(values), list(values))


def run_rounds(
    options: Sequence[str], count: int, seed: int, report: Callable[[str], None], memory: str
) -> list[tuple[JobRun, JobRun]]:
    """Run the job on one and on two executors of a local cluster, the two in random order in each round.

    Each executor has a processor of its own and no other: an executor that borrows the second one's for
    reading, compiling and collecting garbage would be compared with two that cannot.

    Parameters
    ----------
    options : sequence of str
        Of ``vitscale classify``: images, model, precision.
    count : int
        Rounds.
    seed : int
        Of the order.
    report : callable
        Told each line of progress.
    memory : str
        Heap of an executor, in Spark's notation.

    Returns
    -------
    list of tuple of JobRun
        For each round the run on one executor and that on two.
    """
    pairs = []
    with local_cluster(Layout(workers=max(EXECUTORS), memory=memory, is_pinned=True)) as cluster:
        # A pass that does not count: it fills the caches of files and of the optimised graph.
        run_job(cluster, max(EXECUTORS), options, lambda line: report(f"warm-up: {line}"))
        for number, order in enumerate(schedule.rounds(EXECUTORS, count, seed), start=1):
            runs: dict[int, JobRun] = {}
            for executors in order:
                where = f"round {number} of {count}, {executors} executors"
                runs[executors] = run_job(
                    cluster,
                    executors,
                    options,
                    lambda line, where=where: report(f"{where}: {line}"),  # type: ignore[misc]
                    [f"spark.executor.memory={memory}"],
                )
                report(f"{where}: {runs[executors].rate:.2f} images/s")
            pairs.append((runs[1], runs[2]))
    return pairs


def efficiencies(pairs: Sequence[tuple[JobRun, JobRun]]) -> dict[str, Efficiency]:
    """Return the efficiency of three things.

    Returns
    -------
    dict of str to Efficiency
        ``job``: from the first task to the last commit; ``command``: with everything before and after;
        ``cores``: of the executors' own work alone, which shows what the cores of this machine take from each
        other, whatever software runs on them.
    """
    return {
        "job": Efficiency.of([two.rate / (2 * one.rate) for one, two in pairs]),
        "command": Efficiency.of([one.wall_seconds / (2 * two.wall_seconds) for one, two in pairs]),
        "cores": Efficiency.of(
            [(one.task_seconds / one.images) / (two.task_seconds / two.images) for one, two in pairs]
        ),
    }
