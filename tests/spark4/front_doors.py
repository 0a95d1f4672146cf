"""What one Spark answers through every front door of Python, run by its own Python.

The arguments are MODEL, PHOTOS and OUT, then the folders of jobs whose rows are read, then pipelines after
``--``. It writes JSON files into OUT, and the saved pipeline ``OUT/pipeline``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import vitscale
from pyspark.ml import Pipeline
from pyspark.sql import DataFrame, SparkSession
from vitscale import ml


def main(model: str, photos: str, out: Path, jobs: list[str], pipelines: list[str]) -> None:
    """Write the answers."""
    found = vitscale.ViT(model).classify(photos, top_k=3)
    _write(out / "vit.json", found)

    spark = vitscale.start("local[2]")
    images = spark.read.format("binaryFile").option("recursiveFileLookup", True).load(photos)
    stage = ml.ViTImageClassifier(modelPath=model, topK=3, features="pooled", returnLogits=True)
    _write(out / "stage.json", _rows(stage.transform(images)))
    Pipeline(stages=[stage]).fit(images).write().save(str(out / "pipeline"))
    for number, pipeline in enumerate([str(out / "pipeline"), *pipelines]):
        _write(out / f"pipeline-{number}.json", _rows(ml.load_pipeline(pipeline).transform(images)))
    for number, job in enumerate(jobs):
        _write(out / f"job-{number}.json", _job(spark, job))


def _job(spark: SparkSession, folder: str) -> dict[str, Any]:
    """Return the predictions of a job without their times, and their schema."""
    table = spark.read.parquet(f"{folder}/predictions").drop("time")
    return {"schema": table.schema.jsonValue(), "rows": _rows(table)}


def _rows(table: DataFrame) -> list[Any]:
    columns = [name for name in table.columns if name not in ("modificationTime", "content")]
    return [row.asDict(recursive=True) for row in table.select(columns).orderBy("path").collect()]


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=1, sort_keys=True))


if __name__ == "__main__":
    _model, _photos, _out, *_rest = sys.argv[1:]
    _at = _rest.index("--")
    main(_model, _photos, Path(_out), _rest[:_at], _rest[_at + 1 :])
