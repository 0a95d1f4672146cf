"""Classify photos as they arrive in a folder, with Structured Streaming, into a Delta or Parquet table.

Usage: python stream_to_table.py IMAGES MODEL OUTPUT [delta|parquet] [SECONDS]

Delta needs its library on Spark's class path, for example in spark-defaults.conf:
spark.jars.packages io.delta:delta-spark_2.12:3.3.2

SECONDS is the time between two looks for new photos. Without it, the query classifies the photos and ends.
Start it again after it ended or was killed: the checkpoint knows which photos the table has.
"""

import sys

import vitscale
from pyspark.sql.types import BinaryType, LongType, StringType, StructField, StructType, TimestampType
from vitscale.ml import ViTImageClassifier

# A stream does not look into files for their columns, so they are named. These are binaryFile's.
COLUMNS = StructType(
    [
        StructField("path", StringType()),
        StructField("modificationTime", TimestampType()),
        StructField("length", LongType()),
        StructField("content", BinaryType()),
    ]
)


def main(
    images: str, model: str, output: str, table_format: str = "parquet", seconds: str | None = None
) -> None:
    """Run the query until it has classified all photos, or until it is stopped."""
    settings = {}
    if table_format == "delta":
        settings["spark.sql.extensions"] = "io.delta.sql.DeltaSparkSessionExtension"
        settings["spark.sql.catalog.spark_catalog"] = "org.apache.spark.sql.delta.catalog.DeltaCatalog"
    spark = vitscale.start(settings=settings)

    files = (
        spark.readStream.format("binaryFile")
        .schema(COLUMNS)
        .option("recursiveFileLookup", True)
        .option("pathGlobFilter", "*.{jpg,jpeg,png}")
        .option("maxFilesPerTrigger", 1000)  # rows of one commit
        .load(images)
    )
    classified = ViTImageClassifier(modelPath=model, inputCol="content", topK=3).transform(files)

    # A broken photo does not stop the query: it has an error and no label.
    rows = classified.selectExpr(
        "path",
        "classification.predictions[0].label AS label",
        "classification.predictions[0].probability AS probability",
        "classification.error AS error",
    )
    writer = rows.writeStream.format(table_format).option("checkpointLocation", f"{output}-checkpoint")
    trigger = {"processingTime": f"{seconds} seconds"} if seconds else {"availableNow": True}
    writer.trigger(**trigger).start(output).awaitTermination()


if __name__ == "__main__":
    main(*sys.argv[1:6])
