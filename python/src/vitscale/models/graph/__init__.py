"""The arithmetic of a ViT, written for a small and fast ONNX graph."""
