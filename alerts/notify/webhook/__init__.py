"""Messages as JSON to any HTTP address."""
