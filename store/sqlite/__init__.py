"""Posts, mentions and counts in one SQLite file."""
