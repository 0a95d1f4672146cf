"""How ONNX Runtime runs a graph on a processor, wherever Python runs one."""

from __future__ import annotations

import onnxruntime

_PRECISE = "session.x64quantprecision"
"""ONNX Runtime's key (onnxruntime_session_options_config_keys.h); off by default."""


def processor_options(threads: int | None = None) -> onnxruntime.SessionOptions:
    """Return the options of a session on the processor, the same that the Scala side sets.

    x86 processors before VNNI add pairs of eight-bit products in sixteen bits, and cut off what does not fit:
    an int8 model would answer otherwise there. Asked to, ONNX Runtime takes a slower instruction on these
    alone, so that a model answers the same everywhere.

    Parameters
    ----------
    threads : int, optional
        Of a forward pass; ONNX Runtime's own choice by default.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    options.add_session_config_entry(_PRECISE, "1")
    if threads:
        options.intra_op_num_threads = threads
    return options
