"""Copies, near-copies, and what is nobody's own voice."""
