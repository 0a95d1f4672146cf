"""Shares and rates of the forward pass's steps, from lines as oneDNN writes them."""

from __future__ import annotations

import pytest

from benchmarks.figures import products
from benchmarks.products import steps_of

HEADER = (
    "onednn_verbose,v1,primitive,info,template:operation,engine,primitive,implementation,prop_kind,"
    "memory_descriptors,attributes,auxiliary,problem_desc,exec_time"
)


def line(operation: str, attributes: str, problem: str, milliseconds: str) -> str:
    tensors = "src:u8::blocked:ab::f0 wei:s8::blocked:BA16a64b4a::f0 dst:u8::blocked:ab::f0"
    return (
        f"onednn_verbose,v1,primitive,exec,cpu,{operation},brg_matmul:avx512_core_vnni,undef,{tensors},"
        f"{attributes},,{problem},{milliseconds}"
    )


LINES = [
    "onednn_verbose,v1,info,cpu,runtime:OpenMP,nthr:1",
    HEADER,
    line("matmul", "attr-scratchpad:user attr-post-ops:eltwise_gelu_erf", "788x768:768x3072", "12"),
    line("matmul", "attr-scratchpad:user attr-post-ops:eltwise_gelu_erf", "788x768:768x3072", "12"),
    line("matmul", "attr-scratchpad:user attr-post-ops:sum", "788x3072:3072x768", "10"),
    line("matmul", "attr-scratchpad:user attr-post-ops:sum", "788x3072:3072x768", "10"),
    line("matmul", "attr-scratchpad:user", "1x12x197x64:1x12x64x197", "4"),
    line("softmax", "attr-scratchpad:user", "1x12x197x197", "2"),
    line("layer_normalization", "attr-scratchpad:user", "788x768", "1"),
    "26/12/01 INFO SparkContext: a line of another program",
]


def test_steps_of_one_kind_are_added_the_longest_first() -> None:
    steps = steps_of(LINES)
    assert [(step["problem"], step["count"], step["milliseconds"]) for step in steps] == [
        ("788x768:768x3072", 2, 24),
        ("788x3072:3072x768", 2, 20),
        ("1x12x197x64:1x12x64x197", 1, 4),
        ("1x12x197x197", 1, 2),
        ("788x768", 1, 1),
    ]


def test_shares_are_of_all_steps_and_rates_of_the_products_with_weights() -> None:
    raw = {"clock_ghz": 4.0, "precisions": {"int8": steps_of(LINES)}}
    operations = 4 * 788 * 768 * 3072
    assert products.rate(raw, "int8") == pytest.approx(operations / 0.044 / 1e9)
    assert products.share_of_gelu(raw, "int8") == pytest.approx(4 / 51)
    row = products.table(raw).splitlines()[-1]
    assert row == "| `int8` | 86 % | 8 % | 4 % | 2 % | 169 | 42.3 | 66 % |"
