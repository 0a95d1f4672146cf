"""Stock Spark NLP in the registry of backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitscale.backends.definition import Definition, JvmCommand
from vitscale.backends.options import BRIDGE, DEVICE, PRECISION, THREADS, Option
from vitscale.backends.shared.gpu_options import refuse_threads_on_gpu
from vitscale.backends.shared.jvm_needs import benchmark_arguments, check_jar, check_java
from vitscale.errors import UsageError
from vitscale.jvm.jar import spark_nlp_jar, tensorflow_jars

if TYPE_CHECKING:
    from vitscale.backends.base import Backend
    from vitscale.backends.spec import BackendSpec
    from vitscale.models.folder import ModelFolder
    from vitscale.results.schema import Scenario


def _load(spec: BackendSpec, model: ModelFolder, batch_size: int, scenario: Scenario) -> Backend:
    from vitscale.backends.spark_nlp.backend import SparkNlpBackend

    return SparkNlpBackend(spec, model, batch_size, scenario)


def _check_options(spec: BackendSpec) -> None:
    if spec.uses_tensorflow and spec.precision != "fp32":
        raise UsageError(f"{spec}: Spark NLP's TensorFlow engine runs fp32 only. Remove precision.")
    if "onednn" in spec.options and not spec.uses_tensorflow:
        raise UsageError(f"{spec}: onednn is an option of TensorFlow; add engine=tensorflow.")
    if spec.device == "gpu" and spec.uses_tensorflow:
        raise UsageError(f"{spec}: Spark NLP's TensorFlow engine runs on CPUs only here. Remove device.")
    refuse_threads_on_gpu(spec)


def _check_installed(spec: BackendSpec, model: ModelFolder) -> None:
    check_java(spec, model)
    spark_nlp_jar()
    if spec.uses_tensorflow:
        model.saved_model_sha256()
        tensorflow_jars()


def _environment(spec: BackendSpec) -> dict[str, str]:
    """Return environment variables for TensorFlow, which reads these settings at its load only."""
    if not spec.uses_tensorflow:
        return {}
    variables = {"TF_ENABLE_ONEDNN_OPTS": str(int(spec["onednn"]))}
    return variables | ({"TF_NUM_INTRAOP_THREADS": str(spec["threads"])} if spec["threads"] else {})


def _command(spec: BackendSpec) -> JvmCommand:
    class_path = f"{tensorflow_jars()}/*" if spec.uses_tensorflow else ""
    return JvmCommand(benchmark_arguments(spec), class_path)


BACKEND = Definition(
    name="spark-nlp",
    rank=1,
    options={
        "bridge": BRIDGE,
        "action": Option("write", str, "Spark action that runs the pipeline", ("write", "count"), "call"),
        "engine": Option("onnx", str, "engine that runs the model", ("onnx", "tensorflow")),
        "onednn": Option(False, bool, "TensorFlow's TF_ENABLE_ONEDNN_OPTS"),
        "device": DEVICE,
        "threads": THREADS,
        "precision": PRECISION,
    },
    load=_load,
    tuned=("spark-nlp:threads=1",),  # one thread in each Spark task, instead of six
    gpu=("spark-nlp:device=gpu",),
    check_options=_check_options,
    check_installed=_check_installed,
    check_gpu=check_jar,
    environment=_environment,
    command=_command,
)
