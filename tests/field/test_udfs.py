"""UDFs of Spark that classify in Python: they run in the Python of the program, with its packages."""

import os
import sys
from pathlib import Path

import pytest

from tests.field.test_environments import run, without
from tests.fixtures.photos import PHOTOS
from tests.job.jobs import MODEL

CODE = """
import os, sys, vitscale
from pyspark.sql.functions import udf
before = os.environ.get("PYSPARK_PYTHON")
spark = vitscale.start("local[1]", "512m")
vit = vitscale.ViT(sys.argv[1])
photo = open(sys.argv[2], "rb").read()
frame = spark.createDataFrame([(bytearray(photo),)], "content binary")
label = udf(lambda content: vit.classify(bytes(content), top_k=1)[0]["label"])("content")
(row,) = frame.select(label, udf(lambda _: sys.executable)("content")).collect()
print(row[0] == vit.classify(photo, top_k=1)[0]["label"])
print(row[1])
print(os.environ.get("PYSPARK_PYTHON") == before)
"""


@pytest.mark.parametrize("chosen", [None, sys.executable])
def test_they_do_not_need_the_path(chosen: str | None, tmp_path: Path) -> None:
    """Outside of an activated environment, the ``python3`` of the PATH lacks the packages."""
    PHOTOS[0].save(tmp_path / "photo.jpg")
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 9\n")
    (tmp_path / "python3").chmod(0o755)
    variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    prefix = ("env", *(without("PYSPARK_PYTHON") if chosen is None else (f"PYSPARK_PYTHON={chosen}",)))
    found = run(CODE, MODEL, tmp_path / "photo.jpg", prefix=prefix, **variables)
    assert found.split() == ["True", sys.executable, "True"]
