"""Names of precisions and graphs, and how they are made."""

from __future__ import annotations

import pytest
from vitscale.models.export.variant import INPUTS, PRECISIONS, Variant
from vitscale.system.precision_name import export_options, how_to_make, needs_no_graph, without_merging


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("input_type", INPUTS)
@pytest.mark.parametrize("pairs", [0, 1, 16])
def test_the_options_of_a_name_make_the_variant_of_this_name(
    precision: str, input_type: str, pairs: int
) -> None:
    options = export_options(Variant(precision, input_type, pairs).name)
    assert options is not None
    given = dict(zip(options[::2], options[1::2], strict=True))
    made = Variant(
        given["--precision"], given.get("--input", "float32"), int(given.get("--token-merging", "0"))
    )
    assert made == Variant(precision, input_type, pairs)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fp32-tome4", "Make it: vitscale export MODEL --precision fp32 --token-merging 4 -o m"),
        ("int4", "`vitscale export` makes no graph int4, but fp32, fp16, int8 and int8-static."),
        ("bf16-tome2", "oneDNN runs it without one: choose the runtime onednn."),
        ("fp32-tome0", "makes no graph fp32-tome0"),
    ],
)
def test_the_remedy_of_a_missing_graph(name: str, expected: str) -> None:
    assert expected in how_to_make(name, "m")


@pytest.mark.parametrize(
    ("name", "is_one", "plain"),
    [
        ("fp32", True, "fp32"),
        ("bf16-tome8", True, "bf16"),
        ("int8-tome0", False, "int8"),
        ("fp16", False, "fp16"),
        ("int8-static", False, "int8-static"),
        ("fp32-uint8", False, "fp32-uint8"),
    ],
)
def test_what_onednn_runs_without_a_graph(name: str, is_one: bool, plain: str) -> None:
    assert needs_no_graph(name) is is_one
    assert without_merging(name) == plain
