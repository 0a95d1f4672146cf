"""The harness: it plans benchmarks, runs each in a process of its own, and keeps what they measured."""
