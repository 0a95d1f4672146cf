"""The bridge: a handshake before any call, and Java's errors as this package's own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.errors.exceptions.captured import install_exception_handler
from vitscale.errors import JavaError, ModelError, UsageError, VitscaleError
from vitscale.jvm import bridge, handshake
from vitscale.jvm.bridge import java_errors, python_api, scala_object


def test_jar_and_package_have_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert python_api().version() == handshake.__version__
    monkeypatch.setattr(handshake, "__version__", "9.9.9")
    with pytest.raises(
        JavaError, match=r"The jar has version \S+, the package has version 9.9.9. Rebuild the jar: make jar"
    ):
        python_api()


@pytest.mark.parametrize(
    "key", ["extraJavaOptions", "defaultJavaOptions", "extraClassPath", "extraLibraryPath"]
)
def test_what_a_jvm_reads_at_its_start_is_refused_later(key: str) -> None:
    python_api()
    with pytest.raises(UsageError, match=f"spark.driver.{key} is 'x', but the JVM .* already runs"):
        python_api({f"spark.driver.{key}": "x"})


def test_another_heap_for_a_jvm_that_runs_is_warned_of() -> None:
    python_api()
    with pytest.warns(UserWarning, match=r"spark.driver.memory is '777m'.*vitscale.start\(\) before"):
        python_api({"spark.driver.memory": "777m"})


def test_a_users_mistake_is_typed_and_keeps_javas_trace_as_cause(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no image") as caught, java_errors():
        scala_object("vitscale.bench.BenchmarkApi").images(str(tmp_path), [])
    assert "vitscale.bench.ImageFolder" in str(caught.value.__cause__)
    with pytest.raises(ModelError, match="vitscale export"), java_errors():
        api = scala_object("vitscale.bench.BenchmarkApi")
        api.vitscaleBackend(str(tmp_path), "fp32", "onnxruntime", 1, 0, "cpu", 1)


ERRORS_OF_SCALA = Path(__file__).parents[2] / "scala/core/src/main/scala/vitscale/errors.scala"
EXCEPTIONS = re.findall(r"^final class (\w+)Exception\(", ERRORS_OF_SCALA.read_text(), re.MULTILINE)


def test_the_exceptions_of_scala_are_found() -> None:
    assert {"Usage", "Device"} < set(EXCEPTIONS)


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_every_exception_of_scala_is_an_error_of_its_own(name: str) -> None:
    python_api()
    thrown = getattr(bridge.SparkContext._jvm.vitscale, f"{name}Exception")("what happened", None)
    with pytest.raises(VitscaleError) as caught, java_errors():
        bridge.SparkContext._jvm.com.google.common.base.Throwables.propagate(thrown)
    assert type(caught.value).__name__ == f"{name}Error"
    assert str(caught.value) == "what happened"
    assert caught.value.exit_code == thrown.exitCode()


@pytest.mark.parametrize("has_session", [False, True])
def test_any_other_exception_is_said_in_a_line(has_session: bool) -> None:
    python_api()
    if has_session:
        install_exception_handler()  # as the first Spark session does, for good
    with pytest.raises(JavaError, match="NumberFormatException") as caught, java_errors():
        bridge.SparkContext._jvm.java.lang.Integer.parseInt("x")
    assert "\n" not in str(caught.value)


def test_the_gateway_listens_on_loopback_and_asks_for_a_token() -> None:
    python_api()
    parameters = bridge.SparkContext._gateway.gateway_parameters
    assert parameters.address == "127.0.0.1"
    assert len(parameters.auth_token) >= 32


def test_importing_the_package_starts_nothing() -> None:
    assert loaded_by("vitscale", {"torch", "py4j", "pyspark"}) == "[]"


def test_the_command_line_starts_without_what_only_some_commands_need() -> None:
    assert loaded_by("vitscale.cli", {"torch", "pyspark", "numpy", "PIL", "jsonschema", "pynvml"}) == "[]"


def loaded_by(module: str, among: set[str]) -> str:
    """Return which packages an import loads in a fresh process, of those that are asked for."""
    code = f"import sys, {module}; print(sorted({among!r} & set(sys.modules)))"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
