"""The forward pass alone, on tensors in memory: an upper limit, not a classifier."""
