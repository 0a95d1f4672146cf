"""Save a model as an MLflow model (pyfunc), load it again and classify images with it.

The saved folder contains this file and the model, so it can be registered, and served on any machine that has
vitscale. No Python object is pickled.

Usage: python mlflow_model.py MODEL OUTPUT IMAGE [IMAGE ...]
"""

import sys
from pathlib import Path
from typing import Any

import mlflow.models
import mlflow.pyfunc
import pandas as pd
import vitscale
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

COLUMNS = {"label_id": "Int64", "label": "string", "score": "Float64", "error": "string"}


class ImageClassifier(mlflow.pyfunc.PythonModel):
    """Takes a column of image files as bytes; returns the first class of each, or why it failed."""

    def load_context(self, context: mlflow.pyfunc.PythonModelContext) -> None:
        """Open the model of the saved folder."""
        self.vit = vitscale.ViT(context.artifacts["model"])

    def predict(
        self,
        context: mlflow.pyfunc.PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Return one row for each image, in order; without a label if no score reaches `threshold`."""
        threshold = (params or {}).get("threshold", 0.0)
        images = [bytes(image) for image in model_input["image"]]
        answers = self.vit.classify(images, top_k=1, threshold=threshold, on_error="return")
        return pd.DataFrame([row(answer) for answer in answers], columns=list(COLUMNS)).astype(COLUMNS)


def row(answer: vitscale.ImageError | list[dict[str, Any]]) -> tuple[object, ...]:
    """Return the values of the columns for one image."""
    if isinstance(answer, vitscale.ImageError):
        return (None, None, None, str(answer))
    if not answer:
        return (None, None, None, None)
    return (answer[0]["label_id"], answer[0]["label"], answer[0]["score"], None)


def save(model: Path, output: Path) -> None:
    """Save a model folder as an MLflow model, with this file as its code."""
    mlflow.pyfunc.save_model(
        output,
        python_model=__file__,
        artifacts={"model": str(model)},
        signature=mlflow.models.ModelSignature(
            inputs=Schema([ColSpec("binary", "image")]),
            params=ParamSchema([ParamSpec("threshold", "double", 0.0)]),
        ),
        pip_requirements=[f"vitscale[spark,java]=={vitscale.__version__}", "pandas"],
    )


if __name__ == "__main__":
    save(Path(sys.argv[1]), Path(sys.argv[2]))
    loaded = mlflow.pyfunc.load_model(sys.argv[2])
    photos = pd.DataFrame({"image": [Path(name).read_bytes() for name in sys.argv[3:]]})
    print(loaded.predict(photos).to_csv(index=False))
else:
    mlflow.models.set_model(ImageClassifier())  # MLflow runs this file when it loads the model
