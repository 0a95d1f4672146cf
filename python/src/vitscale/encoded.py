"""Images in the forms that people hold them in, as bytes that the JVM decodes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from vitscale.errors import ImageError

if TYPE_CHECKING:
    from PIL.Image import Image

ImageLike: TypeAlias = "str | Path | bytes | Image"


def encoded(image: ImageLike) -> bytes:
    """Return an image as the bytes of a file.

    Parameters
    ----------
    image : str, Path, bytes or PIL.Image.Image
        A file, the bytes of one, or an image of Pillow, which is turned upright and made RGB as
        ``transformers.image_utils.load_image`` does.

    Raises
    ------
    ImageError
        If the file cannot be read.
    """
    if isinstance(image, bytes):
        return image
    if isinstance(image, str | Path):
        try:
            return Path(image).read_bytes()
        except OSError as error:
            raise ImageError(
                f"Cannot read {image}: {error.strerror}. Give the path of an image file."
            ) from error
    from PIL import ImageOps

    buffer = io.BytesIO()
    ImageOps.exif_transpose(image).convert("RGB").save(buffer, format="BMP")
    return buffer.getvalue()
