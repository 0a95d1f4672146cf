"""Compares a model of each family with Transformers' pipeline on photos: first labels, logits and pixels.

Run it with `make check-families`. It resumes: families that the output has are not compared again.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import vitscale
from safetensors import safe_open
from vitscale.bench.environment import environment
from vitscale.errors import ModelError
from vitscale.results.schema import Parity

from benchmarks.base_models import BASE_MODELS, exported

RUNTIMES = ("onnxruntime", "onednn")
_BACKEND = "vitscale:runtime="


def main() -> None:
    """Compare each model with every runtime that runs it, and write what was found after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=list(BASE_MODELS), help="names of base_models.py")
    parser.add_argument("--images", type=Path, required=True, help="folder of photos")
    parser.add_argument("--limit", type=int, default=64, help="number of photos")
    parser.add_argument("--output", type=Path, default=Path("results/agreement.json"))
    given = parser.parse_args()
    given.output.parent.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {"environment": environment(), "images": given.limit, "models": {}}
    if given.output.is_file():
        found["models"] = json.loads(given.output.read_text())["models"]
    for name in given.models:
        if name not in found["models"]:
            found["models"][name] = _compared(name, given.images, given.limit)
            given.output.write_text(json.dumps(found, indent=1) + "\n")


def _compared(name: str, images: Path, limit: int) -> dict[str, Any]:
    """Export a model, and return the certificates of its runtimes; the model is deleted."""
    with tempfile.TemporaryDirectory() as folder:
        model = exported(name, Path(folder))
        runtimes = [runtime for runtime in RUNTIMES if _runs(model, runtime)]
        backends = [word for runtime in runtimes for word in ("-b", f"{_BACKEND}{runtime}")]
        rows = Path(folder) / "parity.json"
        command = ["vitscale", "parity", "--images", images, "--model", model, "--limit", str(limit)]
        subprocess.run([*command, "-b", "huggingface", *backends, "--json", rows], check=True)
        return {
            "model_type": BASE_MODELS[name].family,
            "weights": _weights(model),
            "certificates": _certificates(json.loads(rows.read_text())),
        }


def _runs(model: Path, runtime: Any) -> bool:
    try:
        vitscale.ViT(model, runtime=runtime).close()
    except ModelError as error:
        print(f"{model.name} on {runtime}: {error}", file=sys.stderr)
        return False
    return True


def _certificates(rows: list[Parity]) -> dict[str, Parity]:
    """Return the comparisons with Transformers by runtime, without that of two runtimes."""
    return {row["backend"].removeprefix(_BACKEND): row for row in rows if row["reference"] == "huggingface"}


def _weights(model: Path) -> int:
    """Return the number of numbers in a checkpoint, with the statistics of batch norms."""
    with safe_open(model / "model.safetensors", "pt") as weights:
        shapes = [weights.get_slice(key).get_shape() for key in weights.keys()]  # noqa: SIM118 - a file, no dict
    return sum(math.prod(shape) for shape in shapes)


if __name__ == "__main__":
    main()
