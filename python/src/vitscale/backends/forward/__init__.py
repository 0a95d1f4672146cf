"""The engine's model without the engine, its tensors ready in memory: a limit, not a classifier."""
