"""The stores that the settings name: opened, and kept as a whole."""
