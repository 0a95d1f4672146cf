"""The installed Spark: its version and its version of Scala, which choose this package's jars."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from vitscale.errors import JavaError
from vitscale.system.extras import require

SCALA_VERSIONS = ("2.12", "2.13")
"""Versions of Scala that this package has jars for."""
_SUPPORTED = {"2.12": re.compile(r"3\.5(\.|$)"), "2.13": re.compile(r"4\.")}
"""Version of Scala -> versions of Spark that its jars run on."""
_CORE = re.compile(r"spark-core_(?P<scala>\d+\.\d+)-(?P<spark>.+)\.jar")


@dataclass(frozen=True)
class SparkRelease:
    """A release of Spark.

    Attributes
    ----------
    version : str
        For example ``"4.0.3"``; a vendor's has a suffix.
    scala : str
        Binary version of Scala, ``"2.12"`` or ``"2.13"``.
    """

    version: str
    scala: str

    def require_supported(self) -> None:
        """Raise an error if this package has no jar for it.

        Raises
        ------
        JavaError
            For all but Spark 3.5 with Scala 2.12 and Spark 4 with Scala 2.13.
        """
        supported = _SUPPORTED.get(self.scala)
        if supported is None or not supported.match(self.version):
            raise JavaError(
                f"Spark {self.version} with Scala {self.scala} is not supported; expected Spark 3.5 with "
                'Scala 2.12, or Spark 4 with Scala 2.13. Install one: pip install "pyspark>=3.5,<5"'
            )


def installed_spark() -> SparkRelease:
    """Return the release of the Spark that this package starts.

    Raises
    ------
    JavaError
        If the folder of Spark's jars has no Spark, or a release that is not supported.
    UsageError
        If pyspark is not installed.
    """
    found = release_in(spark_jars())
    found.require_supported()
    return found


@cache
def release_in(jars: Path) -> SparkRelease:
    """Return the release whose jars are in a folder, from the name of Spark's own jar.

    Raises
    ------
    JavaError
        If the folder has no such jar.
    """
    for jar in sorted(jars.glob("spark-core_*.jar")):
        named = _CORE.fullmatch(jar.name)
        if named:
            return SparkRelease(version=named["spark"], scala=named["scala"])
    raise JavaError(
        f"{jars} holds no spark-core jar, so it is not Spark's folder of jars. Install Spark again: "
        "pip install --force-reinstall pyspark"
    )


def spark_jars() -> Path:
    """Return the folder of Spark's jars: in pyspark, or beside it in an installation of Spark.

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
    package = Path(spec.origin).parent
    # spark-submit takes pyspark from SPARK_HOME/python, or from SPARK_HOME/python/lib/pyspark.zip.
    home = package.parents[3 if package.parent.suffix == ".zip" else 1]
    places = (package / "jars", home / "jars")
    return next((place for place in places if place.is_dir()), places[0])
