"""ONNX Runtime, called from Python without Spark."""
