"""The image processor of the backends in Python: the reference for every pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import AutoImageProcessor
from transformers.image_processing_backends import PilBackend

from vitscale.models.checkpoint.image_processor import processor_of
from vitscale.models.json_file import read_object
from vitscale.system.model_files import PREPROCESSOR


def load_processor(model: Path) -> Any:
    """Return a model folder's image processor, in the variant that uses Pillow.

    The variant that uses torchvision, Transformers' default if torchvision is installed, differs by one in
    about 0.1 % of the values.
    """
    factory: Any = AutoImageProcessor
    return factory.from_pretrained(model, backend="pil")


def single_steps(own: Any, model: Path) -> Any:
    """Return a processor that gives arrays, and whose steps can be turned off one by one.

    That is the one of `load_processor`, except for timm's, which does neither: its equivalent gives the same
    pixels, as the export has checked.
    """
    return own if isinstance(own, PilBackend) else processor_of(read_object(model / PREPROCESSOR))
