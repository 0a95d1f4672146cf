"""Libraries that a user adds to Spark by their Maven coordinates: table formats, clients of object stores."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGES = "spark.jars.packages"
EXCLUDES = "spark.jars.excludes"
_JAR = re.compile(r"(?P<artifact>.+?)-\d+(\.\w+)*(-[\w.]+)?\.jar")


def sparks_own(jars: Path) -> str:
    """Return the value of ``spark.jars.excludes`` that keeps Spark's own libraries.

    A package names what it was compiled with: Delta 4.1 and newer name Hadoop, Parquet, Jackson and log4j. A
    class loader that looks into packages first would load those a second time, and Java refuses a class that
    two class loaders exchange (``LinkageError``).

    Parameters
    ----------
    jars : Path
        Folder of Spark's jars.

    Returns
    -------
    str
        ``*:ARTIFACT`` for each library there, separated by commas. Spark matches them as glob patterns
        (``MavenUtils.createExclusion``).
    """
    named = (_JAR.fullmatch(jar.name) for jar in jars.glob("*.jar"))
    return ",".join(sorted({f"*:{found['artifact']}" for found in named if found}))
