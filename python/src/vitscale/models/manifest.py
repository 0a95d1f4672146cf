"""The record `vitscale.json` of a model folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from vitscale.errors import ModelError
from vitscale.models.json_file import read_object, shown
from vitscale.system.model_files import RECORD

BLOCK = 1 << 20  # bytes hashed at a time


def read(folder: Path) -> dict[str, Any] | None:
    """Return the record of a folder, or None if `vitscale export` did not make it.

    Raises
    ------
    ModelError
        If the record is invalid.
    """
    file = folder / RECORD
    if not file.exists():
        return None
    content = read_object(file, "Export the model again.")
    onnx = content.get("onnx")
    if not isinstance(onnx, dict) or not all(map(_is_facts, [*onnx.values(), *_tensorflow(content)])):
        raise ModelError(f"{file} was not written by vitscale. Export the model into another folder.")
    if content.get("weights", "pretrained") not in ("pretrained", "random"):
        raise ModelError(
            f"weights in {file} is {shown(content['weights'])}; expected pretrained or random. Export the "
            "model again."
        )
    if not isinstance(content.get("name", ""), str):
        raise ModelError(
            f"name in {file} is {shown(content['name'])}; expected a text. Export the model again."
        )
    return content


def require(folder: Path) -> dict[str, Any]:
    """Return the record of a model folder.

    Raises
    ------
    ModelError
        If there is none, or it cannot be read.
    """
    record = read(folder) if folder.is_dir() else None
    if record is None:
        raise ModelError(f"{folder} is no model folder. Make one: vitscale export MODEL -o {folder}")
    return record


def _tensorflow(content: dict[str, Any]) -> list[Any]:
    variants = content.get("tensorflow", {})
    return list(variants.values()) if isinstance(variants, dict) else [variants]


def _is_facts(facts: Any) -> bool:
    return isinstance(facts, dict) and isinstance(facts.get("sha256"), str)


def write(folder: Path, content: dict[str, Any]) -> None:
    """Write the record of a folder atomically."""
    unfinished = folder / f".{RECORD}"
    unfinished.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.replace(folder / RECORD)


def sha256(path: Path) -> str:
    """Hash a file that may be larger than memory."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
