"""Where the jar is that this package carries, and Spark's own jars beside it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

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


def spark_jars() -> Path:
    """Return the folder of Spark's jars, which come with pyspark."""
    import pyspark

    return Path(pyspark.__file__).parent / "jars"
