"""How ONNX Runtime runs a graph on a processor, wherever Python runs one."""

from __future__ import annotations

from collections.abc import Set

import onnxruntime

from vitscale.system.cpu_info import cpu_features

_PRECISE = "session.x64quantprecision"
"""ONNX Runtime's key (onnxruntime_session_options_config_keys.h); off by default."""

_EXACT_ALREADY = frozenset({"avx512_vnni", "avx_vnni"})
"""Instruction sets that add eight-bit products in 32 bits; the same list as in Scala's ``Int8Saturation``."""


def must_ask_for_exact_sums(features: Set[str]) -> bool:
    """Return whether ONNX Runtime adds eight-bit products exactly only when it is asked to.

    x86 processors before VNNI add pairs of them in sixteen bits, and cut off what does not fit: an int8 model
    would answer otherwise there. Asked to be precise, ONNX Runtime takes a slower instruction. It must not be
    asked where VNNI is: it would not use that either, which takes more than twice the time for equal sums.

    Parameters
    ----------
    features : set of str
        Instruction sets of the processor, as `cpu_features` names them.
    """
    return not (_EXACT_ALREADY & features)


def processor_options(threads: int | None = None) -> onnxruntime.SessionOptions:
    """Return the options of a session on the processor, the same that the Scala side sets.

    Parameters
    ----------
    threads : int, optional
        Of a forward pass; ONNX Runtime's own choice by default.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    if must_ask_for_exact_sums(cpu_features()):
        options.add_session_config_entry(_PRECISE, "1")
    if threads:
        options.intra_op_num_threads = threads
    return options
