"""One TOML file, read once."""
