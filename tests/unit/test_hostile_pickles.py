"""Pickles of PyTorch that hold more than weights: no code in them runs, and none takes all memory."""

import io
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from vitscale.errors import ModelError
from vitscale.models.checkpoint.load import load_checkpoint

from tests.fixtures.small_vit import weights_of, write_json


class Hostile:
    """Unpickled without care, it writes a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return (open, (str(self.trace), "w"))


def torch_zip(weights: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(weights, stream)
    return stream.getvalue()


def torch_legacy(weights: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(weights, stream, _use_new_zipfile_serialization=False)
    return stream.getvalue()


def torch_tar(weights: Any) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:") as archive:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            content = pickle.dumps(weights)
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def torch_script(weights: Any) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("m/constants.pkl", pickle.dumps(weights))
        archive.writestr("m/data.pkl", pickle.dumps(weights))
        archive.writestr("m/version", "6")
    return stream.getvalue()


@pytest.mark.parametrize("shard", [False, True])
@pytest.mark.parametrize("form", [torch_zip, torch_legacy, torch_tar, torch_script, pickle.dumps])
def test_no_code_of_a_pickle_runs(
    small_vit: Path, weightless: Path, form: Callable[[Any], bytes], shard: bool
) -> None:
    trace = weightless.parent / "it ran"
    content = form({**weights_of(small_vit), "hostile": Hostile(trace)})
    trace.unlink(missing_ok=True)
    if shard:
        (weightless / "pytorch_model-1.bin").write_bytes(content)
        write_json(weightless / "pytorch_model.bin.index.json", {"weight_map": {"a": "pytorch_model-1.bin"}})
    else:
        (weightless / "pytorch_model.bin").write_bytes(content)
    with pytest.raises(ModelError, match=r"rejected|cannot be loaded") as refused:
        load_checkpoint(str(weightless))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500
    assert not trace.exists()


def test_the_hostile_pickle_would_write_its_file(tmp_path: Path) -> None:
    torch.load(io.BytesIO(torch_zip([Hostile(tmp_path / "it ran")])), weights_only=False)  # the control
    assert (tmp_path / "it ran").exists()


def test_what_could_run_is_named(small_vit: Path, weightless: Path) -> None:
    (weightless / "pytorch_model.bin").write_bytes(torch_zip({"hostile": Hostile(weightless / "trace")}))
    with pytest.raises(ModelError, match=r"has more than weights \(io\.open\).*nothing in it ran"):
        load_checkpoint(str(weightless))


def test_a_weight_larger_than_its_file_is_refused(small_vit: Path, weightless: Path) -> None:
    huge = torch.zeros(1).expand(1 << 20, 1 << 20)
    torch.save({**weights_of(small_vit), "classifier.weight": huge}, weightless / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"classifier\.weight of shape .* needs more"):
        load_checkpoint(str(weightless))


def test_a_compressed_archive_is_refused(small_vit: Path, weightless: Path) -> None:
    plain = io.BytesIO(torch_zip({"a": torch.zeros(1 << 20)}))
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(weightless / "pytorch_model.bin", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
    with pytest.raises(ModelError, match="unpacks to"):
        load_checkpoint(str(weightless))


@pytest.mark.parametrize("content", [7, [1, 2], {"a": 1}, {}, "text"])
def test_a_pickle_without_weights_is_named(weightless: Path, content: Any) -> None:
    torch.save(content, weightless / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin has"):
        load_checkpoint(str(weightless))
