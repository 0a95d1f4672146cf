"""Options of ONNX Runtime for graphs that Python runs on the CPU."""

from __future__ import annotations

from collections.abc import Set

import onnxruntime

from vitscale.system.cpu_info import cpu_features

_PRECISE = "session.x64quantprecision"
"""ONNX Runtime's key (onnxruntime_session_options_config_keys.h); off by default."""

_EXACT_ALREADY = frozenset({"avx512_vnni", "avx_vnni"})
"""Instruction sets that add 8-bit products in 32 bits; the same list as in Scala's ``Int8Saturation``."""


def must_ask_for_exact_sums(features: Set[str]) -> bool:
    """Tell whether ONNX Runtime needs an option to add 8-bit products without saturation.

    x86 CPUs before VNNI add pairs of products in 16 bits with saturation, which changes the results of an
    int8 model. With the option, ONNX Runtime uses a slower exact instruction. With VNNI the option must be
    off: it would disable VNNI, and the same sums would take more than twice the time.

    Parameters
    ----------
    features : set of str
        Instruction sets of the CPU, named as in `cpu_features`.
    """
    return not (_EXACT_ALREADY & features)


def processor_options(threads: int | None = None) -> onnxruntime.SessionOptions:
    """Return the options of a session on the CPU, the same as in Scala.

    Parameters
    ----------
    threads : int, optional
        Threads of a forward pass; None for ONNX Runtime's choice.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    if must_ask_for_exact_sums(cpu_features()):
        options.add_session_config_entry(_PRECISE, "1")
    if threads:
        options.intra_op_num_threads = threads
    return options
