"""Reports of results as a page, a table or a chart."""
