"""Locations of this package's jars, which depend on the installed Spark."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

from vitscale.errors import JavaError, UsageError
from vitscale.jvm.spark_release import installed_spark
from vitscale.system.extras import install_command

_ENGINE, _SPARK_NLP, _BENCH = "vitscale", "vitscale-sparknlp", "vitscale-bench"
_LIBRARIES = "vitscale-libraries.jar"


def jar_path(scala: str | None = None) -> Path:
    """Return the jar of the engine, the Spark stages and the classify job.

    Parameters
    ----------
    scala : str, optional
        Version of Scala, by default that of the installed Spark.

    Raises
    ------
    JavaError
        If the jar was not built, or the installed Spark is not supported.
    """
    return _required(f"{_ENGINE}_{scala or installed_spark().scala}.jar")


def libraries_jar() -> Path:
    """Return the jar of the libraries in Java and native code, which is the same for each version of Scala.

    Raises
    ------
    JavaError
        If the jar was not built.
    """
    return _required(_LIBRARIES)


def engine_jars(scala: str | None = None) -> list[Path]:
    """Return what a cluster needs: the jar of :func:`jar_path`, then that of :func:`libraries_jar`.

    Parameters
    ----------
    scala : str, optional
        Version of Scala, by default that of the installed Spark.

    Raises
    ------
    JavaError
        If a jar was not built, or the installed Spark is not supported.
    """
    return [jar_path(scala), libraries_jar()]


def spark_nlp_jar() -> Path:
    """Return the jar of Spark NLP, with the drop-in annotator and the stock baseline.

    Raises
    ------
    JavaError
        If it is not installed.
    UsageError
        If the installed Spark is Spark 4.
    """
    refuse_spark_nlp()
    name = f"{_SPARK_NLP}_2.12.jar"
    path = _folder() / name
    if not path.is_file():
        raise JavaError(f"{path} is missing. Install it: {install_command('sparknlp')}")
    return path


def refuse_spark_nlp() -> None:
    """Raise an error if there is no Spark NLP for the installed Spark.

    Raises
    ------
    UsageError
        For Spark 4.
    """
    spark = installed_spark()
    if spark.scala != "2.12":
        raise UsageError(
            f"Spark NLP has no release for Scala {spark.scala} and Spark 4, but the installed Spark is "
            f'{spark.version}. Install Spark 3.5: pip install "pyspark==3.5.*"'
        )


def session_jars() -> list[Path]:
    """Return the jars of a Spark session: ViTScale's, and Spark NLP's if it is installed."""
    return [*engine_jars(), *_installed(_SPARK_NLP)]


def all_jars() -> list[Path]:
    """Return every jar of this package for the installed Spark: a session's, and the JVM benchmark's."""
    return [*session_jars(), *_installed(_BENCH)]


def has_cuda() -> bool:
    """Tell whether the jar has ONNX Runtime's CUDA provider, which only ``onnxruntime_gpu`` has."""
    with ZipFile(libraries_jar()) as jar:
        return any("onnxruntime_providers_cuda" in name for name in jar.namelist())


def tensorflow_jars() -> Path:
    """Return the folder of the jars of Spark NLP's TensorFlow engine, beside the package's jars.

    Raises
    ------
    JavaError
        If they were not downloaded.
    """
    folder = _folder() / "tensorflow"
    if not folder.is_dir():
        raise JavaError(
            f"{folder} is missing: the jars of Spark NLP's TensorFlow engine (116 MB) are a separate "
            "download. Download them in a checkout of the project: make tensorflow"
        )
    return folder


def _folder() -> Path:
    return Path(str(files("vitscale"))) / "jars"


def _required(name: str) -> Path:
    path = _folder() / name
    if not path.is_file():
        raise JavaError(f"{path} is missing. Build it in a checkout of the project: make jar")
    return path


def _installed(name: str) -> list[Path]:
    path = _folder() / f"{name}_{installed_spark().scala}.jar"
    return [path] if path.is_file() else []
