"""Do two backends agree? Their pixels, logits and first labels."""
