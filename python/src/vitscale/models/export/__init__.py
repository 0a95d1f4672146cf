"""Exports a checkpoint to a model folder: graphs, checks, and the files beside them."""
