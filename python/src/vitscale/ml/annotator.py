"""The annotator for pipelines of Spark NLP."""

from __future__ import annotations

from typing import Any, ClassVar

from pyspark import keyword_only
from pyspark.sql import SparkSession
from sparknlp.common import AnnotatorModel, AnnotatorType, HasBatchedAnnotateImage, HasImageFeatureProperties

from vitscale.hub import model_folder
from vitscale.jvm.bridge import java_errors, scala_object, session_api
from vitscale.ml.hub_model import HubModel
from vitscale.ml.light_pipeline import annotate_every_image
from vitscale.ml.loading import Loadable
from vitscale.ml.params import AnswerParams
from vitscale.ml.saving import Savable
from vitscale.ml.stage import CheckedStage

_JAVA_CLASS = "vitscale.ml.VitScaleForImageClassification"


class VitScaleForImageClassification(
    CheckedStage,
    Loadable,
    Savable,
    HubModel,
    AnnotatorModel,
    HasBatchedAnnotateImage,
    HasImageFeatureProperties,
    AnswerParams,
):
    """Takes the place of Spark NLP's ``ViTForImageClassification`` in a pipeline.

    Every image gives one annotation: ``result`` is the likeliest label, ``metadata`` has the image's fields
    and the probabilities of the `topK` likeliest labels under their names. ``label_id`` is the class number
    of ``result``; ``label_ids`` and ``probabilities`` are those of the `topK` classes as JSON arrays. A label
    with the name of another key (these, ``image``, ``height``, ``width``, ``nChannels``, ``mode``,
    ``origin``, ``error``) stands under ``label:`` and its name. An image that fails has an empty ``result``
    and the reason under ``error``; a ``LightPipeline`` annotates missing and damaged files in the same way.
    With a `threshold` an image may have no label: its ``result`` is empty too, without an ``error``.
    ``embeddings`` are the features, if `features` is set.

    Examples
    --------
    >>> from vitscale.ml import VitScaleForImageClassification
    >>> classifier = (
    ...     VitScaleForImageClassification.loadSavedModel("models/vit-base-patch16-224/onnx/fp32", spark)
    ...     .setInputCols(["image_assembler"])
    ...     .setOutputCol("class")
    ... )  # doctest: +SKIP
    """

    name = "VitScaleForImageClassification"
    inputAnnotatorTypes: ClassVar[list[str]] = [AnnotatorType.IMAGE]
    outputAnnotatorType = AnnotatorType.CATEGORY

    @keyword_only
    def __init__(self, classname: str = _JAVA_CLASS, java_model: Any = None) -> None:
        session_api()
        scala_object(_JAVA_CLASS)  # or the one line that says which extra brings it
        super().__init__(classname=classname, java_model=java_model)
        self._setDefault(
            batchSize=2,
            precision="fp32",
            runtime="onnxruntime",
            topK=5,
            threads=0,
            device="cpu",
            features="none",
        )

    def getClasses(self) -> list[str]:
        """Return the labels that the model knows, by class id."""
        with java_errors():
            return list(self._call_java("getClasses"))

    @staticmethod
    def loadSavedModel(folder: str, spark: SparkSession) -> VitScaleForImageClassification:
        """Load an exported model.

        Parameters
        ----------
        folder : str
            What Spark NLP's annotator takes, a folder with ``model.onnx`` and ``assets/``; a whole model
            folder; or a name on the Hugging Face hub, for a session on this machine.
        spark : SparkSession
            The session.

        Raises
        ------
        ModelError
            If a file is missing, or the files do not fit each other.
        """
        session_api()
        place = model_folder(str(folder), runtime="onnxruntime", master=spark.sparkContext.master)
        with java_errors():
            java_class = scala_object(_JAVA_CLASS)
            model = java_class.loadSavedModel(place, spark._jsparkSession)
        return VitScaleForImageClassification(java_model=model)


annotate_every_image(VitScaleForImageClassification)
