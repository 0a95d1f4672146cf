"""Compares the pixels, logits and first labels of two backends."""
