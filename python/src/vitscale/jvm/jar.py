"""Where the jar is that this package carries, and Spark's own jars beside it."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

from vitscale.errors import JavaError


def jar_path() -> Path:
    """Return the package's jar: ViTScale, Spark NLP and ONNX Runtime.

    Raises
    ------
    JavaError
        If the jar was not built.
    """
    path = Path(str(files("vitscale"))) / "jars" / "vitscale.jar"
    if not path.is_file():
        raise JavaError(f"There is no {path}. Build it in a checkout of the project: make jar")
    return path


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


def spark_jars() -> Path:
    """Return the folder of Spark's jars, which come with pyspark."""
    spec = find_spec("pyspark")  # importing it takes as long as all the rest of a command's start
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'pyspark'")
    return Path(spec.origin).parent / "jars"
