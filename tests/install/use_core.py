"""What a core install must do, run by its own Python: MODEL and PHOTOS are the arguments."""

import sys
import tempfile

import vitscale
from pyspark.ml import Pipeline, PipelineModel
from vitscale import ml


def main(model: str, photos: str) -> None:
    """Transform, save and load a stage; classify without Spark; ask for what is missing."""
    spark = vitscale.start("local[1]")
    images = spark.read.format("binaryFile").option("recursiveFileLookup", True).load(photos)
    stage = ml.ViTImageClassifier(modelPath=model, topK=1)

    def answers(one: object) -> list[object]:
        return one.transform(images).select("path", "classification.*").orderBy("path").collect()

    expected = answers(stage)
    assert len(expected) == 3, expected
    assert all(row.error is None and len(row.predictions) == 1 for row in expected), expected
    with tempfile.TemporaryDirectory() as folder:
        stage.save(f"{folder}/stage")
        assert answers(ml.ViTImageClassifier.load(f"{folder}/stage")) == expected
        Pipeline(stages=[stage]).fit(images).save(f"{folder}/pipeline")
        assert answers(PipelineModel.load(f"{folder}/pipeline")) == expected

    found = vitscale.ViT(model).classify(photos, top_k=1)
    labels = {row.path.rpartition("/")[2]: row.predictions[0].label for row in expected}
    assert {name.rpartition("/")[2]: answer[0]["label"] for name, answer in found.items()} == labels
    try:
        ml.VitScaleForImageClassification  # noqa: B018 - the look-up is what is tested
    except vitscale.UsageError as error:
        assert 'pip install "vitscale[sparknlp]"' in str(error), error
    else:
        raise AssertionError("the annotator was found without Spark NLP")


main(*sys.argv[1:])
