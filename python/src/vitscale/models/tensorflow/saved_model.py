"""Converts a Hugging Face ViT to a SavedModel with constant weights.

A script for the environment of :mod:`vitscale.models.tensorflow.environment`, with no import of ViTScale::

    python -I saved_model.py CHECKPOINT OUTPUT PIXELS LOGITS

CHECKPOINT is a folder with config.json and model.safetensors, OUTPUT an empty folder. PIXELS is a .npz file
of batches, float32 [n, 3, height, width]; LOGITS receives the logits of the saved model, [n, labels].
"""

import sys

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
from transformers import TFViTForImageClassification


class Frozen(tf.Module):
    """A model without variables.

    TensorFlow 2.12 reads variables with an operator (``DisableCopyOnRead``) that the 2.7 inside Spark NLP
    does not support, so they become constants of the graph. Spark NLP loads a pipeline that it saved through
    the operator ``StatefulPartitionedCall_2``; restoring has this name only where the signature is stateful
    too, which the check of the batch makes it.
    """

    def __init__(self, model, height, width):
        super().__init__()
        pixels = tf.TensorSpec([None, 3, height, width], tf.float32, name="pixel_values")
        network = tf.function(lambda pixel_values: model(pixel_values, training=False).logits)
        graph = convert_variables_to_constants_v2(network.get_concrete_function(pixels))

        def serve(pixel_values):
            tf.debugging.assert_positive(tf.shape(pixel_values)[0], "a batch needs at least one image")
            return {"logits": graph(pixel_values)[0]}

        self.serve = tf.function(serve, input_signature=[pixels])


def main(checkpoint, output, pixels, logits):
    """Write the SavedModel, and what it answers once it is loaded again."""
    model = TFViTForImageClassification.from_pretrained(checkpoint, local_files_only=True)
    size = model.config.image_size
    height, width = (size, size) if isinstance(size, int) else size
    frozen = Frozen(model, height, width)
    tf.saved_model.save(frozen, output, signatures={"serving_default": frozen.serve})
    serve = tf.saved_model.load(output).signatures["serving_default"]
    batches = np.load(pixels, allow_pickle=False).values()
    np.savez(logits, *(serve(pixel_values=tf.constant(batch))["logits"].numpy() for batch in batches))


if __name__ == "__main__":
    main(*sys.argv[1:])
