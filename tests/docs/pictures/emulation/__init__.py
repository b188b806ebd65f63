"""Tests of what Elasticsearch answers for a dashboard."""
