"""Finds, checks and loads a checkpoint."""
