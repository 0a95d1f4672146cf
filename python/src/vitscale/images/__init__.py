"""Input images: listed from files, given as Python objects, or made for a test."""
