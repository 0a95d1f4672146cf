"""The reference: the Hugging Face PyTorch pipeline."""
