"""Speed of other families than ViT beside Hugging Face's pipeline: base models with random weights, fp32.

Run it with `make bench-families`. Let nothing else run meanwhile.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from benchmarks.base_models import exported

DEFAULTS = (
    "deit-base",
    "dinov2-base",
    "siglip-base",
    "swin-tiny",
    "convnext-tiny",
    "timm-vit-base",
    "timm-resnet50",
)


def main() -> None:
    """Write each model once, and measure it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=DEFAULTS, help="names of base_models.py")
    parser.add_argument("--images", type=Path, required=True, help="folder of photos")
    parser.add_argument(
        "-b", "--backend", action="append", help="as in `vitscale bench`; huggingface and vitscale by default"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch-sizes", default="1,4")
    parser.add_argument("--seconds", type=float, default=10, help="least time of each round")
    parser.add_argument("--cache", type=Path, default=Path("models/families"), help="where models are kept")
    parser.add_argument("--output", type=Path, default=Path("results/families"))
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    backends = [word for backend in given.backend or ("huggingface", "vitscale") for word in ("-b", backend)]
    for name in given.models:
        folder = exported(name, given.cache)
        subprocess.run(
            [
                *("vitscale", "bench", "--fresh", "--images", given.images, "--model", folder),
                *(*backends, "--batch-size", given.batch_sizes, "--forks", str(given.rounds)),
                *("--iterations", "1", "--min-seconds", str(given.seconds), "--warmup-images", "32"),
                *("--stage-images", "0", "--parity-images", "64", "--budget", "3600"),
                *("--output", given.output / f"{name}.json"),
            ],
            check=True,
        )


if __name__ == "__main__":
    main()
