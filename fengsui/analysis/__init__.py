"""Questions that a person asks of files and of the store."""
