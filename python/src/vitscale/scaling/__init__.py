"""Scaling of the job: measured on one and two executors, and estimated for clusters of any size."""
