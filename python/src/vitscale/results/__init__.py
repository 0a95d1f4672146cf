"""Results: their schema, figures computed from raw values, units, and the files that hold them."""
