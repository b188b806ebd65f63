"""The indices: their names, mappings, life and migration."""
