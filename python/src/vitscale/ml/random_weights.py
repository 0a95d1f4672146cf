"""Warns of stages whose model has random weights.

The JVM warns in Spark's log as well, but a notebook does not show that log, and Spark NLP's jar silences it.
"""

from __future__ import annotations

import logging
from typing import Any

_LOGGER = logging.getLogger("vitscale")
_warned: set[str] = set()


def warn_of_random_weights(stage: Any) -> None:
    """Log a warning if the labels of a stage mean nothing, once for each model of this process.

    Parameters
    ----------
    stage : ViTImageClassifier or VitScaleForImageClassification
        A stage whose parameters the JVM has.
    """
    warning = stage._java_obj.modelWarning()
    if warning is not None and warning not in _warned:
        _warned.add(warning)
        _LOGGER.warning(warning)
