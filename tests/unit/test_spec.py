import pytest
from hypothesis import given
from hypothesis import strategies as st
from vitscale.backends.spec import OPTIONS, BackendSpec, parse
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
        ("hugging", "Unknown backend 'hugging'. Known are huggingface"),
        ("", "Unknown backend"),
        ("spark-nlp:bridge=jni", "expected native or py4j"),
        ("spark-nlp:brigde=py4j", "has no option 'brigde=py4j'. Its options, with defaults: bridge=native"),
        ("spark-nlp:py4j", "has no option 'py4j'"),
        ("huggingface:num_workers=-1", "whole number"),
        ("huggingface:torch_compile=yes", "expected true or false"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(text)


@given(st.data())
def test_notation_is_read_back(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(OPTIONS)))
    options = {}
    for key, option in OPTIONS[name].items():
        values = {
            bool: st.booleans(),
            int: st.integers(0, 99),
            str: st.sampled_from(option.choices or ("fp32", "int8")),
        }[option.kind]
        value = data.draw(values)
        if value != option.default and data.draw(st.booleans()):
            options[key] = value
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
    assert parse(text).is_native is native
