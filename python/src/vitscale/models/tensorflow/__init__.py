"""Exports a checkpoint to the SavedModel for Spark NLP's TensorFlow engine.

TensorFlow needs older versions of other packages, so it has a separate environment (:mod:`.environment`), in
which :mod:`.saved_model` runs as a script; this process never imports it.
"""
