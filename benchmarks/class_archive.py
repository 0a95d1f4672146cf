"""What a class archive saves: `vitscale classify` with and without it, in turns.

Run it with `make bench-class-archive`. Processor seconds vary little when other processes run; wall seconds
need a machine where nothing else runs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from vitscale.bench.environment import environment

WITHOUT = {"JDK_JAVA_OPTIONS": "-Xshare:auto"}
"""Java's default, by the user's choice: only the base archive of Java itself, where it has one."""
Times = dict[str, float]


def main() -> None:
    """Measure in pairs, print them and their medians, and write all values."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True, help="folder of images")
    parser.add_argument("--model", type=Path, required=True, help="model folder")
    parser.add_argument("--limit", type=int, default=8, help="number of images")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--output", type=Path, default=Path("results/class-archive.json"))
    given = parser.parse_args()
    pairs = []
    for number in range(given.pairs):
        order = [("without", WITHOUT), ("with", {})]
        pair = {name: _time(given, variables) for name, variables in order[:: 1 if number % 2 else -1]}
        pairs.append(pair)
        print(f"pair {number + 1}: {_text(pair)}", file=sys.stderr)
    median = {
        name: {key: statistics.median(pair[name][key] for pair in pairs) for key in ("wall", "cpu")}
        for name in ("without", "with")
    }
    print(f"median: {_text(median)}")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    content = {"limit": given.limit, "environment": environment(), "seconds": pairs}
    given.output.write_text(json.dumps(content, indent=1) + "\n")


def _time(given: argparse.Namespace, variables: dict[str, str]) -> Times:
    """Return wall and processor seconds of one job, children included."""
    vitscale = Path(sys.executable).with_name("vitscale")
    with tempfile.TemporaryDirectory() as folder:
        command = [vitscale, "classify", given.images, "--model", given.model, "--output", f"{folder}/out"]
        begin = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--limit", str(given.limit)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **variables},
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
    if status:
        raise SystemExit(
            f"{' '.join(map(str, command))} failed: exit status {os.waitstatus_to_exitcode(status)}"
        )
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime}


def _text(seconds: dict[str, Times]) -> str:
    return ", ".join(
        f"{name} {seconds[name]['wall']:.1f} s wall and {seconds[name]['cpu']:.1f} s of processor time"
        for name in ("without", "with")
    )


if __name__ == "__main__":
    main()
