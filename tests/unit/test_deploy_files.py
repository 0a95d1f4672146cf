"""The container image's files: exact versions, settings that exist, options of the job, restricted pods."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml
from vitscale import __version__
from vitscale.cli import app
from vitscale.jvm.container import command_line
from vitscale.jvm.settings import size
from vitscale.sizing.executor import Footprint, size_executor

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SPARK = {"SPARK_HOME": "/opt/spark", "JAVA_HOME": "/opt/java"}
SPARK_VERSION = re.search(r'spark = "([^"]+)"', (ROOT / "project/Dependencies.scala").read_text())[1]  # type: ignore[index]
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
VIT_BASE = Footprint(weights=346_000_000, activations=11_600_000, buffers=610_000)
"""ViT-base in fp32, in bytes: what ``vitscale sizing`` reads from its folder."""


def documents(*files: Path) -> list[dict[str, Any]]:
    return [document for file in files for document in yaml.safe_load_all(file.read_text())]


def manifest(kind: str) -> dict[str, Any]:
    (found,) = (one for one in documents(*MANIFESTS) if one["kind"] == kind)
    return found


def embedded(name: str) -> str:
    """Return a file of the job's ConfigMap."""
    return str(manifest("ConfigMap")["data"][name])


def settings(text: str) -> dict[str, str]:
    return dict(line.split(None, 1) for line in text.splitlines())


JOB_SETTINGS = settings(embedded("spark-defaults.conf"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DRIVER = manifest("Job")["spec"]["template"]["spec"]
OPERATOR = manifest("SparkApplication")["spec"]


def pinned(file: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+==\S+)", file.read_text(), re.MULTILINE))


def pods() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return the name, the pod's and the container's security of each pod."""
    executor = yaml.safe_load(embedded("executor.yaml"))["spec"]
    plain = {"driver": DRIVER, "executor": executor}
    return [
        *(
            (name, pod["securityContext"], pod["containers"][0]["securityContext"])
            for name, pod in plain.items()
        ),
        *(
            (f"operator's {name}", OPERATOR[name]["podSecurityContext"], OPERATOR[name]["securityContext"])
            for name in plain
        ),
    ]


def test_the_dockerfile_passes_its_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [linter, ROOT / "Dockerfile"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout


def test_packages_are_those_of_the_lock() -> None:
    """Exact versions with hashes, the core and pyspark; no torch."""
    image = pinned(DEPLOY / "requirements.txt")
    assert image <= pinned(ROOT / "python/requirements.txt")
    assert f"pyspark=={SPARK_VERSION}" in image
    assert not any(name.startswith(("torch==", "transformers==", "onnx")) for name in image)
    installs = re.findall(r"pip install (?:[^&]|\n)+", DOCKERFILE)
    assert installs and all("--require-hashes" in one or "/wheels/*.whl" in one for one in installs)


def test_the_image_runs_as_a_user_and_starts_the_entry_point() -> None:
    final = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 185$", final, re.MULTILINE)
    assert 'ENTRYPOINT ["tini", "-s", "--", "python", "-m", "vitscale.jvm.container"]' in final
    variables = dict(re.findall(r"(SPARK_HOME|SPARK_CONF_DIR|JAVA_HOME)=(\S+)", final))
    assert variables == {**SPARK, "SPARK_CONF_DIR": "/opt/spark/conf"}  # where Spark on Kubernetes mounts it


def test_the_image_can_have_a_class_archive_for_any_user_id() -> None:
    """Root makes it, with the Java and the folder of settings that later commands have."""
    before, after = DOCKERFILE.split("vitscale archive-classes --for-all-users")
    assert "JAVA_HOME=/opt/java" in before and "SPARK_CONF_DIR=/opt/spark/conf" in before
    assert "USER 185" in after and "COPY" not in after


def test_what_the_image_copies_is_not_ignored() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / path).exists() for path in kept)
    assert {"python", "scala", "project", "build.sbt", "sbtw", "schema", "deploy/requirements.txt"} <= kept


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.name)
def test_kubernetes_knows_every_field(file: Path) -> None:
    for document in documents(file):
        if document["apiVersion"].startswith("sparkoperator"):
            continue  # a custom resource, whose schema its operator has
        kubernetes_validate.validate(document, "1.37", strict=True)
    if file.name == "job.yaml":
        executor = yaml.safe_load(embedded("executor.yaml"))
        kubernetes_validate.validate(executor, "1.37", strict=True)


@pytest.mark.parametrize(("name", "pod", "container"), pods(), ids=[name for name, _, _ in pods()])
def test_no_pod_runs_as_root_or_writes_to_its_root(
    name: str, pod: dict[str, Any], container: dict[str, Any]
) -> None:
    assert pod["runAsNonRoot"] and pod["runAsUser"] == 185
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["readOnlyRootFilesystem"] and not container["allowPrivilegeEscalation"]
    assert container["capabilities"] == {"drop": ["ALL"]}


def test_every_read_only_container_has_a_folder_for_temporary_files() -> None:
    executor = yaml.safe_load(embedded("executor.yaml"))["spec"]
    for pod in (DRIVER, executor):
        mounts = {one["mountPath"]: one["name"] for one in pod["containers"][0]["volumeMounts"]}
        assert any(one["name"] == mounts["/tmp"] and "emptyDir" in one for one in pod["volumes"])
    for role in ("driver", "executor"):
        assert "/tmp" in {one["mountPath"] for one in OPERATOR[role]["volumeMounts"]}
    for service in COMPOSE["services"].values():
        assert service["read_only"] and any(one.startswith("/tmp:exec") for one in service["tmpfs"])


def test_versions_are_those_of_the_project() -> None:
    images = [DRIVER["containers"][0]["image"], OPERATOR["image"]]
    assert {*images, JOB_SETTINGS["spark.kubernetes.container.image"]} == {f"REGISTRY/vitscale:{__version__}"}
    assert OPERATOR["sparkVersion"] == SPARK_VERSION


def test_the_jobs_options_exist() -> None:
    commands = typer.main.get_command(app)
    known = {name for option in commands.commands["classify"].params for name in option.opts}  # type: ignore[attr-defined]
    given = [
        *DRIVER["containers"][0]["args"],
        *OPERATOR["arguments"],
        *COMPOSE["services"]["classify"]["command"],
    ]
    options = {word.partition("=")[0] for word in given if word.startswith("-")}
    assert options <= known
    assert OPERATOR["mainClass"] == "vitscale.job.ClassifyMain"
    named = [OPERATOR["mainApplicationFile"], *OPERATOR["deps"]["jars"]]
    assert named == [
        f"local:///opt/spark/work-dir/{name}" for name in ("vitscale_2.12.jar", "vitscale-libraries.jar")
    ]
    assert '"${jars%,*}" "${jars#*,}" "$spark/work-dir/"' in DOCKERFILE  # what `vitscale jars` prints


def test_the_pods_driver_is_the_job_and_finds_the_executors_template() -> None:
    container = DRIVER["containers"][0]
    made = command_line(container["args"], SPARK)
    assert made[:3] == ["vitscale", "classify", "/data/photos"]
    named = set(re.findall(r"\$\((\w+)\)", " ".join(made)))
    assert named == {variable["name"] for variable in container["env"]}
    template = Path(JOB_SETTINGS["spark.kubernetes.executor.podTemplateFile"])
    assert {"name": "settings", "mountPath": str(template.parent)} in container["volumeMounts"]
    claim = JOB_SETTINGS["spark.kubernetes.executor.volumes.persistentVolumeClaim.data.options.claimName"]
    assert {"name": "data", "persistentVolumeClaim": {"claimName": claim}} in DRIVER["volumes"]
    assert DRIVER["serviceAccountName"] == OPERATOR["driver"]["serviceAccount"]
    assert DRIVER["serviceAccountName"] == manifest("ServiceAccount")["metadata"]["name"]


def mib(text: str) -> int:
    number = size(text, "size")
    return int(number[:-1]) * {"m": 1, "g": 1024}[number[-1]]


def test_the_memory_is_what_vit_base_needs() -> None:
    four = size_executor(VIT_BASE, cores=4)
    for made in (
        (JOB_SETTINGS["spark.executor.memory"], JOB_SETTINGS["spark.executor.memoryOverhead"]),
        (OPERATOR["executor"]["memory"], OPERATOR["executor"]["memoryOverhead"]),
    ):
        assert [mib(one) for one in made] == [four.heap_mib, four.overhead_mib]
    one = size_executor(VIT_BASE, cores=1)
    shared = settings(COMPOSE["configs"]["settings"]["content"])
    assert mib(shared["spark.executor.memory"]) == one.heap_mib
    daemon = 2 * mib(COMPOSE["services"]["worker"]["environment"]["SPARK_DAEMON_MEMORY"])
    assert mib(COMPOSE["services"]["worker"]["mem_limit"]) == daemon + one.heap_mib + one.overhead_mib


def test_the_cluster_of_compose_is_closed() -> None:
    """Its network leads nowhere else, no port is published, and each process needs the secret."""
    assert COMPOSE["networks"] == {"spark": {"internal": True}}
    shared = settings(COMPOSE["configs"]["settings"]["content"])
    assert shared["spark.authenticate"] == shared["spark.network.crypto.enabled"] == "true"
    assert shared["spark.authenticate.secret"].startswith("${SPARK_AUTH_SECRET:?")
    for name, service in COMPOSE["services"].items():
        assert service["networks"] == ["spark"] and "ports" not in service, name
        assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
        assert service["configs"] == [{"source": "settings", "target": "/opt/spark/conf/spark-defaults.conf"}]
    worker = command_line(COMPOSE["services"]["worker"]["command"], SPARK)
    assert worker[-1] == shared["spark.master"] == "spark://master:7077"
