"""What can be measured and compared: one module a backend, all with the same face (:mod:`.base`)."""
