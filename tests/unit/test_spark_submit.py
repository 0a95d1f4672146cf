"""The command line of the driver's JVM, by the kind of its master."""

from pathlib import Path

import pytest
from vitscale.errors import UsageError
from vitscale.jvm import launch, spark_submit
from vitscale.jvm.jar import spark_jars
from vitscale.jvm.spark_submit import replace_process, submission

JAR = Path("/package/vitscale.jar")
QUICK = "-XX:TieredStopAtLevel=1"


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (spark_submit, launch):
        monkeypatch.setattr(module, "jar_path", lambda: JAR)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")  # this machine's name need not resolve


def command(master: str) -> list[str]:
    ready = submission(
        ["--images", "photos"],
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
    assert made[-3:] == [resource, "--images", "photos"]


def test_settings_and_memory_reach_spark() -> None:
    made = command("yarn")
    assert made[1] == "-Xmx2g"
    assert made[made.index("--conf") + 1] == "spark.executor.cores=1"
    assert "-Djava.io.tmpdir=/scratch" in made


def test_the_settings_of_hadoop_and_yarn_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)
    made = command("yarn")
    assert made[made.index("-cp") + 1] == f"{JAR}:{spark_jars()}/*"
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop")
    made = command("yarn")
    assert made[made.index("-cp") + 1] == f"{tmp_path}:{JAR}:{spark_jars()}/*:/etc/hadoop"


def test_an_unknown_master_is_refused() -> None:
    with pytest.raises(UsageError, match=r"expected local\[N\]"):
        replace_process([], master="mesos://host", memory=None, settings=[])
