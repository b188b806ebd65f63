"""Posts, mentions and counts in Elasticsearch."""
