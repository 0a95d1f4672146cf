"""Sessions that the user started: with our jars or without, and with settings of his own."""

import json
from typing import Any

import pytest
import vitscale

from tests.field.scripts import run
from tests.job.jobs import MODEL

FOREIGN = """
import sys
from pyspark.sql import SparkSession
from vitscale.errors import VitscaleError
from vitscale.ml import ViTImageClassifier, VitScaleForImageClassification
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
if sys.argv[1]:
    builder = builder.config("spark.jars", sys.argv[1])
spark = builder.getOrCreate()
import vitscale
for attempt in (
    lambda: ViTImageClassifier(modelPath=sys.argv[2]),
    VitScaleForImageClassification,
    lambda: ViTImageClassifier.load("/nowhere"),
    lambda: vitscale.ViT(sys.argv[2]),
    vitscale.start,
):
    try:
        attempt()
        print("works")
    except VitscaleError as error:
        print(type(error).__name__, str(error).splitlines()[0])
"""

SESSION = """
import json, sys
from pyspark.sql import SparkSession
builder = SparkSession.builder.master("local[1]").config("spark.jars", sys.argv[1])
spark = builder.appName("mine").getOrCreate()
context = spark.sparkContext
def settings():
    session = {row.key: row.value for row in spark.sql("SET").collect()}
    return [session, context.uiWebUrl, context._jsc.sc().progressBar().isDefined()]
before = settings()
import vitscale
again = vitscale.start(settings={"spark.sql.shuffle.partitions": 3})
vitscale.ViT(sys.argv[2]).close()
print(json.dumps([before, settings(), again is spark]))
"""


def test_a_session_without_the_jar_is_told_which_one_to_add() -> None:
    lines = run(FOREIGN, "", MODEL).splitlines()
    assert len(lines) == 5
    for line in lines:
        assert line.startswith("JavaError The running Spark session lacks ViTScale's jars"), line
        assert (
            "vitscale_2.12.jar,/" in line and "vitscale-libraries.jar" in line and "vitscale.start()" in line
        )


def test_a_session_with_the_jars_is_taken_as_it_is() -> None:
    from vitscale.jvm.jar import session_jars

    lines = run(FOREIGN, ",".join(map(str, session_jars())), MODEL).splitlines()
    assert [line.split()[0] for line in lines] == ["works", "works", "UsageError", "works", "works"]
    assert "/nowhere" in lines[2]


def test_a_running_session_keeps_its_ui_and_its_settings() -> None:
    """All but what the call asks for; Spark's own session shows its UI."""
    from vitscale.jvm.jar import engine_jars

    before, after, is_same = json.loads(run(SESSION, ",".join(map(str, engine_jars())), MODEL))
    assert is_same and before[1] == after[1] and after[1].startswith("http")
    assert before[2] == after[2]
    assert {**before[0], "spark.sql.shuffle.partitions": "3"} == after[0]


def test_a_session_without_spark_nlps_jar_lacks_the_annotator_alone() -> None:
    from vitscale.jvm.jar import engine_jars

    lines = run(FOREIGN, ",".join(map(str, engine_jars())), MODEL).splitlines()
    assert [line.split()[0] for line in lines] == ["works", "JavaError", "UsageError", "works", "works"]
    assert 'pip install "vitscale[sparknlp]"' in lines[1]


WRONG_SETTINGS = [
    ({"master": 7}, "master is 7"),
    ({"memory": 8}, "memory is 8"),
    ({"settings": ["spark.a=b"]}, "settings is of type list"),
    ({"settings": "spark.a=b"}, "settings is of type str"),
    ({"settings": {"spark.a": None}}, "settings has 'spark.a': None"),
    ({"settings": {1: 2}}, "settings has 1: 2"),
]


@pytest.mark.parametrize(("given", "said"), WRONG_SETTINGS)
def test_wrong_settings_are_refused_before_a_jvm_starts(given: dict[str, Any], said: str) -> None:
    with pytest.raises(vitscale.UsageError) as refused:
        vitscale.start(**given)
    assert str(refused.value).startswith(said) and "\n" not in str(refused.value)
