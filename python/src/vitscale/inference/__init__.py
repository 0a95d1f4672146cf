"""The JVM's engine called from Python: a classifier, and the pixels that it sees."""
