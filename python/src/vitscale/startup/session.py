"""Runs a stage in a Spark session: ``python -m vitscale.startup.session MODEL IMAGES CLASS_LIST``."""

from __future__ import annotations

import shlex
import sys

from vitscale.jvm.session import start
from vitscale.jvm.settings import JAVA_OPTIONS, LOCAL
from vitscale.ml import ViTImageClassifier


def main(model: str, images: str, class_list: str) -> None:
    """Classify images with a stage; Java writes the names of the classes that this loads.

    Parameters
    ----------
    model : str
        Folder of the model.
    images : str
        Folder of the images.
    class_list : str
        File for the names.
    """
    spark = start(LOCAL, settings={JAVA_OPTIONS: shlex.quote(f"-XX:DumpLoadedClassList={class_list}")})
    files = spark.read.format("binaryFile").option("recursiveFileLookup", True).load(images)
    stage = ViTImageClassifier(modelPath=model, runtime="onnxruntime")
    stage.transform(files).select("path", "classification").collect()
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
