"""A checkpoint: found, checked and loaded into PyTorch."""
