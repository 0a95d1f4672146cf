"""Stock Spark NLP."""
