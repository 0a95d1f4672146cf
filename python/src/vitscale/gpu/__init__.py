"""GPUs: what the driver says of them, who may be called a GPU run, and how Spark shares them out."""
