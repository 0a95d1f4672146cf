"""The whole scaling benchmark: probes, rounds, results file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from vitscale.bench.budget import UNLIMITED, Budget
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
    """Measure and write results, after each round again: what was measured outlives an interruption.

    Parameters
    ----------
    setup : Setup
        What is run in each round.
    command : sequence of str
        The command line, kept in the results.
    output : Path
        Results file.
    report : callable
        Told each line of progress.
    rounds : int
        Rounds, where the budget allows them.
    listed_files : int
        Small files to list.
    seed : int
        Of the order.
    budget : Budget
        Wall-clock time.
    """
    probes = run_probes(setup.images, setup.model.path, listed_files, report)
    done: list[Round] = []
    for found in run_rounds(setup, rounds, seed, report, budget):
        done.append(found)
        measured = document(command, setup, done, probes)
        write(measured, output)
    return measured
