"""From a checkpoint to the SavedModel that Spark NLP's TensorFlow engine loads.

TensorFlow needs older versions of everything else, so it lives in an environment of its own
(:mod:`.environment`), where :mod:`.saved_model` runs as a script; this process never imports it.
"""
