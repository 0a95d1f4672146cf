"""Where the jars are that this package carries, and Spark's own jars beside them."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

from vitscale.errors import JavaError
from vitscale.system.extras import install_command, require

_SPARK_NLP, _BENCH = "vitscale-sparknlp.jar", "vitscale-bench.jar"


def jar_path() -> Path:
    """Return the jar of the engine, the Spark stages and the classify job, with ONNX Runtime in it.

    Raises
    ------
    JavaError
        If the jar was not built.
    """
    path = _folder() / "vitscale.jar"
    if not path.is_file():
        raise JavaError(f"There is no {path}. Build it in a checkout of the project: make jar")
    return path


def spark_nlp_jar() -> Path:
    """Return the jar of Spark NLP and of what needs it: the drop-in annotator and the stock baseline.

    Raises
    ------
    JavaError
        If it is not installed.
    """
    path = _folder() / _SPARK_NLP
    if not path.is_file():
        raise JavaError(f"There is no {path}. Install it: {install_command('sparknlp')}")
    return path


def session_jars() -> list[Path]:
    """Return the jars of a Spark session: ViTScale's, and Spark NLP's where it is installed."""
    return [jar_path(), *_installed(_SPARK_NLP)]


def all_jars() -> list[Path]:
    """Return every installed jar of this package: those of a session, and the JVM benchmark's."""
    return [*session_jars(), *_installed(_BENCH)]


def has_cuda() -> bool:
    """Tell whether the jar holds ONNX Runtime's CUDA provider, which ``onnxruntime_gpu`` alone has."""
    with ZipFile(jar_path()) as jar:
        return any("onnxruntime_providers_cuda" in name for name in jar.namelist())


def tensorflow_jars() -> Path:
    """Return the folder of the jars of Spark NLP's TensorFlow engine, which stand beside the package's own.

    Raises
    ------
    JavaError
        If they were not fetched.
    """
    folder = jar_path().with_name("tensorflow")
    if not folder.is_dir():
        raise JavaError(
            f"There is no {folder}: the jars of Spark NLP's TensorFlow engine, 116 MB, are fetched apart. "
            "Fetch them in a checkout of the project: make tensorflow"
        )
    return folder


def _folder() -> Path:
    return Path(str(files("vitscale"))) / "jars"


def _installed(name: str) -> list[Path]:
    path = _folder() / name
    return [path] if path.is_file() else []


def spark_jars() -> Path:
    """Return the folder of Spark's jars, which come with pyspark.

    Raises
    ------
    UsageError
        If pyspark is not installed.
    """
    require("pyspark")
    spec = find_spec("pyspark")  # importing it takes as long as all the rest of a command's start
    if spec is None or spec.origin is None:
        raise JavaError("The package pyspark has no files of its own. Install it anew: pip install pyspark")
    return Path(spec.origin).parent / "jars"
