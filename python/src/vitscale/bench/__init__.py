"""The harness: it plans benchmarks, runs each in its own process, and records the results."""
