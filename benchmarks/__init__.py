"""Compare each part with its alternative, as ratios in one run."""
