"""GPUs: the driver's samples, evidence that a run used a GPU, and Spark's scheduling of GPUs."""
