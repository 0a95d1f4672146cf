"""Reads results and shows them, as a page, a table or a chart; it measures nothing."""
