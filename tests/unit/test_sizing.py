"""An executor's settings follow the model, and hold what a real process takes."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from vitscale.errors import ModelError, UsageError
from vitscale.sizing.activations import FLOAT, activations
from vitscale.sizing.executor import Footprint, size_executor

MIB = 1 << 20
VIT_BASE = Footprint(weights=330 * MIB, activations=11 * MIB, buffers=MIB)

footprints = st.builds(
    Footprint,
    weights=st.integers(1, 4096 * MIB),
    activations=st.integers(1, 512 * MIB),
    buffers=st.integers(1, 8 * MIB),
)
counts = st.integers(1, 64)


@given(footprints, counts, counts, counts)
def test_tasks_and_passes_never_want_more_cores_than_there_are(
    footprint: Footprint, batch_size: int, cores: int, task_cpus: int
) -> None:
    assume(task_cpus <= cores)
    size = size_executor(footprint, batch_size=batch_size, cores=cores, task_cpus=task_cpus)
    assert size.passes * size.threads <= cores
    assert size.overhead_mib * MIB >= footprint.weights + size.passes * batch_size * footprint.activations
    assert size.settings["spark.executor.memory"] == f"{size.heap_mib}m"


@given(footprints, counts, st.integers(1, 32))
def test_more_of_anything_never_needs_less(footprint: Footprint, batch_size: int, cores: int) -> None:
    size = size_executor(footprint, batch_size=batch_size, cores=cores)
    larger_batch = size_executor(footprint, batch_size=batch_size + 1, cores=cores)
    more_cores = size_executor(footprint, batch_size=batch_size, cores=cores + 1)
    larger_images = size_executor(footprint, batch_size=batch_size, cores=cores, largest_pixels=10**8)
    for larger in (larger_batch, more_cores, larger_images):
        assert larger.heap_mib >= size.heap_mib
        assert larger.overhead_mib >= size.overhead_mib
    assert larger_images.heap_mib > size.heap_mib
    assert larger_images.overhead_mib == size.overhead_mib  # decoded images live on the heap alone


@given(counts)
def test_weights_count_once_however_many_cores_share_them(cores: int) -> None:
    one, many = size_executor(VIT_BASE), size_executor(VIT_BASE, cores=cores)
    assert many.overhead_mib - one.overhead_mib <= (cores - 1) * 2 * 12 + 64


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="batch size is 0"):
        size_executor(VIT_BASE, batch_size=0)
    with pytest.raises(UsageError, match="has 2 cores, but a task needs 4"):
        size_executor(VIT_BASE, cores=2, task_cpus=4)


def test_a_family_of_unknown_memory_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_model, tmp_path / "model")
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "model_type": "resnet"}))
    with pytest.raises(ModelError, match=r"config\.json is resnet; the memory .* is known for beit, .*vit"):
        Footprint.read(copy)


BLOCK = 5 * 768 + 2 * 3072
"""Numbers of a token in a block of a base model: five of the hidden size, both sides of the activation."""


@pytest.mark.parametrize(
    ("config", "edge", "tokens"),
    [
        ({"model_type": "vit"}, 224, 197),
        ({"model_type": "vit", "image_size": 384}, 384, 577),
        ({"model_type": "deit"}, 224, 198),
        ({"model_type": "ijepa"}, 224, 196),
        ({"model_type": "beit"}, 224, 197),
        ({"model_type": "dinov2"}, 224, 257),
        ({"model_type": "dinov2_with_registers", "patch_size": 14}, 224, 261),
        ({"model_type": "siglip", "vision_config": {"patch_size": 16}}, 256, 256),
        ({"model_type": "clip", "vision_config": {}, "text_config": {"hidden_size": 1}}, 224, 50),
        ({"model_type": "timm_wrapper", "plain_vit": {"class_token": True, "reg_tokens": 4}}, 224, 201),
    ],
)
def test_a_vision_transformer_counts_its_tokens(config: dict[str, object], edge: int, tokens: int) -> None:
    scores = 3 if config["model_type"] == "beit" else 2  # before its bias too
    scaled = 2 * 768 if str(config["model_type"]).startswith("dinov2") else 0
    counted = tokens * (BLOCK + scaled) + scores * 12 * tokens**2
    assert activations(config, edge, edge, "") == FLOAT * counted


def test_only_plain_vision_transformers_of_timm_are_counted() -> None:
    with pytest.raises(ModelError, match=r"is timm_wrapper without plain_vit; the memory"):
        activations({"model_type": "timm_wrapper", "plain_vit": None}, 224, 224, "the file")


def test_gated_layers_count_gate_and_factor() -> None:
    plain, gated = ({"model_type": "dinov2", "use_swiglu_ffn": is_gated} for is_gated in (False, True))
    wider = 2 * (2 * 2048 - 3072)  # two thirds of the width, for gate and factor
    assert activations(gated, 224, 224, "") - activations(plain, 224, 224, "") == FLOAT * 257 * wider


def test_invalid_settings_are_named() -> None:
    with pytest.raises(ModelError, match="the file has an invalid setting"):
        activations({"model_type": "swin", "patch_size": 0}, 224, 224, "the file")


def test_a_folder_that_is_no_model_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="vitscale export MODEL --precision int8"):
        Footprint.read(tmp_path, "int8")


MEASURE = """
import json, pathlib, re, sys
from vitscale import ViT
from vitscale.jvm.bridge import python_api
from pyspark import SparkContext
model, photos, heap, batch = sys.argv[1:]
python_api({"spark.driver.memory": heap})
ViT(model, batch_size=int(batch), threads=1).classify(photos)
pid = SparkContext._jvm.java.lang.ProcessHandle.current().pid()
status = pathlib.Path(f"/proc/{pid}/status").read_text()
print(json.dumps(int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024))
"""


def test_a_real_process_stays_within_its_settings(tiny_model: Path, photos: Path) -> None:
    """All of a JVM's resident memory, measured, against the heap and overhead derived for it."""
    import vitscale.jvm.session

    size = size_executor(Footprint.read(tiny_model), batch_size=4, cores=vitscale.jvm.session.cores())
    arguments = [str(tiny_model), str(photos), f"{size.heap_mib}m", "4"]
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, *arguments], capture_output=True, text=True, check=True
    )
    assert 100 < json.loads(re.findall(r"^\d+$", answer.stdout, re.M)[-1]) < size.heap_mib + size.overhead_mib


@pytest.mark.parametrize(("precision", "share"), [("fp32", 1), ("bf16", 0.5), ("int8", 0.25)])
def test_without_a_graph_the_packed_weights_count(precision: str, share: float, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "a"}, "hidden_size": 32}))
    (tmp_path / "model.safetensors").write_bytes(bytes(1000))
    assert Footprint.read(tmp_path, precision).weights == 1000 * share
