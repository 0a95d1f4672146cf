"""Images drawn at random in every format and shape, whole and damaged: the JVM's pixels and Transformers'.

A short version of ``make fuzz``, which draws 10,000 of each, others every time (``VITSCALE_FUZZ_EXAMPLES``).
"""

from __future__ import annotations

import io
import os
import warnings

import numpy as np
import vitscale
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from PIL import Image
from transformers import ViTImageProcessorPil
from transformers.image_utils import load_image
from vitscale.errors import ImageError

from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS

EXAMPLES = int(os.environ.get("VITSCALE_FUZZ_EXAMPLES", "0"))
MANY = settings(
    max_examples=EXAMPLES or 60,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
ORIENTATION = 0x0112
AS_IT_IS = {"do_resize": False}


def drawn_image(draw: st.DrawFn) -> Image.Image:
    """Return a photo's part or noise; one axis is at times a hundred times the other."""
    edge = st.one_of(st.integers(1, 24), st.integers(25, 700))
    width, height = draw(edge), draw(edge)
    if draw(st.integers(0, 9)) == 0:
        width, height = (1 + width % 6, 100 * (1 + width % 6) + height)
    if draw(st.booleans()):
        seed = draw(st.integers(0, 1 << 30))
        return Image.fromarray(
            np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
        )
    photo = draw(st.sampled_from(PHOTOS))
    left, top = draw(st.integers(0, 600)), draw(st.integers(0, 400))
    return photo.crop((left, top, left + width, top + height))  # beyond its edges it is black


def drawn_options(draw: st.DrawFn, kind: str) -> tuple[str, dict[str, object]]:
    """Return the mode and the options to write an image with."""
    flag = st.booleans()
    if kind == "JPEG":
        subsampling = draw(st.sampled_from(["4:4:4", "4:2:2", "4:2:0"]))
        restarts = draw(st.sampled_from([0, 0, 1, 7]))
        options = {"quality": draw(st.integers(1, 100)), "progressive": draw(flag), "optimize": draw(flag)}
        mode = draw(st.sampled_from(["RGB", "RGB", "L", "CMYK"]))
        return mode, {**options, "subsampling": subsampling, "restart_marker_blocks": restarts}
    if kind == "WEBP":
        mode = draw(st.sampled_from(["RGB", "RGBA"]))
        return mode, {"quality": draw(st.integers(0, 100)), "lossless": draw(flag), "exact": draw(flag)}
    modes = {
        "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
        "GIF": ["1", "L", "P"],
        "BMP": ["1", "L", "P", "RGB", "RGBA"],
        "TIFF": ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"],
    }
    mode = draw(st.sampled_from(modes[kind]))
    if kind == "TIFF":
        return mode, {"compression": draw(st.sampled_from([None, "packbits", "tiff_lzw", "tiff_deflate"]))}
    if kind in ("PNG", "GIF") and mode in ("L", "P") and draw(flag):
        return mode, {"transparency": draw(st.integers(0, 255))}
    return mode, {"interlace": draw(flag)} if kind == "GIF" else {}


def in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 3)
    if mode in ("RGBA", "LA"):
        image = image.copy()
        image.putalpha(image.convert("L").rotate(180))
    return image.convert(mode)


@st.composite
def image_files(draw: st.DrawFn) -> bytes:
    """Draw the bytes of an image file."""
    kind = draw(st.sampled_from(["JPEG", "JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"]))
    mode, options = drawn_options(draw, kind)
    if kind in ("JPEG", "PNG", "TIFF", "WEBP") and draw(st.booleans()):
        exif = Image.Exif()
        exif[ORIENTATION] = draw(st.integers(1, 8) if kind == "TIFF" else st.integers(0, 9))
        options["exif"] = exif
    try:
        return encoded(in_mode(drawn_image(draw), mode), kind, **options)
    except (OSError, RuntimeError):
        reject()  # Pillow itself cannot write it: its buffer is too small for noise as a progressive JPEG


@st.composite
def processors(draw: st.DrawFn) -> dict[str, object]:
    """Draw an image processor's settings."""
    edge = st.integers(1, 400)
    size = st.one_of(
        st.fixed_dictionaries({"height": edge, "width": edge}), st.fixed_dictionaries({"shortest_edge": edge})
    )
    return {"size": draw(size), "resample": draw(st.integers(0, 5))}


def transformers_pixels(file: bytes, config: dict[str, object]) -> np.ndarray:
    processor = ViTImageProcessorPil(**config, do_rescale=False, do_normalize=False)
    image = load_image(Image.open(io.BytesIO(file)))
    return processor(image, return_tensors="np")["pixel_values"][0].transpose(1, 2, 0).astype(np.uint8)


@MANY
@given(image_files(), processors())
def test_whole_files(file: bytes, config: dict[str, object]) -> None:
    expected, got = transformers_pixels(file, config), vitscale.preprocess(file, config)
    assert got.shape == expected.shape
    assert np.array_equal(got, expected), f"{np.count_nonzero(got != expected)} bytes differ"


@MANY
@given(image_files(), st.data())
def test_truncated_files(file: bytes, data: st.DataObject) -> None:
    """What Pillow refuses is refused; nothing but a reason or Pillow's own pixels comes out."""
    kept = data.draw(
        st.one_of(st.integers(0, 99).map(lambda percent: len(file) * percent // 100), st.integers(-9, -1))
    )
    cut = file[:kept]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = np.asarray(load_image(Image.open(io.BytesIO(cut))))
        except Exception:  # Pillow raises whatever its decoders raise
            expected = None
    try:
        got = vitscale.preprocess(cut, AS_IT_IS)
    except ImageError:
        return
    assert expected is not None
    assert np.array_equal(got, expected)
