"""Each part beside its alternative, as ratios in one run."""
