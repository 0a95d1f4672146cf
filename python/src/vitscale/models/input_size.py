"""Height and width of a model's input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vitscale.errors import ModelError
from vitscale.models.json_file import read_object, shown
from vitscale.system.model_files import CONFIG, PREPROCESSOR

_DEFAULT_EDGE = 224


def input_size(config: dict[str, Any], folder: Path, remedy: str) -> tuple[int, int]:
    """Return height and width of the model's input, in pixels.

    They are `image_size` of a plain ViT, with the default of `ViTConfig`. Other families take more sizes than
    that one, or do not have the field; the image processor makes theirs.

    Parameters
    ----------
    config : dict
        Content of `config.json`.
    folder : Path
        The model folder.
    remedy : str
        Last sentence of an error: what to do next.

    Raises
    ------
    ModelError
        If the size is missing or no size, or the settings of the image processor cannot be read.
    """
    if config.get("model_type", "vit") == "vit":
        file, field, size = CONFIG, "image_size", config.get("image_size", _DEFAULT_EDGE)
    else:
        file = PREPROCESSOR
        processor = read_object(folder / file, remedy)
        field = "crop_size" if processor.get("do_center_crop") else "size"
        size = processor.get(field)
    edges: Any = [size.get("height"), size.get("width")] if isinstance(size, dict) else size
    edges = edges if isinstance(edges, list) and len(edges) == 2 else [edges, edges]  # noqa: PLR2004
    if not all(type(edge) is int and edge > 0 for edge in edges):
        raise ModelError(
            f"{field} in {folder / file} is {shown(size)}; expected a whole number above 0, or height and "
            f"width. {remedy}"
        )
    return edges[0], edges[1]
