"""Many images at once: collections of every kind, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vitscale
from PIL import Image
from vitscale.images.inputs import sequences
from vitscale.jvm.fork import PerProcess

from tests.fixtures.image_forms import MISSING
from tests.job.jobs import MODEL


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    Image.linear_gradient("L").resize((60, 45)).convert("RGB").save(file)
    return file


class MapStyle:
    """A dataset of torch: a length and rows by number, without an iterator."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> Any:
        return self._rows[place]


class Column:
    """A column of a table, as pandas, polars and Spark's users hold it."""

    def __init__(self, values: list[Any], dtype: Any) -> None:
        self._values = np.empty(len(values), object)
        self._values[:] = values
        self.dtype, self.shape = dtype, self._values.shape

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        return self._values

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)


def test_many_images_come_in_every_collection(vit: vitscale.ViT, photo: Path) -> None:
    wanted = vit.classify(photo)
    paths, rows = [str(photo)] * 3, [{"image": Image.open(photo), "label": 0}] * 3
    collections = {
        "array of texts": np.array(paths),
        "array of objects": np.array([*paths, None], dtype=object)[:3],
        "column": Column(paths, np.dtype(object)),
        "column without numpy's type": Column([photo.read_bytes()] * 3, "Binary"),
        "map": map(Path, paths),
        "keys": dict.fromkeys([*paths[:1], photo, photo.read_bytes()]).keys(),
        "rows": rows,
        "dataset": MapStyle(rows),
    }
    for name, images in collections.items():
        assert vit.classify(images) == [wanted] * 3, name
    assert vit.classify([]) == [] and vit.classify(iter(())) == []


@pytest.mark.parametrize("kind", MISSING)
def test_a_missing_value_of_a_column_is_an_image_that_fails(
    vit: vitscale.ViT, photo: Path, kind: str
) -> None:
    """As a null in a column of Spark is, so that one empty row does not cost the answers of all others."""
    missing = MISSING[kind]
    wanted = vit.classify(photo)
    first, failed, last = vit.classify([photo, missing, photo], on_error="return")
    assert first == last == wanted
    assert isinstance(failed, vitscale.ImageError) and "the value is missing" in str(failed)
    with pytest.raises(vitscale.ImageError, match=r"images\[1\].*missing"):
        vit.features([photo, missing])
    with pytest.raises(vitscale.UsageError, match="is not an image"):
        vit.classify(missing)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.array([b"ab\0", b"abcd"]), "drops zero bytes"),
        (
            type("DataFrame", (), {"columns": ["image"], "__iter__": lambda self: iter(self.columns)})(),
            "column",
        ),
        ([["a.jpg", "b.jpg"]], "images[0]: A list"),
        ([("a.jpg", 3)], "images[0]: A tuple"),
        (3, "int 3"),
    ],
)
def test_what_holds_no_list_of_images_is_refused(vit: vitscale.ViT, images: Any, said: str) -> None:
    with pytest.raises(vitscale.UsageError) as caught:
        vit.classify(images)
    assert said in str(caught.value)


def test_a_stream_is_read_in_chunks(vit: vitscale.ViT, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more images are made than two chunks need; a chunk ends at its number of images or of bytes."""
    monkeypatch.setattr(sequences, "_CHUNK_BYTES", 10_000)
    sizes = []
    classify = vit._classifier.get().classify

    class Watched:
        def classify(self, contents: list[Any], *rest: Any) -> Any:
            sizes.append((made, len(contents)))
            return classify(contents, *rest)

    made = 0

    def stream() -> Iterator[Any]:
        nonlocal made
        for image in [np.zeros((45, 60, 3), np.uint8)] * 3 + [str(photo)] * 130:
            made += 1
            yield image

    monkeypatch.setattr(vit, "_classifier", PerProcess(Watched))
    assert len(vit.classify(stream())) == 133
    assert [size for _, size in sizes] == [1, 1, 64, 64, 3]
    assert [made_by_then for made_by_then, _ in sizes] == [2, 3, 67, 131, 133]


@pytest.mark.parametrize("top_k", ["5", 2.5])
def test_top_k_must_be_a_whole_number(vit: vitscale.ViT, photo: Path, top_k: Any) -> None:
    with pytest.raises(vitscale.UsageError, match=r"top_k is .* must be a whole number"):
        vit.classify(photo, top_k=top_k)
    assert len(vit.classify(photo, top_k=np.int64(2))) == 2


def test_an_unreadable_place_is_no_folder_and_no_image(vit: vitscale.ViT, photo: Path) -> None:
    answers = vit.classify([photo, photo.parent], on_error="return")
    assert "Give a folder alone to ViT" in str(answers[1]) and photo.parent.name in str(answers[1])


@pytest.mark.parametrize("call", ["classify", "features"])
def test_a_closed_model_says_so(call: str, photo: Path) -> None:
    closed = vitscale.ViT(MODEL.as_uri())
    closed.close()
    closed.close()
    for images in (photo, [photo] * 9):
        with pytest.raises(vitscale.UsageError, match="was closed; open it again"):
            getattr(closed, call)(images)
