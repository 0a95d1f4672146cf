"""Where the time of oneDNN's forward pass goes, and how near its products come to the processor's limit.

Run it with `make bench-products`. Let nothing else run meanwhile. oneDNN itself reports the time of each step
(`ONEDNN_VERBOSE=profile_exec`), so every step has the time of one core.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from vitscale.bench.environment import environment
from vitscale.jvm.launch import launch

PRECISIONS = ("fp32", "bf16", "int8")


class Step(NamedTuple):
    """One kind of step: those with the same operation on tensors of the same shapes."""

    operation: str
    implementation: str
    attributes: str
    problem: str


def main() -> None:
    """Measure each precision and write all steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True, help="folder of photos")
    parser.add_argument("--model", type=Path, required=True, help="model folder, with scales for int8")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--iterations", type=int, default=3)
    parser.add_argument(
        "--clock-ghz", type=float, help="clock of a busy core, as `perf stat` or `turbostat` shows it"
    )
    parser.add_argument("--output", type=Path, default=Path("results/products.json"))
    given = parser.parse_args()
    precisions = {precision: _steps(given, precision) for precision in PRECISIONS}
    about = {"batch_size": given.batch_size, "clock_ghz": given.clock_ghz, "environment": environment()}
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps({**about, "precisions": precisions}, indent=1) + "\n")


def _steps(given: argparse.Namespace, precision: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        arguments = [
            *("--backend", "forward", "--runtime", "onednn", "--precision", precision),
            *("--images", str(given.images), "--model", str(given.model)),
            *("--batch-size", str(given.batch_size), "--iterations", str(given.iterations)),
            *("--output", f"{folder}/results.json"),
        ]
        jvm = launch("vitscale.bench.BenchmarkMain", arguments)
        process = subprocess.run(
            jvm.command,
            env={**os.environ, **jvm.environment, "ONEDNN_VERBOSE": "profile_exec"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    steps = steps_of(process.stdout.splitlines())
    total = sum(step["milliseconds"] for step in steps)
    print(f"{precision}: {total:,.0f} ms in {len(steps)} kinds of steps", file=sys.stderr)
    return steps


def steps_of(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Return the steps that oneDNN's lines report, the longest first.

    A line has these fields, separated by commas: ``onednn_verbose``, version of the format, ``primitive``,
    ``exec``, engine, operation, implementation, propagation, tensors, attributes, auxiliary, problem,
    milliseconds. Source: oneDNN's developer guide, "Verbose Mode". Steps that copy patches, and those that
    pack weights once, are among them.
    """
    times: dict[Step, list[float]] = defaultdict(list)
    for line in lines:
        fields = line.strip().split(",")
        if fields[0] == "onednn_verbose" and fields[2:4] == ["primitive", "exec"]:
            *_, operation, implementation, _, _, attributes, _, problem, milliseconds = fields
            times[Step(operation, implementation, attributes, problem)].append(float(milliseconds))
    found = [
        {**step._asdict(), "count": len(each), "milliseconds": round(math.fsum(each), 3)}
        for step, each in times.items()
    ]
    return sorted(found, key=lambda step: -float(step["milliseconds"]))


if __name__ == "__main__":
    main()
