"""Names for several backends at once: ``-b cpu`` asks for all of them, naive and tuned."""

from __future__ import annotations

from collections.abc import Sequence

_NAIVE = ("huggingface", "spark-nlp", "vitscale", "onnxruntime", "openvino", "forward")
_TUNED = (
    "huggingface:num_workers=2",
    "huggingface:dtype=bfloat16",
    "huggingface:torch_compile=true",
    "huggingface:dtype=bfloat16,num_workers=2,torch_compile=true",
    "spark-nlp:threads=1",  # one for each Spark task, in the place of six
    "vitscale:spark=true",
    "openvino:dtype=bfloat16",
)
_GPU = (
    "huggingface:device=gpu",  # as the published benchmark: device=0, fp32
    "huggingface:device=gpu,num_workers=8",
    "huggingface:dtype=float16,device=gpu,num_workers=8",
    "huggingface:dtype=bfloat16,device=gpu,num_workers=8",
    "huggingface:dtype=float16,device=gpu,num_workers=8,torch_compile=true",
    "spark-nlp:device=gpu",
    "vitscale:device=gpu,precision=fp16",
    "onnxruntime:device=gpu,num_workers=8,precision=fp16",
    "forward:device=gpu,precision=fp16",
)
_ARTICLE = ("huggingface", "spark-nlp:engine=tensorflow", "spark-nlp:engine=tensorflow,onednn=true")

SETS: dict[str, tuple[str, ...]] = {
    "naive": _NAIVE,
    "tuned": _TUNED,
    "cpu": _NAIVE + _TUNED,
    "gpu": _GPU,
    "article": _ARTICLE,
}
"""As users write them, tuned, both; on a GPU, naive and tuned; and those of the published CPU figures."""


def expand(names: Sequence[str]) -> list[str]:
    """Put the backends of a set in the place of its name."""
    return [backend for name in names for backend in SETS.get(name, (name,))]
