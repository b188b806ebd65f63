"""What fails while the pipeline runs: kills, hostile input, what comes late."""
