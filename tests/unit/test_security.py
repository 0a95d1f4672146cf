"""What docs/reference/security.md promises of models, of the gateway to Java and of what is written down."""

import ast
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import vitscale
from vitscale.errors import ModelError
from vitscale.jvm import bridge
from vitscale.jvm.bridge import python_api
from vitscale.models.checkpoint.load import load_checkpoint
from vitscale.models.export.onnx_file import open_session

from tests.fixtures.make_wrong_graphs import external_data

SOURCES = Path(vitscale.__file__).parent
SECRET = "not-for-anyone-8f1c"


def ask_gateway(*lines: str) -> str:
    """Send commands in py4j's protocol and return what comes back within two seconds."""
    parameters = bridge.SparkContext._gateway.gateway_parameters
    answer = b""
    with socket.create_connection((parameters.address, parameters.port), timeout=2) as connection:
        connection.sendall("".join(f"{line}\n" for line in lines).encode())
        with suppress(OSError):  # the answer has no end of its own; a refusal closes the connection
            while received := connection.recv(4096):
                answer += received
    return answer.decode()


def test_the_gateway_does_nothing_for_who_has_no_token() -> None:
    python_api()
    token = bridge.SparkContext._gateway.gateway_parameters.auth_token
    command = ("c", "z:java.lang.System", "currentTimeMillis", "e")
    assert "!yL" in ask_gateway("A", token, *command)  # the control: a long comes back
    for refused in (ask_gateway(*command), ask_gateway("A", "0" * len(token), *command)):
        assert "!yL" not in refused


@pytest.mark.parametrize("settings", ["config.json", "preprocessor_config.json"])
def test_code_in_a_model_folder_does_not_run(tiny_checkpoint: Path, tmp_path: Path, settings: str) -> None:
    folder, trace = tmp_path / "model", tmp_path / "it ran"
    shutil.copytree(tiny_checkpoint, folder)
    (folder / "its_own.py").write_text(f"open({str(trace)!r}, 'w').close()\nclass Its: pass\n")
    content = json.loads((folder / settings).read_text())
    names = ["AutoConfig", "AutoModelForImageClassification", "AutoImageProcessor"]
    content["auto_map"] = {name: "its_own.Its" for name in names}
    (folder / settings).write_text(json.dumps(content))
    load_checkpoint(str(folder))
    assert not trace.exists()


@pytest.fixture(params=["../factor.bin", "absolute", "below/../../factor.bin", "link.bin"])
def graph_that_reaches_out(request: pytest.FixtureRequest, tiny_model: Path, tmp_path: Path) -> Path:
    """A model folder whose graph asks for weights outside of the graph's own folder, where they are."""
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    graph = folder / "onnx" / "fp32"
    outside = graph.parent / "factor.bin"
    outside.write_bytes(struct.pack("<f", 1.0))
    location = str(outside) if request.param == "absolute" else request.param
    if location == "link.bin":
        (graph / location).symlink_to(outside)
    (graph / "model.onnx").write_bytes(external_data(location).SerializeToString())
    return folder


def test_a_graph_cannot_read_outside_of_its_folder(graph_that_reaches_out: Path) -> None:
    with pytest.raises(ModelError, match=r"escapes|Absolute path not allowed"):
        vitscale.ViT(graph_that_reaches_out, runtime="onnxruntime")
    with pytest.raises(Exception, match=r"escapes|Absolute path not allowed"):
        open_session(graph_that_reaches_out / "onnx" / "fp32" / "model.onnx")


def test_nothing_in_the_package_unpacks_archives_or_pickles() -> None:
    """What is never imported cannot be tricked: no archive can write outside of its folder."""
    forbidden = {"tarfile", "zipfile", "pickle", "dill", "joblib", "shelve", "marshal"}
    only_looks_at_names = {("jar.py", "zipfile"), ("weights.py", "zipfile")}
    nodes = [
        (file.name, node) for file in SOURCES.rglob("*.py") for node in ast.walk(ast.parse(file.read_text()))
    ]
    imported = {(file, name.split(".")[0]) for file, node in nodes for name in _names(node)}
    assert {"json", "numpy"} <= {name for _, name in imported}  # the control: imports are found
    assert {one for one in imported if one[1] in forbidden} <= only_looks_at_names
    read = {node.attr for _, node in nodes if isinstance(node, ast.Attribute)}
    assert "namelist" in read
    assert not read & {"extract", "extractall", "unpack_archive"}
    loads = [
        node
        for _, node in nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("torch.load", "torch.jit.load"))
    ]
    assert len(loads) == 1
    assert "weights_only=True" in ast.unparse(loads[0])


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_secrets_of_the_environment_are_not_written_into_results() -> None:
    secrets = {"HF_TOKEN": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET}
    command = [sys.executable, "-m", "vitscale", "env", "--json", "-"]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, **secrets}
    )
    assert json.loads(answer.stdout)["versions"]
    assert SECRET not in answer.stdout + answer.stderr
