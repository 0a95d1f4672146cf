"""Microbenchmarks for the simulation beside the rounds: many files, large images, many tasks."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from PIL import Image

from vitscale.bench.launcher import run_process
from vitscale.errors import VitscaleError
from vitscale.images.image_set import ImageFolder

_RESOLUTION_SECONDS = 1e-3
"""Resolution of the times of the job."""
_FOLDERS = 1000
_LARGE_FACTOR = 6  # of each edge
_TRIES = 7
_EMPTY_TASKS = 3000


@dataclass(frozen=True)
class Listing:
    """Measurement of listing small files.

    Attributes
    ----------
    files : int
        Files of one byte, in a thousand folders.
    seconds : float
        Time of the listing, by the job's ledger.
    peak_memory_bytes : int
        Largest resident memory of the process, which also runs Spark and the model.
    peak_memory_bytes_of_one : int
        The same with one file.
    """

    files: int
    seconds: float
    peak_memory_bytes: int
    peak_memory_bytes_of_one: int

    @property
    def rate(self) -> float:
        """Files per second."""
        return self.files / self.seconds


@dataclass(frozen=True)
class Probes:
    """Results of the microbenchmarks.

    Attributes
    ----------
    listing : Listing
        Listing of many files.
    megapixels : list of float
        Size of each image.
    decode_seconds_per_megapixel : float
        Additional seconds of an image for each additional megapixel.
    dispatch_seconds : float
        Time of the driver for each task.
    """

    listing: Listing
    megapixels: list[float]
    decode_seconds_per_megapixel: float
    dispatch_seconds: float


def run_probes(images: ImageFolder, model: Path, listed_files: int, report: Callable[[str], None]) -> Probes:
    """Run all microbenchmarks.

    Parameters
    ----------
    images : ImageFolder
        The images of the rounds.
    model : Path
        Model folder.
    listed_files : int
        Number of small files to list.
    report : callable
        Receives each line of progress.
    """
    return Probes(
        listing=probe_listing(model, listed_files, report),
        megapixels=megapixels(images),
        decode_seconds_per_megapixel=probe_decoding(images.paths[0]),
        dispatch_seconds=probe_dispatch(),
    )


def probe_listing(model: Path, files: int, report: Callable[[str], None]) -> Listing:
    """Make small files, let the job list them, and delete them.

    The job stops at the first file, since none is an image. Its ledger has the time of the listing.
    """
    with TemporaryDirectory(prefix="vitscale-listing-") as name:
        one, many = Path(name) / "one", Path(name) / "many"
        _make_files(one, 1)
        report(f"making {files} files")
        _make_files(many, files)
        _, peak_of_one = _list(one, model, 1)
        report(f"listing {files} files")
        seconds, peak = _list(many, model, files)
    return Listing(files, max(seconds, _RESOLUTION_SECONDS), peak, peak_of_one)


def _make_files(folder: Path, count: int) -> None:
    folders = min(count, _FOLDERS)
    for number in range(folders):
        (folder / f"{number:04}").mkdir(parents=True)
    for number in range(count):
        (folder / f"{number % folders:04}" / f"{number:08}.jpg").write_bytes(b"x")


def _list(images: Path, model: Path, count: int) -> tuple[float, int]:
    """Return the seconds of the listing by the job's ledger, and the job's peak memory."""
    with TemporaryDirectory(prefix="vitscale-listed-") as output:
        command = [
            sys.executable,
            "-m",
            "vitscale",
            "classify",
            "--images",
            str(images),
            "--model",
            str(model),
        ]
        command += ["--output", f"{output}/out", "--max-failed", "0", "--master", "local[1]"]
        finished = run_process(command, lambda _: None)
        ledger = Path(output, "out", "ledger.json")
        if not ledger.is_file():
            raise VitscaleError(f"The job did not list {count} files: {finished.reason}")
        told = json.loads(ledger.read_text(encoding="utf-8"))
    if told["files"] != count:
        raise VitscaleError(f"The job listed {told['files']} files; expected {count}: {finished.reason}")
    return told["this_run"]["listing_seconds"], finished.peak_memory_bytes


def megapixels(images: ImageFolder) -> list[float]:
    """Return the size of each image in megapixels, from its header."""
    found = []
    for path in images.paths:
        with Image.open(path) as image:
            found.append(image.width * image.height / 1e6)
    return found


def probe_decoding(image: Path) -> float:
    """Return the engine's additional seconds for a megapixel: decoding, resizing, transfer from Python.

    The same photo is decoded several times, in its own size and six times as wide and high.
    """
    with Image.open(image) as opened:
        small = opened.convert("RGB")
    large = small.resize((small.width * _LARGE_FACTOR, small.height * _LARGE_FACTOR))
    more = (large.width * large.height - small.width * small.height) / 1e6
    return (_seconds_to_preprocess(large) - _seconds_to_preprocess(small)) / more


def probe_dispatch() -> float:
    """Return the driver's seconds for one of many empty tasks, after as many for warm-up."""
    from vitscale import start

    spark = start("local[2]")
    tasks = spark.range(0, _EMPTY_TASKS, 1, _EMPTY_TASKS)
    tasks.count()
    begin = time.perf_counter()
    tasks.count()
    seconds = time.perf_counter() - begin
    spark.stop()
    return seconds / _EMPTY_TASKS


def _seconds_to_preprocess(image: Image.Image) -> float:
    from vitscale import preprocess

    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=90)
    content = buffer.getvalue()
    preprocess(content)
    times = []
    for _ in range(_TRIES):
        start = time.perf_counter()
        preprocess(content)
        times.append(time.perf_counter() - start)
    return median(times)
