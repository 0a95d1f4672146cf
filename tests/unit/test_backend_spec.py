import pytest
from hypothesis import given
from hypothesis import strategies as st
from vitscale.backends.parsing import parse
from vitscale.backends.process import environment_of, is_native
from vitscale.backends.registry import BACKENDS
from vitscale.backends.sets import SETS, expand
from vitscale.backends.spec import BackendSpec
from vitscale.errors import UsageError


def test_a_bare_name_has_all_defaults() -> None:
    spec = parse("huggingface")
    assert spec == BackendSpec("huggingface", {})
    assert spec["dtype"] == "float32"
    assert spec["num_workers"] == 0


def test_options_are_converted_and_defaults_are_dropped() -> None:
    spec = parse("huggingface:num_workers=2,torch_compile=true,dtype=float32")
    assert spec.options == {"num_workers": 2, "torch_compile": True}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hugging", "Unknown backend 'hugging'. Expected one of huggingface"),
        ("", "Unknown backend"),
        ("spark-nlp:bridge=jni", "expected native or py4j"),
        ("spark-nlp:brigde=py4j", "has no option 'brigde=py4j'. Its options, with defaults: bridge=native"),
        ("spark-nlp:py4j", "has no option 'py4j'"),
        ("huggingface:num_workers=-1", "whole number"),
        ("huggingface:torch_compile=yes", "expected true or false"),
        ("spark-nlp:engine=torch", "expected onnx or tensorflow"),
        ("spark-nlp:engine=tensorflow,precision=int8", "fp32 only"),
        ("spark-nlp:onednn=true", "add engine=tensorflow"),
        ("openvino:precision=int8", "Use precision=int8-static"),
        ("vitscale:runtime=onednn,device=gpu", "oneDNN computes on the processor"),
        ("vitscale:runtime=tensorrt", "expected auto or onnxruntime or onednn"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(text)


@given(st.data())
def test_notation_is_read_back(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(BACKENDS)))
    options = {}
    for key, option in BACKENDS[name].options.items():
        values = {
            bool: st.booleans(),
            int: st.integers(0, 99),
            str: st.sampled_from(option.choices or ("fp32", "int8")),
        }[option.kind]
        value = data.draw(values)
        if value != option.default and data.draw(st.booleans()):
            options[key] = value
    if options.get("engine") == "tensorflow":
        options.pop("precision", None)
        options.pop("device", None)
    else:
        options.pop("onednn", None)
    if options.get("device") != "gpu" or not options.get("gpus"):
        options.pop("gpus", None)
    if options.get("device") == "gpu" and name != "huggingface":
        options.pop("threads", None)
    if options.get("device") == "gpu" and options.get("runtime") == "onednn":
        options.pop("runtime")
    if name == "openvino":
        options.pop("precision", None)
    spec = BackendSpec(name, options)
    assert parse(str(spec)) == spec


@pytest.mark.parametrize(
    ("text", "native"),
    [
        ("vitscale", True),
        ("vitscale:bridge=py4j", False),
        ("forward:precision=int8", True),
        ("huggingface", False),
    ],
)
def test_what_runs_in_a_jvm_of_its_own(text: str, native: bool) -> None:
    assert is_native(parse(text)) is native


def test_tensorflow_is_told_by_the_environment_of_its_process() -> None:
    assert environment_of(parse("spark-nlp")) == {}
    assert environment_of(parse("spark-nlp:threads=2")) == {}
    assert environment_of(parse("spark-nlp:engine=tensorflow")) == {"TF_ENABLE_ONEDNN_OPTS": "0"}
    tuned = parse("spark-nlp:engine=tensorflow,onednn=true,threads=2")
    assert environment_of(tuned) == {"TF_ENABLE_ONEDNN_OPTS": "1", "TF_NUM_INTRAOP_THREADS": "2"}


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_backends_in_their_own_notation(name: str) -> None:
    backends = expand([name])
    assert len(set(backends)) == len(backends) > 1
    assert [str(parse(backend)) for backend in backends] == backends


def test_the_set_cpu_has_every_backend_naive_and_tuned_naive_ones_first() -> None:
    specs = [parse(backend) for backend in expand(["cpu"])]
    assert {spec.name for spec in specs if not spec.options} == set(BACKENDS)
    assert str(specs[0]) == "huggingface"
    keys = {key for spec in specs if spec.name == "huggingface" for key in spec.options}
    assert keys == {"dtype", "num_workers", "torch_compile"}
    assert parse("spark-nlp:threads=1") in specs


def test_names_and_sets_mix() -> None:
    assert expand(["vitscale", "article"])[:2] == ["vitscale", "huggingface"]
