"""The backends: one package for each, all with the interface of :mod:`.base`."""
