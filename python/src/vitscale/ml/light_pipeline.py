"""Spark NLP's ``LightPipeline`` over ViTScale's annotator: an annotation for each image, also if it fails.

Spark NLP's own code gives no annotation for a missing file, and an empty one ends the whole list, before any
annotator is asked. It has no hook for that, so its class gets one here: a pipeline that holds ViTScale's
annotator runs on the JVM's ``vitscale.ml.ImageLightPipeline``. All other pipelines stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from sparknlp.base import LightPipeline

from vitscale.jvm.bridge import java_errors, scala_object
from vitscale.ml.random_weights import warn_of_random_weights


def annotate_every_image(annotator: type) -> None:
    """Make each ``LightPipeline`` with this annotator annotate images that fail.

    Parameters
    ----------
    annotator : type
        The class of the annotator.
    """
    LightPipeline.__init__ = _also_for(annotator, LightPipeline.__init__)


def _also_for(annotator: type, stock: Callable[..., None]) -> Callable[..., None]:
    @wraps(stock)
    def made(self: Any, pipelineModel: Any, parse_embeddings: bool = False, *more: Any, **named: Any) -> None:
        stock(self, pipelineModel, parse_embeddings, *more, **named)
        if annotators := list(_stages(pipelineModel, annotator)):
            with java_errors():
                java_model = self._lightPipeline.pipelineModel()
                light_pipeline = scala_object("vitscale.ml.ImageLightPipeline")
                self._lightPipeline = light_pipeline.of(java_model, parse_embeddings)
                for stage in annotators:
                    warn_of_random_weights(stage)

    return made


def _stages(pipeline: Any, kind: type) -> Iterator[Any]:
    """Yield the stages of a class, those of pipelines within the pipeline too."""
    for stage in pipeline.stages:
        if isinstance(stage, kind):
            yield stage
        elif hasattr(stage, "stages"):
            yield from _stages(stage, kind)
