"""What the source imports, what ``pyproject.toml`` declares, and the extra that a message names."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from vitscale import UsageError, __version__
from vitscale.system.extras import PACKAGES, naming_extras, require

ROOT = Path(__file__).parents[2] / "python"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DISTRIBUTIONS = {
    "PIL": "pillow",
    "huggingface_hub": "huggingface-hub",
    "onnx_ir": "onnxscript",  # which needs it
    "pynvml": "nvidia-ml-py",
    "sparknlp": "spark-nlp",
}
IN_OTHER_ENVIRONMENTS = {"models/tensorflow/saved_model.py"}


def imported() -> set[str]:
    found = set()
    source = ROOT / "src/vitscale"
    for file in source.rglob("*.py"):
        if str(file.relative_to(source)) in IN_OTHER_ENVIRONMENTS:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"vitscale"}


def declared(requirements: list[str]) -> set[str]:
    return {re.split(r"[\s\[<>=~;]", one, maxsplit=1)[0] for one in requirements}


def test_every_import_is_declared() -> None:
    core = declared(PROJECT["dependencies"])
    for package in imported():
        distribution = DISTRIBUTIONS.get(package, package)
        if package not in PACKAGES:
            assert distribution in core, package
        else:
            assert distribution in declared(PROJECT["optional-dependencies"][PACKAGES[package]]), package


def test_all_has_every_extra_but_that_of_developers() -> None:
    extras = PROJECT["optional-dependencies"]
    assert extras["all"] == [f"vitscale[{','.join(sorted(set(extras) - {'all', 'dev'}))}]"]


def test_spark_nlps_wheel_has_the_same_version() -> None:
    assert f"vitscale-sparknlp=={__version__}" in PROJECT["optional-dependencies"]["sparknlp"]


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitscale.system.extras.find_spec", lambda _: None)


@pytest.mark.usefixtures("without_torch")
def test_a_missing_package_names_its_extra() -> None:
    with pytest.raises(UsageError, match=r'torch, which is not installed.*"vitscale\[export\]"'):
        require("torch")
    with (
        pytest.raises(UsageError, match=r'`vitscale bench` needs.*"vitscale\[bench\]"'),
        naming_extras("bench"),
    ):
        raise ModuleNotFoundError(name="torch.nn")
    with pytest.raises(UsageError, match=r'"vitscale\[openvino\]"'), naming_extras("bench"):
        raise ModuleNotFoundError(name="openvino")


def test_a_missing_package_of_nobodys_stays_as_it_is() -> None:
    with pytest.raises(ModuleNotFoundError), naming_extras():
        raise ModuleNotFoundError(name="something_else")
