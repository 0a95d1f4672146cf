"""Everything that starts a JVM works where users have it run: containers, other Sparks, forked processes."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.field.scripts import run
from tests.job.jobs import MODEL, classify

ACCENTS = "ünï cafe\u0301.jpg"

API = """
import json, sys, vitscale
model, photos, expected = sys.argv[1:]
spark = vitscale.start(settings={"spark.driver.extraJavaOptions": "-Dfield.x=1"})
jvm = spark.sparkContext._jvm
answers = vitscale.ViT(model).classify(photos, on_error="return")
read = spark.read.format("binaryFile").load(photos).select("content").collect()
print(json.dumps({
    "answers": {name: isinstance(answer, list) for name, answer in answers.items()},
    "bytes": sum(len(row.content) > 0 for row in read),
    "heap": jvm.java.lang.Runtime.getRuntime().maxMemory() >> 20,
    "properties": {key: jvm.java.lang.System.getProperty(key) for key in ("field.x", "field.y", "user.home")},
    "user": spark.sparkContext.sparkUser(),
}))
"""

FORKED = """
import concurrent.futures, json, multiprocessing, os, sys
import psutil, vitscale
from vitscale.errors import JavaError
spark = vitscale.start("local[1]", "512m")
vit = vitscale.ViT(sys.argv[1])
files = sys.argv[2:] * 3
right = [vit.classify(file) for file in files]

def java():
    return [one.pid for one in psutil.Process().children() if "java" in one.name()]

def in_child(_):
    own = [vit.classify(file) for file in files] == right
    try:
        stale = str(spark.range(3).count())
    except Exception as error:
        stale = str(error)
    again = vitscale.start("local[1]", "512m").range(3).count()
    return {"right": own, "stale": stale, "again": again, "java": java()}

with concurrent.futures.ThreadPoolExecutor(3) as threads:
    list(threads.map(vit.classify, files))
    with multiprocessing.get_context("fork").Pool(1) as pool:
        asked = pool.map_async(in_child, [0])
        beside = list(threads.map(vit.classify, files)) == right
        (child,) = asked.get(120)
    after = list(threads.map(vit.classify, files)) == right
_, alive = psutil.wait_procs([psutil.Process(one) for one in child["java"] if psutil.pid_exists(one)], 20)
print(json.dumps({
    "child": child, "beside": beside, "after": after, "session": spark.range(5).count(),
    "left": [one.pid for one in alive if one.status() != "zombie"], "own": java(),
}))
"""


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter and write, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="environments-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture(scope="module")
def accents(open_folder: Path) -> Path:
    """Two photos, one with a name that is not ASCII."""
    folder = open_folder / "photos"
    folder.mkdir()
    for number, name in enumerate(("0.jpg", ACCENTS)):
        Image.linear_gradient("L").rotate(90 * number).resize((60, 40)).convert("RGB").save(folder / name)
    return folder


@pytest.fixture
def another_spark(tmp_path: Path) -> dict[str, str]:
    """What another installation of Spark leaves in the environment."""
    other = tmp_path / "other-spark"
    (other / "bin").mkdir(parents=True)
    script = other / "bin" / "spark-submit"
    script.write_text("#!/bin/sh\necho another Spark >&2\nexit 9\n")
    script.chmod(0o755)
    return {
        "SPARK_HOME": str(other),
        "PYSPARK_SUBMIT_ARGS": "--master spark://nowhere.invalid:7077 pyspark-shell",
        "CLASSPATH": "/nowhere/old.jar",
        "SPARK_DIST_CLASSPATH": "/nowhere/*",
        "SPARK_SUBMIT_OPTS": "-Dfield.y=1",
        "MASTER": "yarn",
        "SPARK_TESTING": "1",
    }


def as_nobody_known() -> tuple[str, ...]:
    """Return a prefix that takes a user id without a name; it may still read all files."""
    ids = ("--reuid", "54321", "--regid", "54321", "--clear-groups")
    return ("setpriv", *ids, "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override")


def without(*names: str) -> tuple[str, ...]:
    """Return the options with which `env` takes variables away."""
    return tuple(part for name in names for part in ("-u", name))


def test_the_job_in_a_poor_container_with_another_spark_beside(
    open_folder: Path, accents: Path, another_spark: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "hosts").write_text(
        "127.0.0.1 localhost\n"
    )  # Java asks this file alone: no other name resolves
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "spark-defaults.conf").write_text(
        f"spark.driver.extraJavaOptions -Djdk.net.hosts.file={tmp_path}/hosts\n"
    )
    work = open_folder / "work"
    work.mkdir()
    work.chmod(0o777)
    done = classify(
        accents,
        work / "out",
        prefix=("env", "-C", str(work), *without("HOME", "USER", "LOGNAME"), *as_nobody_known()),
        LC_ALL="C",
        **{**another_spark, "SPARK_CONF_DIR": str(tmp_path / "conf")},
    )
    assert done.exit_code == 0, done.stderr
    assert done.ledger is not None and done.ledger["predicted"] == 2
    assert "No effect here" in done.stderr and "another Spark\n" not in done.stderr
    assert [path.name for path in work.iterdir()] == ["out"]


def test_the_python_api_in_a_poor_container_with_another_spark_beside(
    accents: Path, another_spark: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "spark-defaults.conf").write_text(
        "spark.driver.memory 555m\nspark.master local[1]\n"
    )
    prefix = ("env", *without("HOME", "USER", "LOGNAME"), *as_nobody_known())
    variables = {**another_spark, "SPARK_CONF_DIR": str(tmp_path / "conf"), "LC_ALL": "C"}
    found = json.loads(run(API, MODEL, accents, "", prefix=prefix, **variables))
    assert found["answers"] == {"0.jpg": True, ACCENTS: True}
    assert found["bytes"] == 2
    assert 500 < found["heap"] <= 555
    assert found["properties"]["field.x"] == "1" and found["properties"]["field.y"] is None
    assert found["properties"]["user.home"] != "?"
    assert found["user"] == "54321"


def test_a_forked_process_has_a_jvm_of_its_own(accents: Path) -> None:
    found = json.loads(run(FORKED, MODEL, *sorted(accents.iterdir())))
    child = found["child"]
    assert child["right"] and found["beside"] and found["after"]
    assert "belongs to the JVM of process" in child["stale"]
    assert child["again"] == 3 and found["session"] == 5
    assert len(child["java"]) == 1 and found["left"] == []
    assert len(found["own"]) == 1 and found["own"] != child["java"]
