"""The one launcher of JVMs: memory, settings, environment and checks for everyone who starts one.

The job, the Python API, the benchmark and the daemons of a cluster build their command lines here.
"""
