"""OpenVINO, called from Python without Spark."""
