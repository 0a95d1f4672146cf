"""A backend is a folder that the registry finds; to know it costs no library of its own."""

import json
import subprocess
import sys
from pathlib import Path

from vitscale import backends
from vitscale.backends.registry import BACKENDS

HEAVY = ("onnx", "onnxruntime", "openvino", "pyspark", "sparknlp", "torch", "transformers")


def test_every_folder_but_the_shared_one_defines_a_backend() -> None:
    folders = {path.parent.name for path in Path(backends.__path__[0]).glob("*/__init__.py")}
    assert {name.replace("-", "_") for name in BACKENDS} == folders - {"shared"}


def test_each_backend_has_a_rank_of_its_own_and_the_reference_the_first() -> None:
    ranks = [one.rank for one in BACKENDS.values()]
    assert ranks == sorted(set(ranks))
    assert next(iter(BACKENDS)) == "huggingface"


def test_variants_of_a_backend_are_its_own() -> None:
    for name, one in BACKENDS.items():
        assert all(variant.partition(":")[0] == name for variant in (*one.tuned, *one.gpu))


def test_the_registry_imports_no_library_of_a_backend() -> None:
    code = (
        "import json, sys; from vitscale.backends import parsing; parsing.parse('openvino:dtype=bfloat16'); "
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == []
