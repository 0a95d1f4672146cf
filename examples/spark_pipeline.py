"""Classify images in a Spark pipeline: save the pipeline, load it again, and write the labels as Parquet.

Usage: python spark_pipeline.py IMAGES MODEL PIPELINE OUTPUT
"""

import sys

import vitscale
from pyspark.ml import Pipeline, PipelineModel
from vitscale.ml import ViTImageClassifier


def main(images: str, model: str, saved: str, output: str) -> None:
    """Save a pipeline with one stage, load it, and classify a folder with it."""
    spark = vitscale.start()  # a session that knows ViTScale's jar

    # Spark's binaryFile source has the columns path, modificationTime, length and content.
    files = spark.read.format("binaryFile").option("recursiveFileLookup", True).load(images)

    stage = ViTImageClassifier(modelPath=model, inputCol="content", topK=3)
    Pipeline(stages=[stage]).fit(files).write().overwrite().save(saved)

    # Another session, in Python or Scala, loads the pipeline in the same way.
    classified = PipelineModel.load(saved).transform(files)

    # A failed image has an error and no predictions; it does not stop the query.
    labels = classified.selectExpr(
        "path",
        "classification.predictions[0].label AS label",
        "classification.predictions[0].probability AS probability",
        "classification.error AS error",
    )
    labels.write.mode("overwrite").parquet(output)


if __name__ == "__main__":
    main(*sys.argv[1:5])
