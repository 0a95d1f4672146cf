"""The machine: processor, files, processes, shared memory, and the user who runs them."""
