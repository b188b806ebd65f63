"""Posts in their monthly indices: found, merged, with their history."""
