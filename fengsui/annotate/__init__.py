"""From posts to mentions."""
