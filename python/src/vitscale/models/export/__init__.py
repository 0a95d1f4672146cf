"""From a checkpoint to a model folder: graphs, their checks, and the files beside them."""
