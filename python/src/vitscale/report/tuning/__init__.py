"""Profiles of `vitscale tune` in a report: what each candidate loses, and how fast it is."""
