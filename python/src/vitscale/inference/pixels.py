"""The JVM engine's pixels, so that anyone can compare them with Pillow's and Transformers'."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vitscale.errors import ImageError, ModelError, UsageError
from vitscale.images.inputs import ImageLike, single_image
from vitscale.images.inputs.engine_image import named
from vitscale.images.transport import for_java
from vitscale.jvm.bridge import java_errors, python_api
from vitscale.system.arguments import path_text, text
from vitscale.system.model_files import PREPROCESSOR

Settings: TypeAlias = Mapping[str, Any] | str | Path | None


def preprocess(image: ImageLike, config: Settings = None, truncated: str = "error") -> NDArray[np.uint8]:
    """Decode, turn upright, resize and crop an image as the ``vitscale`` engine does before its model.

    Parameters
    ----------
    image : an image
        A path, bytes, a file object, an image of Pillow, an array, a row of ``datasets``: every form that
        `vitscale.images.inputs.engine_image` takes. Pillow's are turned upright and made RGB as
        Transformers does.
    config : mapping, str or Path, optional
        The settings of an image processor, or a ``preprocessor_config.json``, or a folder that has one.
        Without it those of ``ViTImageProcessor``: 224x224, bilinear.
    truncated : {"error", "gray"}
        What becomes of an image file that ends early: an error, or what is there with the rest filled, as
        Pillow does with ``LOAD_TRUNCATED_IMAGES``. JPEG and PNG only.

    Returns
    -------
    ndarray of uint8, shape [height, width, 3]
        RGB before rescaling; equals Transformers' PIL processor byte for byte.

    Raises
    ------
    ImageError
        If the image cannot be read, or is refused before it is decoded.
    ModelError
        If the settings ask for what the engine does not do.
    UsageError
        If this is no form of one image.
    """
    prepared = _prepared(image, config, truncated)
    with java_errors():
        shape = (prepared.height(), prepared.width(), 3)
        return np.frombuffer(prepared.pixels(), dtype=np.uint8).reshape(shape)


def pixel_values(image: ImageLike, config: Settings = None, truncated: str = "error") -> NDArray[np.float32]:
    """Return an image as the model's input: `preprocess`, then rescaled and normalised.

    Parameters and errors are those of `preprocess`.

    Returns
    -------
    ndarray of float32, shape [3, height, width]
        Equals the ``pixel_values`` of Transformers' PIL processor float for float.
    """
    prepared = _prepared(image, config, truncated)
    with java_errors():
        shape = (3, prepared.height(), prepared.width())
        return np.frombuffer(prepared.values(), dtype="<f4").reshape(shape)


def _prepared(image: ImageLike, config: Settings, truncated: str) -> Any:
    """Return the JVM's ``vitscale.PreparedImage``."""
    settings, filling = _settings(config), text("truncated", truncated)
    with for_java([single_image(image)]) as (contents, shapes):
        try:
            with java_errors():
                return python_api().prepare(contents, shapes, settings, filling)
        except ImageError as error:
            raise ImageError(f"{named(image)}: {error}") from error


def _settings(config: Settings) -> str:
    """Return the settings of an image processor as JSON for the JVM."""
    if config is None:
        return "{}"
    if not isinstance(config, Mapping):
        return json.dumps(_read(Path(path_text("config", config, _FORMS))))
    try:
        return json.dumps(dict(config))
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"config cannot be written as JSON: {error}. It must be {_FORMS}.") from error


def _read(path: Path) -> object:
    """Return the content of a settings file, in any encoding of JSON."""
    try:
        path = path / PREPROCESSOR if path.is_dir() else path
        return json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(f"Cannot read {path}: {error.strerror}. A model folder needs this file.") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not JSON: {error}. Correct it.") from error


_FORMS = "a mapping of settings, such as to_dict() of Transformers' image processor, or the path of a file"
