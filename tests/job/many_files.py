"""Classifies 400,000 files with a small fixed heap, and tells what each file more costs in memory.

``make many-files`` does it. The driver is the executor too. Exit status: 0 if resident memory grows by no
more than the documented bytes a file from a quarter of the files to all of them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from vitscale.bench.environment import environment
from vitscale.system.atomic_write import check_writable, write_atomically

from tests.job.corpus import encoded
from tests.job.jobs import VisibleRows, assert_balanced, finish, start
from tests.job.resident import CONFIDENCE, MIB, Sampler, slope

PICTURES = 16
DOCUMENTED_BYTES = 64
"""The most that the driver keeps of a file that is done, see docs/explanation/reliability.md."""
SETTLED = 0.25
QUARTERS = (0.25, 0.5, 0.75, 1.0)
NEAR = 0.04


def main(
    files: Annotated[int, typer.Option(min=1000, help="How many.")] = 400_000,
    memory: Annotated[str, typer.Option(help="Heap.")] = "512m",
    output: Annotated[Path, typer.Option("--output", "-o", help="JSON.")] = Path("results/many-files.json"),
) -> None:
    """Make the files, run the job over them, and write what was found."""
    check_writable(output)
    with tempfile.TemporaryDirectory(prefix="vitscale-many-files-") as name:
        result = classify_many(Path(name), files, memory)
    write_atomically(output, json.dumps(result, indent=1).encode())
    print(summary(result), f"samples: {output}", sep="\n", file=sys.stderr)
    raise typer.Exit(0 if result["is_constant"] else 1)


def classify_many(folder: Path, files: int, memory: str) -> dict[str, Any]:
    """Return resident memory by the number of files done, and its slope over the last three quarters."""
    images, out = folder / "images", folder / "out"
    write_images(images, files)
    job = start(images, out, "--memory", memory, "--commit-seconds", 1, stderr=None)
    sampler = Sampler(job.pid, position=VisibleRows(out).count, every=0.1)
    sampler.start()
    done = finish(job)
    samples = sampler.stop()
    ledger = assert_balanced(done, out)
    assert (done.exit_code, ledger["predicted"]) == (0, files), ledger
    settled = [(rows, rss) for rows, rss in samples if rows >= SETTLED * files]
    found = slope(settled)
    growth = found.value * MIB
    return {
        "files": files,
        "heap": memory,
        "images_per_sec": ledger["this_run"]["images_per_sec"],
        "resident_mib": {f"{share:.0%}": near(samples, share * files, NEAR * files) for share in QUARTERS},
        "peak_mib": max(rss for _, rss in samples),
        "bytes_a_file": growth,
        "bytes_a_file_ci": {"low": found.low * MIB, "high": found.high * MIB, "confidence": CONFIDENCE},
        "documented_bytes_a_file": DOCUMENTED_BYTES,
        "is_constant": found.low * MIB <= DOCUMENTED_BYTES,
        "ledger": ledger,
        "environment": environment(),
        "samples": [{"files": rows, "resident_mib": rss} for rows, rss in samples],
    }


def write_images(folder: Path, files: int) -> None:
    """Give a few small pictures many names, a thousand in a folder."""
    for seed in range(PICTURES):
        picture = folder / f"{seed % PICTURES}.jpg"
        folder.mkdir(exist_ok=True)
        picture.write_bytes(encoded(seed, "JPEG", (64, 64)))
    for number in range(PICTURES, files):
        file = folder / f"{number // 1000:04}" / f"{number:07}.jpg"
        file.parent.mkdir(exist_ok=True)
        file.hardlink_to(folder / f"{number % PICTURES}.jpg")


def near(samples: list[tuple[float, float]], rows: float, reach: float) -> float:
    """Return the median resident memory while about so many files were done."""
    return median(rss for at, rss in samples if abs(at - rows) <= reach)


def summary(result: dict[str, Any]) -> str:
    """Return the result in a few words."""
    at = ", ".join(f"{share} {mib:.0f}" for share, mib in result["resident_mib"].items())
    ends = result["bytes_a_file_ci"]
    return (
        f"{result['files']} files with a heap of {result['heap']}, {result['images_per_sec']:.0f} a second: "
        f"resident MiB when done {at}; peak {result['peak_mib']:.0f}; {result['bytes_a_file']:+.0f} bytes a "
        f"file (95 % interval {ends['low']:+.0f} to {ends['high']:+.0f})"
    )


if __name__ == "__main__":
    typer.run(main)
