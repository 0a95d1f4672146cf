"""Results: schema, figures computed from raw values, units, and files."""
