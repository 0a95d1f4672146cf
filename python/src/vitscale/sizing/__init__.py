"""Memory, threads and GPUs of an executor, derived from the model."""
