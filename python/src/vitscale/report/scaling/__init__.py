"""How the job scales, shown: what was measured in words, and the estimate as a chart."""
