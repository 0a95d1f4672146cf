"""What Python users pass to `ViT` and `vitscale.evaluate`, at the ends of each range and beyond."""

from __future__ import annotations

import copy
import gc
import shutil
import signal
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import vitscale

from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS
from tests.job.jobs import MODEL
from tests.waiting import wait_until

LABELS = 11
WIDTH = 32
"""Classes of the model, and numbers of its features."""


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("photo") / "photo.jpg"
    file.write_bytes(encoded(PHOTOS[0].resize((60, 40)), "JPEG"))
    return file


NUMBERS_OF_LABELS = [(1, 1), (True, 1), (np.int64(2), 2), (2**31 - 1, LABELS), (2**70, LABELS)]


@pytest.mark.parametrize(("top_k", "count"), NUMBERS_OF_LABELS)
def test_a_number_of_labels(vit: vitscale.ViT, photo: Path, top_k: Any, count: int) -> None:
    assert len(vit.classify(photo, top_k)) == count


OUT_OF_RANGE: list[tuple[dict[str, Any], str]] = [
    ({"top_k": 0}, "topK is 0"),
    ({"top_k": -(2**70)}, "topK is -2147483647"),
    ({"top_k": 1.0}, "top_k is 1.0"),
    ({"threshold": float("nan")}, "threshold is nan"),
    ({"threshold": -1e-9}, "threshold is -1e-09"),
    ({"threshold": [0.1]}, "threshold is [0.1]"),
    ({"on_error": ["raise"]}, "on_error is ['raise']"),
]


@pytest.mark.parametrize(("given", "said"), OUT_OF_RANGE)
def test_an_argument_out_of_range(vit: vitscale.ViT, photo: Path, given: dict[str, Any], said: str) -> None:
    with pytest.raises(vitscale.UsageError) as refused:
        vit.classify(photo, **given)
    assert str(refused.value).startswith(said) and "\n" not in str(refused.value)


NOTHING: dict[str, Any] = {
    "list": [],
    "generator": (one for one in ()),
    "set": set(),
    "pandas": pd.Series([], dtype=object),
    "pyarrow": pa.array([], pa.binary()),
}


@pytest.mark.parametrize("form", NOTHING)
def test_of_no_image_there_are_no_answers_and_no_features(vit: vitscale.ViT, photo: Path, form: str) -> None:
    """Features of parts of a table, some of them empty, stack."""
    assert vit.classify(NOTHING[form]) == []
    nothing = vit.features(NOTHING[form], dtype="float16")
    assert nothing.shape == (0, WIDTH) and nothing.dtype == np.float16
    assert np.vstack([nothing, vit.features([photo])]).shape == (1, WIDTH)


def test_columns_of_tables_are_images(vit: vitscale.ViT, photo: Path) -> None:
    content, wanted = photo.read_bytes(), vit.classify(photo)
    rows = [{"bytes": content, "path": None}] * 2
    columns = [pd.Series([content] * 2), pa.array([content] * 2), pa.chunked_array([[content], [content]])]
    for column in (*columns, pa.array(rows), pa.array([str(photo)] * 2)):
        assert vit.classify(column) == [wanted, wanted]


class Stopped(BaseException):
    """What a program's own timeout raises; it is no `Exception`, so that no library swallows it."""


@pytest.mark.parametrize("raised", [Stopped, KeyboardInterrupt, SystemExit])
def test_after_an_interrupted_call_the_next_one_gets_its_own_answer(
    vit: vitscale.ViT, photo: Path, raised: type[BaseException]
) -> None:
    """The error is kept, as a notebook keeps the last one: with it live the frames of the call."""

    def stop(*_: object) -> None:
        raise raised

    wanted, many = vit.classify(photo), [photo.read_bytes()] * 2000
    before = signal.signal(signal.SIGALRM, stop)
    try:
        with pytest.raises(raised) as kept:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            vit.classify(many)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert kept.tb is not None
    assert [vit.classify(photo) for _ in range(2)] == [wanted, wanted]
    assert vit.features(photo).shape == (1, WIDTH)


def test_a_model_without_references_is_closed(photo: Path) -> None:
    """A notebook's cell that runs again opens the model again, and the earlier one frees its memory."""
    vit = vitscale.ViT(MODEL)
    second = copy.copy(vit)
    in_java = vit._classifier.get()
    wanted = vit.classify(photo)
    del vit
    gc.collect()
    time.sleep(0.5)
    assert second.classify(photo) == wanted
    del second
    gc.collect()
    wait_until(lambda: _is_closed(in_java, photo), "the model is still open")


def _is_closed(classifier: Any, photo: Path) -> bool:
    try:
        classifier.classify([str(photo)], "[null]", None, None, 1)
    except Exception as error:
        assert "closed" in str(error)
        return True
    return False


@pytest.fixture(scope="module")
def labelled(photo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two images of class 0, one of class 1, one of a class that the model lacks, and a text."""
    root = tmp_path_factory.mktemp("labelled")
    for name in ("0/a.jpg", "0/b.jpg", "1/a.jpg", "unknown/a.jpg"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(photo, root / name)
    (root / "0" / "note.txt").write_text("a text")
    (root / "labels.csv").write_text("file,class\n0/a.jpg,1\n")
    return root


EVALUATED: dict[str, dict[str, Any]] = {
    "one precision": {"precisions": "fp32"},
    "a precision twice": {"precisions": ["fp32", "fp32"]},
    "a generator": {"precisions": (one for one in ["fp32"])},
}


@pytest.mark.parametrize("case", EVALUATED)
def test_precisions_come_in_every_form_and_nothing_is_left_out_silently(labelled: Path, case: str) -> None:
    with pytest.warns(UserWarning) as remarks:
        done = vitscale.evaluate(MODEL, labelled, **EVALUATED[case])
    assert [one.precision for one in done.results] == ["fp32"] and len(done.files) == 3
    told = " ".join(str(one.message) for one in remarks)
    assert "1 images are left out: unknown is no class" in told
    assert "with other suffixes (all_files=True takes them)" in told
    assert all(one.filename == __file__ for one in remarks)


NOT_EVALUATED: list[tuple[dict[str, Any], str]] = [
    ({"model": None}, "model is None"),
    ({"images": None}, "images is None"),
    ({"images": []}, "images is []"),
    ({"images": ""}, "images is ''"),
    ({"images": b"photos"}, "images is b'photos'"),
    ({"images": [PHOTOS[0]]}, "images is <PIL"),
    ({"precisions": []}, "precisions is []"),
    ({"precisions": None}, "precisions is None"),
    ({"precisions": [None]}, "precisions is None"),
    ({"labels": {"a.jpg": 1}}, "labels is {'a.jpg': 1}"),
    ({"labels": "labels.csv", "columns": "path"}, "columns is 'path'"),
    ({"labels": "labels.csv", "columns": ("path",)}, "columns is ('path',)"),
    ({"labels": "labels.csv"}, "has no column path; it has file, class. Choose with columns."),
    ({"labels": "labels.csv", "folders_in_order": True}, "folders_in_order=True and labels exclude each"),
    ({"folders_in_order": True}, "folders_in_order=True needs one folder for each"),
    ({"images": "unknown"}, "give a table with labels, or folders_in_order=True if"),
]


@pytest.mark.parametrize(("given", "said"), NOT_EVALUATED)
def test_a_wrong_argument_of_an_evaluation(labelled: Path, given: dict[str, Any], said: str) -> None:
    """The message names arguments, not the options of the command."""
    below = {
        name: labelled / given[name] for name in ("images", "labels") if isinstance(given.get(name), str)
    }
    chosen = {"model": MODEL, "images": labelled, **given, **{k: v for k, v in below.items() if given[k]}}
    with pytest.raises(vitscale.UsageError) as refused, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        vitscale.evaluate(**chosen)
    message = str(refused.value)
    assert said in message and "--" not in message and "\n" not in message
