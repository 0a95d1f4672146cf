"""The machine: CPU, files, processes, shared memory and the user."""
