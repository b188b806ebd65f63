"""Which brands a text names, and whether a name is meant."""
