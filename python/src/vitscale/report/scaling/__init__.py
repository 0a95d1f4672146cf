"""Scaling of the job in a report: the measurement in words, and the estimate as a chart."""
