"""Replace Spark NLP's ViT annotator in an existing pipeline, and annotate images one by one.

Two lines change: the session, and the annotator, which was ViTForImageClassification. This needs the extra
`sparknlp`.

Usage: python spark_nlp_drop_in.py MODEL IMAGE...
"""

import sys

import vitscale
from pyspark.ml import Pipeline
from sparknlp.base import ImageAssembler, LightPipeline
from vitscale.ml import VitScaleForImageClassification


def main(model: str, images: list[str]) -> None:
    """Print the label of each image, or the reason of its failure."""
    spark = vitscale.start()  # was: sparknlp.start()

    assembler = ImageAssembler().setInputCol("image").setOutputCol("image_assembler")
    annotator = (
        VitScaleForImageClassification.loadSavedModel(f"{model}/onnx/fp32", spark)
        .setInputCols(["image_assembler"])
        .setOutputCol("class")
    )
    rows = spark.read.format("image").load(images[0])
    pipeline = LightPipeline(Pipeline(stages=[assembler, annotator]).fit(rows))

    for path, annotations in zip(images, pipeline.fullAnnotateImage(images), strict=True):
        (annotation,) = annotations["class"]
        # The metadata has the probability of each label, or an error.
        print(path, annotation.result or annotation.metadata["error"], sep="\t")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
