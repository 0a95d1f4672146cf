"""The job's executors get the memory that their model needs, unless somebody said otherwise."""

from pathlib import Path

import pytest
from vitscale.sizing.executor import Footprint, size_executor
from vitscale.sizing.executor_settings import executor_settings


@pytest.fixture(autouse=True)
def no_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_CONF_DIR", raising=False)


def expected(model: Path, cores: int, batch_size: int = 2) -> dict[str, str]:
    return size_executor(Footprint.read(model), cores=cores, batch_size=batch_size).settings


@pytest.mark.parametrize("master", ["yarn", "k8s://https://host"])
def test_an_executor_has_one_core_where_spark_says_so(tiny_model: Path, master: str) -> None:
    found = dict(one.split("=") for one in executor_settings(str(tiny_model), "fp32", None, master, []))
    assert found == {key: expected(tiny_model, 1)[key] for key in found}
    assert set(found) == {"spark.executor.memory", "spark.executor.memoryOverhead"}


def test_cores_and_batch_size_count(tiny_model: Path) -> None:
    settings = ["spark.executor.cores=8"]
    found = executor_settings(str(tiny_model), "fp32", 32, "spark://host:7077", settings)
    assert f"spark.executor.memory={expected(tiny_model, 8, 32)['spark.executor.memory']}" in found


def test_what_the_user_set_stays(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = executor_settings(str(tiny_model), "fp32", None, "yarn", ["spark.executor.memory=9g"])
    assert [one.split("=")[0] for one in found] == ["spark.executor.memoryOverhead"]
    (tmp_path / "spark-defaults.conf").write_text("# ours\nspark.executor.memoryOverhead  2g\n")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    assert executor_settings(str(tiny_model), "fp32", None, "yarn", ["spark.executor.memory=9g"]) == []


def test_nothing_is_derived_from_what_is_not_known(tiny_model: Path) -> None:
    assert executor_settings(str(tiny_model), "fp32", None, "local[2]", []) == []
    assert executor_settings(str(tiny_model), "fp32", None, "spark://host:7077", []) == []
    assert executor_settings("hdfs:///models/vit", "fp32", None, "yarn", []) == []
