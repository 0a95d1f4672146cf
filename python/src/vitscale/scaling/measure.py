"""The whole scaling benchmark: microbenchmarks, rounds, results file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from vitscale.bench.budget import UNLIMITED, Budget
from vitscale.bench.interrupted import Interrupted
from vitscale.scaling.benchmark import Round, Setup, run_rounds
from vitscale.scaling.microbenchmarks import run_probes
from vitscale.scaling.results import Document, document, write


def measure(
    setup: Setup,
    command: Sequence[str],
    output: Path,
    report: Callable[[str], None],
    *,
    rounds: int,
    listed_files: int,
    seed: int = 0,
    budget: Budget = UNLIMITED,
) -> Document:
    """Measure, and write the results after each round, so that an interruption loses none.

    Parameters
    ----------
    setup : Setup
        Input of each round.
    command : sequence of str
        Command line, stored in the results.
    output : Path
        Results file.
    report : callable
        Receives each line of progress.
    rounds : int
        Number of rounds, if the budget allows them.
    listed_files : int
        Number of small files to list.
    seed : int
        Seed of the order.
    budget : Budget
        Wall-clock time limit.

    Raises
    ------
    Interrupted
        After Ctrl-C, with the number of rounds in the results file.
    """
    done: list[Round] = []
    try:
        probes = run_probes(setup.images, setup.model.path, listed_files, report)
        for found in run_rounds(setup, rounds, seed, report, budget):
            measured = document(command, setup, [*done, found], probes)
            write(measured, output)
            done.append(found)
    except KeyboardInterrupt:
        raise Interrupted(len(done)) from None
    return measured
