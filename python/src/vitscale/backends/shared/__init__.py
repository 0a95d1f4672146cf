"""Code that several backends share: pipelines in Python, the bridge to the JVM, stage clocks."""
