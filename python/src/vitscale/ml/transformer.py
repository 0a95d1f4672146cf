"""The Spark ML transformer."""

from __future__ import annotations

from os import PathLike
from typing import Self

from pyspark import keyword_only
from pyspark.ml.param import TypeConverters
from pyspark.ml.param.shared import HasInputCol, HasOutputCol
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaTransformer

from vitscale.jvm.bridge import session_api
from vitscale.ml.hub_model import HubModel
from vitscale.ml.loading import Loadable
from vitscale.ml.params import AnswerParams, param, whole
from vitscale.ml.saving import Savable
from vitscale.ml.stage import CheckedStage


class ViTImageClassifier(
    CheckedStage,
    Loadable,
    Savable,
    HubModel,
    JavaTransformer,
    HasInputCol,
    HasOutputCol,
    AnswerParams,
    JavaMLReadable,
    JavaMLWritable,
):
    """Classifies the images of a column with a Vision Transformer, as Transformers' pipeline does.

    The input column holds encoded images (binary, as Spark's ``binaryFile`` source reads them; or structs of
    ``bytes`` and ``path``, as Hugging Face's ``datasets`` write them) or the structs of Spark's ``image``
    source. A name with dots is a field of a struct, unless a column has that very name. The output column is
    a struct: ``predictions`` (array of ``label_id``, ``label`` and ``probability``, the likeliest first),
    ``error`` (null where the image was classified), ``logits`` by class id if `returnLogits` is set, and
    ``features`` if `features` is set.

    Parameters
    ----------
    inputCol, outputCol : str
        Columns, ``"content"`` and ``"classification"`` by default.
    modelPath : str
        Folder of the model, as ``vitscale export`` writes it, which every node can read; or a name on the
        Hugging Face hub, for a session on this machine. A saved stage contains its model.
    precision : str
        Precision of the model, ``"fp32"`` by default.
    runtime : str
        What computes the forward pass: ``"auto"``, the default, ``"onnxruntime"`` or ``"onednn"``.
    topK : int
        Labels for each image, 5 by default; with a `threshold` all.
    batchSize : int
        Images of one forward pass, 2 by default.
    threads : int
        Cores of one forward pass; 0, the default, leaves it to ViTScale.
    device : str
        What runs the model: ``"cpu"``, the default, or ``"gpu"``.
    returnLogits : bool
        Whether the logits of all classes are returned as well.
    truncated : str
        What happens to an image file that ends early: ``"error"``, the default, gives a row with the reason,
        ``"gray"`` fills the missing pixels as Pillow does with ``LOAD_TRUNCATED_IMAGES`` (JPEG and PNG only).
    threshold : float, optional
        Smallest score of a label, from 0 to 1. An image without such a label has empty ``predictions``.
    features : str
        Features of each image, the input of the classification head: ``"none"``, the default, ``"pooled"``,
        or ``"normalized"`` to an L2 norm of 1.

    Examples
    --------
    >>> from vitscale.ml import ViTImageClassifier
    >>> stage = ViTImageClassifier(modelPath="models/vit-base-patch16-224", topK=1)  # doctest: +SKIP
    >>> photos = spark.read.format("binaryFile").load("photos")  # doctest: +SKIP
    >>> stage.transform(photos).select("path", "classification.predictions")  # doctest: +SKIP
    """

    batchSize = param("batchSize", "images of one forward pass", whole)
    returnLogits = param(
        "returnLogits", "whether the logits of all classes are returned", TypeConverters.toBoolean
    )
    truncated = param(
        "truncated", "what becomes of a truncated image file: error or gray", TypeConverters.toString
    )

    @keyword_only
    def __init__(
        self,
        *,
        inputCol: str = "content",
        outputCol: str = "classification",
        modelPath: str | PathLike[str] | None = None,
        precision: str = "fp32",
        runtime: str = "auto",
        topK: int = 5,
        batchSize: int = 2,
        threads: int = 0,
        device: str = "cpu",
        returnLogits: bool = False,
        truncated: str = "error",
        threshold: float | None = None,
        features: str = "none",
    ) -> None:
        session_api()
        super().__init__()
        self._java_obj = self._new_java_obj("vitscale.ml.ViTImageClassifier", self.uid)
        self._setDefault(
            inputCol="content",
            outputCol="classification",
            precision="fp32",
            runtime="auto",
            topK=5,
            batchSize=2,
            threads=0,
            device="cpu",
            returnLogits=False,
            truncated="error",
            features="none",
        )
        self._set(**self._input_kwargs)  # what was given, which `keyword_only` noted down

    def setInputCol(self, value: str) -> Self:
        """Set the column of the images."""
        return self._set(inputCol=value)

    def setOutputCol(self, value: str) -> Self:
        """Set the column of the predictions, which must not exist yet."""
        return self._set(outputCol=value)

    def setBatchSize(self, value: int) -> Self:
        """Set how many images one forward pass takes."""
        return self._set(batchSize=value)

    def getBatchSize(self) -> int:
        """Return how many images one forward pass takes."""
        return int(self._value(self.batchSize))

    def setReturnLogits(self, value: bool) -> Self:
        """Set whether the logits of all classes are returned as well."""
        return self._set(returnLogits=value)

    def getReturnLogits(self) -> bool:
        """Return whether the logits of all classes are returned as well."""
        return bool(self._value(self.returnLogits))

    def setTruncated(self, value: str) -> Self:
        """Set what happens to an image file that ends early: ``"error"`` or ``"gray"``."""
        return self._set(truncated=value)

    def getTruncated(self) -> str:
        """Return what happens to an image file that ends early."""
        return str(self._value(self.truncated))
