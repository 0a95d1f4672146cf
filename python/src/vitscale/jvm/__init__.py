"""The launcher of all JVMs: memory, settings, environment and checks.

The job, the Python API, the benchmark and the daemons of a cluster build their command lines here.
"""
