"""Time of one core for a photo: decoding and resizing with each JPEG library (JMH) and with Pillow, in turns.

Run it with `make bench-pixels`, on a machine where nothing else runs.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import PIL
from PIL import Image
from vitscale.bench.environment import environment
from vitscale.jvm.java import find_java

_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
_WORKS = ("decode", "resize", "decodeAndResize")
_LIBRARIES = ("libjpeg-turbo", "imageio")
_SECONDS = 5.0
Times = dict[str, float]


def main() -> None:
    """Measure in rounds, print the ratios and write all values."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True, help="folder of JPEGs")
    parser.add_argument(
        "--class-path", type=Path, required=True, help="file with the class path of the JMH module"
    )
    parser.add_argument(
        "--side", type=int, default=224, help="width and height of the resized image, in pixels"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("results/pixels.json"))
    given = parser.parse_args()
    files = [path.read_bytes() for path in sorted(given.images.rglob("*.jpg"))]
    class_path = given.class_path.read_text().strip()
    rounds = []
    for _ in range(given.rounds):
        ours = {library: _ours(class_path, given.images, given.side, library) for library in _LIBRARIES}
        rounds.append({**ours, "pillow": _pillow(files, given.side)})
        print(f"round {len(rounds)} of {given.rounds}", file=sys.stderr)
    for library in _LIBRARIES:
        _print_ratios(rounds, library)
    given.output.parent.mkdir(parents=True, exist_ok=True)
    about = {
        "images": len(files),
        "side": given.side,
        "pillow": PIL.__version__,
        "environment": environment(),
    }
    given.output.write_text(json.dumps({**about, "milliseconds_per_photo": rounds}, indent=1) + "\n")


def _print_ratios(rounds: list[dict[str, Times]], library: str) -> None:
    for work in rounds[0]["pillow"]:
        ratios = [one[library][work] / one["pillow"][work] for one in rounds]
        ours, pillow = (statistics.median(one[who][work] for one in rounds) for who in (library, "pillow"))
        print(
            f"{library:>14} {work:>24}  {ours:.2f} ms, Pillow {pillow:.2f} ms, "
            f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )


def _ours(class_path: str, images: Path, side: int, library: str) -> Times:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "jmh.json"
        options = ["-p", f"images={images}", "-p", f"side={side}", "-rf", "json", "-rff", str(results)]
        command = [
            str(find_java().executable),
            f"-Dvitscale.jpeg={library}",
            "-cp",
            class_path,
            "org.openjdk.jmh.Main",
            "PixelBenchmark",
            *options,
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = json.loads(results.read_text())
    names = {str(int(number)): name for name, number in _FILTERS.items()}
    times = {}
    for one in found:
        work = one["benchmark"].rpartition(".")[2]
        times[f"{names[one['params']['filter']]} {work}"] = one["primaryMetric"]["score"]
    return times


def _pillow(files: list[bytes], side: int) -> Times:
    images = [_decoded(file) for file in files]
    times = {}
    for name, number in _FILTERS.items():
        works: dict[str, Callable[[int], object]] = {
            "decode": lambda at: _decoded(files[at]),
            "resize": lambda at, number=number: images[at].resize((side, side), number),
            "decodeAndResize": lambda at, number=number: _decoded(files[at]).resize((side, side), number),
        }
        for work in _WORKS:
            times[f"{name} {work}"] = _millis(works[work], len(files))
    return times


def _decoded(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file)).convert("RGB")


def _millis(work: Callable[[int], object], count: int) -> float:
    """Return the milliseconds of one call, over whole passes of at least some seconds."""
    for at in range(count):
        work(at)
    start, calls = time.perf_counter(), 0
    while (seconds := time.perf_counter() - start) < _SECONDS:
        for at in range(count):
            work(at)
        calls += count
    return 1000 * seconds / calls


if __name__ == "__main__":
    main()
