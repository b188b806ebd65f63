"""A test message through each receiver."""
