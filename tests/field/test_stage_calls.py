"""Calls of the stages as users of Spark ML write them: parameters of each kind, copies, columns, sessions."""

from __future__ import annotations

import copy
import gc
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import vitscale
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.feature import IndexToString, StringIndexer
from pyspark.sql import functions as sql
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification, load_pipeline
from vitscale.ml.hub_model import master

from tests.fixtures.image_files import encoded
from tests.fixtures.photos import PHOTOS
from tests.job.jobs import MODEL

MASTER = "local[2]"


@pytest.fixture(scope="module")
def spark() -> Any:
    return vitscale.start(MASTER, settings={"spark.sql.shuffle.partitions": 1})


@pytest.fixture(scope="module")
def frame(spark: Any) -> Any:
    content = bytearray(encoded(PHOTOS[0].resize((60, 40)), "JPEG"))
    return spark.createDataFrame([("a", content), ("b", None)], "name string, content binary").coalesce(1)


def annotator(spark: Any) -> VitScaleForImageClassification:
    return VitScaleForImageClassification.loadSavedModel(str(MODEL), spark).setInputCols(["image"])


def counts(answered: Any) -> list[int | None]:
    """Return the number of labels of each row, None for an image that failed."""
    rows = answered.orderBy("name").select("classification.predictions").collect()
    return [None if row.predictions is None else len(row.predictions) for row in rows]


def setter(name: str) -> str:
    return "set" + name[0].upper() + name[1:]


PARAMETERS: dict[str, Any] = {
    "inputCol": "picture",
    "outputCol": "labels",
    "modelPath": str(MODEL),
    "precision": "int8",
    "runtime": "onednn",
    "topK": 3,
    "batchSize": 4,
    "threads": 1,
    "device": "gpu",
    "returnLogits": True,
    "truncated": "gray",
    "threshold": 0.5,
    "features": "pooled",
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_none_is_the_default_of_a_parameter(spark: Any, name: str) -> None:
    """By each door; a program passes on what its own caller left out."""
    default = ViTImageClassifier()
    changed = ViTImageClassifier(**{name: PARAMETERS[name]})
    assert changed.getOrDefault(name) == PARAMETERS[name]
    doors = {
        "constructor": ViTImageClassifier(**{name: None}),
        "setter": getattr(changed.copy(), setter(name))(None),
        "copy": changed.copy({changed.getParam(name): None}),
        "fitted pipeline": PipelineModel([changed]).copy({changed.getParam(name): None}).stages[0],
    }
    for door, stage in doors.items():
        for one in (stage, stage._to_java()):
            parameter = stage.getParam(name) if one is stage else one.getParam(name)
            assert not one.isSet(parameter), door
            assert one.isDefined(parameter) == default.isDefined(default.getParam(name)), door
    assert changed.isSet(changed.getParam(name))


def test_the_annotator_too(spark: Any) -> None:
    stage = annotator(spark).setThreshold(0.5).setTopK(3)
    assert not stage.setThreshold(None).isSet(stage.threshold)
    assert stage.copy({stage.topK: None}).getOrDefault("topK") == 5


def test_values_of_one_call_leave_the_stage_alone(frame: Any) -> None:
    stage = ViTImageClassifier(modelPath=MODEL, topK=4)
    assert counts(stage.transform(frame, {stage.topK: 2})) == [2, None]
    assert counts(stage.transform(frame, {stage.topK: None})) == [5, None]
    assert counts(stage.transform(frame)) == [4, None]


WRONG: dict[str, Any] = {
    "topK": 0,
    "batchSize": -1,
    "threads": -1,
    "device": "tpu",
    "runtime": "tensorflow",
    "truncated": "black",
    "threshold": 2,
    "features": "mean",
    "inputCol": "elsewhere",
    "outputCol": "name",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_ends_in_one_line_by_every_door(frame: Any, tmp_path: Path, name: str) -> None:
    value = WRONG[name]
    good, bad = ViTImageClassifier(modelPath=MODEL), ViTImageClassifier(modelPath=MODEL, **{name: value})
    wrong = {good.getParam(name): value}
    doors = {
        "transform": lambda: bad.transform(frame),
        "transform with values": lambda: good.transform(frame, wrong),
        "pipeline": lambda: Pipeline(stages=[good]).fit(frame, wrong).transform(frame),
        "fitted pipeline": lambda: PipelineModel([good]).transform(frame, wrong),
    }
    if name not in {"inputCol", "outputCol"}:  # which only a table shows to be wrong
        doors["copy"] = lambda: good.copy(wrong)
        doors["save"] = lambda: bad.save(tmp_path / "stage")
    for door, call in doors.items():
        with pytest.raises(vitscale.UsageError) as refused:
            call()
        assert str(value) in str(refused.value) and "\n" not in str(refused.value), door


WRONG_TYPES: dict[str, Any] = {
    "topK": "5",
    "batchSize": 2.5,
    "threads": [1],
    "returnLogits": 1,
    "threshold": "0.5",
    "inputCol": 7,
    "precision": ["fp32"],
    "modelPath": 7,
}


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_a_value_of_a_wrong_type_is_named_and_the_stage_stays_good(frame: Any, name: str) -> None:
    """Spark frees the Java object of a copy that fails, which was that of the stage itself."""
    value, stage = WRONG_TYPES[name], ViTImageClassifier(modelPath=MODEL, topK=2)
    doors = {
        "constructor": lambda: ViTImageClassifier(**{name: value}),
        "setter": lambda: getattr(ViTImageClassifier(), setter(name))(value),
        "copy": lambda: stage.copy({stage.getParam(name): value}),
        "transform with values": lambda: stage.transform(frame, {stage.getParam(name): value}),
    }
    for door, call in doors.items():
        with pytest.raises(vitscale.UsageError) as refused:
            call()
        assert str(refused.value).startswith(f"{name} is {value!r}; it must be "), door
    gc.collect()
    assert counts(stage.transform(frame)) == [2, None]


def test_copies_of_python_are_stages_of_their_own(frame: Any) -> None:
    stage = ViTImageClassifier(modelPath=MODEL, topK=2)
    for copied in (copy.copy(stage), copy.deepcopy(stage), stage.copy()):
        assert counts(copied.setTopK(3).transform(frame)) == [3, None]
        del copied
        gc.collect()
        assert counts(stage.transform(frame)) == [2, None]


NO_TABLES = [None, [b"content"], pd.DataFrame({"content": [b""]}), "photos"]


@pytest.mark.parametrize("table", NO_TABLES, ids=lambda table: type(table).__name__)
def test_what_is_no_table_of_spark_is_refused(spark: Any, table: Any) -> None:
    for stage in (ViTImageClassifier(modelPath=MODEL), annotator(spark)):
        with pytest.raises(vitscale.UsageError, match="expected a DataFrame of Spark") as refused:
            stage.transform(table)
        assert type(table).__name__ in str(refused.value) and "\n" not in str(refused.value)


def test_labels_of_other_columns_survive(frame: Any) -> None:
    """``IndexToString`` reads them from the metadata of the column."""
    indexed = StringIndexer(inputCol="name", outputCol="number").fit(frame).transform(frame)
    answered = ViTImageClassifier(modelPath=MODEL).transform(indexed)
    named = IndexToString(inputCol="number", outputCol="again").transform(answered)
    assert sorted(row.again for row in named.select("again").collect()) == ["a", "b"]


def test_a_stream_with_a_watermark_can_be_grouped(spark: Any, frame: Any, tmp_path: Path) -> None:
    frame.withColumn("time", sql.lit("2026-01-01").cast("timestamp")).write.parquet(str(tmp_path / "in"))
    schema = "name string, content binary, time timestamp"
    stream = spark.readStream.schema(schema).parquet(str(tmp_path / "in")).withWatermark("time", "1 hour")
    answered = ViTImageClassifier(modelPath=MODEL).transform(stream)
    query = (
        answered.groupBy(sql.window("time", "1 hour"))
        .count()
        .writeStream.format("memory")
        .queryName("grouped")
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    assert query.exception() is None


def test_paths_of_saved_stages_are_texts_or_paths(frame: Any, tmp_path: Path) -> None:
    stage = ViTImageClassifier(modelPath=MODEL, topK=2)
    stage.save(tmp_path / "stage")
    PipelineModel([stage]).save(str(tmp_path / "pipeline"))
    assert counts(ViTImageClassifier.load(tmp_path / "stage").transform(frame)) == [2, None]
    assert counts(load_pipeline(tmp_path / "pipeline").transform(frame)) == [2, None]
    for call in (stage.save, ViTImageClassifier.load, VitScaleForImageClassification.load, load_pipeline):
        for wrong in (None, "", 7, b"stage"):
            with pytest.raises(vitscale.UsageError, match="path is"):
                call(wrong)


def test_threads_know_the_master_of_the_session(spark: Any) -> None:
    """It decides whether executors can read an export in the cache of this machine."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(master()))
    thread.start()
    thread.join()
    assert found == [MASTER]


def test_a_stopped_session_is_named_and_a_new_one_takes_the_stage(frame: Any, tmp_path: Path) -> None:
    stage = ViTImageClassifier(modelPath=MODEL, topK=2)
    PipelineModel([stage]).save(str(tmp_path / "saved"))
    frame.sparkSession.stop()
    stopped = {
        "transform": lambda: stage.transform(frame),
        "copy": stage.copy,
        "save": lambda: stage.save(tmp_path / "again"),
        "load": lambda: load_pipeline(tmp_path / "saved"),
        "new": lambda: ViTImageClassifier(modelPath=MODEL),
    }
    for door, call in stopped.items():
        with pytest.raises(vitscale.UsageError, match=r"No Spark session runs.*vitscale\.start\(\)"):
            call()
        assert door
    with pytest.raises(vitscale.UsageError, match=r"shuffle\.partitions should be int"):
        vitscale.start(MASTER, settings={"spark.sql.shuffle.partitions": "x"})
    session = vitscale.start(MASTER)
    with pytest.raises(vitscale.UsageError, match="a Spark session that was stopped") as refused:
        stage.transform(frame)
    assert "\n" not in str(refused.value)
    table = session.createDataFrame([("a", None)], "name string, content binary")
    for one in (stage, load_pipeline(tmp_path / "saved")):
        assert counts(one.transform(table)) == [None]
