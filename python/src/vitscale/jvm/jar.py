"""Locations of this package's jars and of Spark's jars."""

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
        raise JavaError(f"{path} is missing. Build it in a checkout of the project: make jar")
    return path


def spark_nlp_jar() -> Path:
    """Return the jar of Spark NLP, with the drop-in annotator and the stock baseline.

    Raises
    ------
    JavaError
        If it is not installed.
    """
    path = _folder() / _SPARK_NLP
    if not path.is_file():
        raise JavaError(f"{path} is missing. Install it: {install_command('sparknlp')}")
    return path


def session_jars() -> list[Path]:
    """Return the jars of a Spark session: ViTScale's, and Spark NLP's if it is installed."""
    return [jar_path(), *_installed(_SPARK_NLP)]


def all_jars() -> list[Path]:
    """Return every installed jar of this package: those of a session, and the JVM benchmark's."""
    return [*session_jars(), *_installed(_BENCH)]


def has_cuda() -> bool:
    """Tell whether the jar has ONNX Runtime's CUDA provider, which only ``onnxruntime_gpu`` has."""
    with ZipFile(jar_path()) as jar:
        return any("onnxruntime_providers_cuda" in name for name in jar.namelist())


def tensorflow_jars() -> Path:
    """Return the folder of the jars of Spark NLP's TensorFlow engine, beside the package's jars.

    Raises
    ------
    JavaError
        If they were not downloaded.
    """
    folder = jar_path().with_name("tensorflow")
    if not folder.is_dir():
        raise JavaError(
            f"{folder} is missing: the jars of Spark NLP's TensorFlow engine (116 MB) are a separate "
            "download. Download them in a checkout of the project: make tensorflow"
        )
    return folder


def _folder() -> Path:
    return Path(str(files("vitscale"))) / "jars"


def _installed(name: str) -> list[Path]:
    path = _folder() / name
    return [path] if path.is_file() else []


def spark_jars() -> Path:
    """Return the folder of Spark's jars in pyspark.

    Raises
    ------
    UsageError
        If pyspark is not installed.
    """
    require("pyspark")
    spec = find_spec("pyspark")  # importing it would double the start time of a command
    if spec is None or spec.origin is None:
        raise JavaError(
            "The package pyspark has no files. Install it again: pip install --force-reinstall pyspark"
        )
    return Path(spec.origin).parent / "jars"
