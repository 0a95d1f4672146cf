"""The command line of the driver's JVM, by the kind of its master."""

from pathlib import Path

import pytest
from vitscale.errors import UsageError
from vitscale.jvm import jar, launch, spark_submit
from vitscale.jvm.spark_release import SparkRelease, spark_jars
from vitscale.jvm.spark_submit import replace_process, submission

JAR = Path("/package/vitscale_2.12.jar")
LIBRARIES = Path("/package/vitscale-libraries.jar")
SPARK_NLP = Path("/package/vitscale-sparknlp_2.12.jar")
QUICK = "-XX:TieredStopAtLevel=1"


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_submit, "jar_path", lambda: JAR)
    monkeypatch.setattr(spark_submit, "libraries_jar", lambda: LIBRARIES)
    monkeypatch.setattr(spark_submit, "spark_nlp_jar", lambda: SPARK_NLP)
    monkeypatch.setattr(launch, "all_jars", lambda: [JAR, LIBRARIES, SPARK_NLP])
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")  # this machine's name need not resolve


def command(master: str, engine: str = "vitscale") -> list[str]:
    ready = submission(
        ["--engine", engine, "--images", "photos"],
        master=master,
        memory="2g",
        settings=["spark.executor.cores=1"],
        scratch=Path("/scratch"),
    )
    return list(ready.command)


@pytest.mark.parametrize(
    ("master", "is_quick", "resource"),
    [
        ("local[*]", False, "spark-internal"),
        ("spark://127.0.0.1:7077", True, f"local:{JAR}"),
        ("spark://10.0.0.1:7077", True, str(JAR)),
        ("yarn", True, str(JAR)),
    ],
)
def test_where_the_images_are_classified_decides(master: str, is_quick: bool, resource: str) -> None:
    made = command(master)
    # The driver's own JVM decodes and resizes where the master is local, and needs the best of its compilers.
    assert (QUICK in made) is is_quick
    assert made[-5:] == [resource, "--engine", "vitscale", "--images", "photos"]


@pytest.mark.parametrize("setting", ["spark.jars=delta.jar", "spark.jars.packages=io.delta:delta:1"])
@pytest.mark.parametrize(
    ("master", "resource"), [("local[*]", str(JAR)), ("spark://127.0.0.1:7077", f"local:{JAR}")]
)
def test_the_class_loader_of_the_users_jars_loads_the_job_too(
    setting: str, master: str, resource: str
) -> None:
    ready = submission(["--images", "x"], master=master, memory=None, settings=[setting], scratch=Path("/s"))
    assert "spark.driver.userClassPathFirst=true" in ready.command
    assert list(ready.command)[-3:] == [resource, "--images", "x"]
    excludes = [one for one in ready.command if one.startswith("spark.jars.excludes=")]
    assert ["*:jackson-core" in one.partition("=")[2].split(",") for one in excludes] == (
        [True] if "packages" in setting else []
    )


def test_the_users_excludes_are_kept() -> None:
    settings = ["spark.jars.packages=io.delta:delta:1", "spark.jars.excludes=a:b"]
    ready = submission(["--images", "x"], master="local", memory=None, settings=settings, scratch=Path("/s"))
    assert [one for one in ready.command if "excludes" in one] == ["spark.jars.excludes=a:b"]


@pytest.mark.parametrize(
    ("master", "libraries", "spark_nlp"),
    [
        ("local[*]", None, None),
        ("spark://127.0.0.1:7077", f"local:{LIBRARIES}", f"local:{LIBRARIES},local:{SPARK_NLP}"),
        ("yarn", str(LIBRARIES), f"{LIBRARIES},{SPARK_NLP}"),
    ],
)
def test_executors_get_the_libraries_and_spark_nlp_where_it_is_the_engine(
    master: str, libraries: str | None, spark_nlp: str | None
) -> None:
    for engine, jars in (("vitscale", libraries), ("spark-nlp", spark_nlp)):
        made = command(master, engine=engine)
        assert (made[made.index("--jars") + 1] if "--jars" in made else None) == jars


def test_spark_nlp_is_refused_on_spark_4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jar, "installed_spark", lambda: SparkRelease("4.0.3", "2.13"))
    with pytest.raises(UsageError, match=r"no release for Scala 2\.13 and Spark 4.*is 4\.0\.3"):
        command("local[*]", engine="spark-nlp")


def test_settings_and_memory_reach_spark() -> None:
    made = command("yarn")
    assert made[1] == "-Xmx2g"
    assert made[made.index("--conf") + 1] == "spark.executor.cores=1"
    assert "-Djava.io.tmpdir=/scratch" in made


def test_the_settings_of_hadoop_and_yarn_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)
    made = command("yarn")
    assert made[made.index("-cp") + 1] == f"{JAR}:{LIBRARIES}:{SPARK_NLP}:{spark_jars()}/*"
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop")
    made = command("yarn")
    assert (
        made[made.index("-cp") + 1]
        == f"{tmp_path}:{JAR}:{LIBRARIES}:{SPARK_NLP}:{spark_jars()}/*:/etc/hadoop"
    )


def test_an_unknown_master_is_refused() -> None:
    with pytest.raises(UsageError, match=r"expected local\[N\]"):
        replace_process([], master="mesos://host", memory=None, settings=[])
