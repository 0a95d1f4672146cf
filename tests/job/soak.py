"""Runs ``vitscale classify --watch`` for long while files keep arriving, and tells whether its memory grows.

``make soak`` does it for an hour. The driver is the executor too. Its heap is small and all of it resident
from the start: what leaks inside of it ends the run, and what makes resident memory grow is outside of it. (A
heap that may fill at leisure grows for hours, and tells nothing.) Exit status: 0 flat, 1 it grows or the job
failed, 4 the run was too short to tell.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from vitscale.bench.environment import environment
from vitscale.system.atomic_write import check_writable, write_atomically

from tests.job.corpus import encoded
from tests.job.jobs import QUICK_JAVA, VisibleRows, assert_balanced, finish, start
from tests.job.resident import CONFIDENCE, Sampler, Slope, slope
from tests.waiting import wait_until

PICTURES = 16
POLL_SECONDS, COMMIT_SECONDS = 2, 30
SETTLE_SHARE, SETTLE_SECONDS = 0.25, 600.0
"""Caches fill and code is compiled at first: a quarter of the run, ten minutes at most, is left out."""
TOLERATED = 0.02
"""Growth of the median resident memory in an hour that still counts as flat."""
HOUR = 3600
EXIT = {"flat": 0, "grows": 1, "too short to tell": 4}


def main(
    seconds: Annotated[float, typer.Option(min=1, help="How long files arrive.")] = HOUR,
    rate: Annotated[float, typer.Option(min=0.1, help="Files that arrive in a second.")] = 10,
    memory: Annotated[str, typer.Option(help="Heap.")] = "512m",
    output: Annotated[Path, typer.Option("--output", "-o", help="JSON.")] = Path("results/soak.json"),
) -> None:
    """Let files arrive, sample resident memory, and write what was found."""
    check_writable(output)
    with tempfile.TemporaryDirectory(prefix="vitscale-soak-") as name:
        result = soak(Path(name), seconds, rate, memory)
    write_atomically(output, json.dumps(result, indent=1).encode())
    print(summary(result), f"samples: {output}", sep="\n", file=sys.stderr)
    raise typer.Exit(EXIT[result["verdict"]])


def soak(folder: Path, seconds: float, rate: float, memory: str) -> dict[str, Any]:
    """Return the samples, their slope and a verdict."""
    pictures, images, out = folder / "pictures", folder / "images", folder / "out"
    pictures.mkdir()
    images.mkdir()
    for seed in range(PICTURES):
        (pictures / f"{seed}.jpg").write_bytes(encoded(seed, "JPEG", (500, 375)))
    time.sleep(POLL_SECONDS + 1)  # a link's file counts as whole when it has not changed for so long
    arrive(pictures, images, 0, PICTURES)
    settings = ("--poll-seconds", POLL_SECONDS, "--commit-seconds", COMMIT_SECONDS, "--memory", memory)
    java = f"{QUICK_JAVA} -Xms{memory} -XX:+AlwaysPreTouch"
    job = start(images, out, "--watch", *settings, stderr=None, JDK_JAVA_OPTIONS=java)
    sampler = Sampler(job.pid, every=min(5.0, seconds / 100))
    sampler.start()
    count = feed(job, pictures, images, seconds, rate)
    wait_for_rows(job, out, count)
    samples = sampler.stop()
    job.send_signal(signal.SIGTERM)
    done = finish(job)
    ledger = assert_balanced(done, out)
    assert (done.exit_code, ledger["predicted"]) == (130, count), ledger
    left_out = min(SETTLE_SECONDS, SETTLE_SHARE * seconds)
    settled = [(at / HOUR, rss) for at, rss in samples if at > left_out]
    found, middle = slope(settled), median(rss for _, rss in settled)
    return {
        "seconds": seconds,
        "files": count,
        "heap": memory,
        "seconds_left_out": left_out,
        "median_mib": middle,
        "slope_mib_per_hour": found.value,
        "slope_ci": {"low": found.low, "high": found.high, "confidence": CONFIDENCE, "block": found.block},
        "tolerated_mib_per_hour": TOLERATED * middle,
        "verdict": verdict(seconds, found, TOLERATED * middle),
        "ledger": ledger,
        "environment": environment(),
        "samples": [{"seconds": at, "resident_mib": rss} for at, rss in samples],
    }


def feed(job: subprocess.Popen[str], pictures: Path, images: Path, seconds: float, rate: float) -> int:
    """Let files arrive at a steady rate; return how many there are at the end."""
    began, count = time.monotonic(), PICTURES
    while (now := time.monotonic() - began) < seconds:
        assert job.poll() is None, "the job ended"
        wanted = PICTURES + int(now * rate)
        arrive(pictures, images, count, wanted)
        count = wanted
        time.sleep(0.5)
    return count


def arrive(pictures: Path, images: Path, first: int, end: int) -> None:
    """Give pictures further names, a thousand in a folder."""
    for number in range(first, end):
        file = images / f"{number // 1000:04}" / f"{number:07}.jpg"
        file.parent.mkdir(exist_ok=True)
        file.hardlink_to(pictures / f"{number % PICTURES}.jpg")


def wait_for_rows(job: subprocess.Popen[str], out: Path, count: int) -> None:
    """Wait until all files have their predictions."""
    rows = VisibleRows(out)
    wait_until(lambda: rows.count() >= count, "rows are missing", of=job)


def verdict(seconds: float, found: Slope, tolerated: float) -> str:
    """Say whether memory is flat: with 95 % certainty it grows by less than is tolerated.

    A shorter run may have seen nothing but a heap that fills for the first time.
    """
    if seconds < SETTLE_SECONDS / SETTLE_SHARE:
        return "too short to tell"
    if found.high < tolerated:
        return "flat"
    return "grows" if found.low > 0 else "too short to tell"


def summary(result: dict[str, Any]) -> str:
    """Return the result in a sentence."""
    ends = result["slope_ci"]
    return (
        f"{result['files']} files in {result['seconds']:.0f} s: resident memory {result['median_mib']:.0f} "
        f"MiB, slope {result['slope_mib_per_hour']:+.1f} MiB an hour (95 % interval {ends['low']:+.1f} to "
        f"{ends['high']:+.1f}; below {result['tolerated_mib_per_hour']:.1f} counts as flat): "
        f"{result['verdict']}"
    )


if __name__ == "__main__":
    typer.run(main)
