"""What Kibana asks Elasticsearch for a dashboard, and what it makes of the answers."""
