"""Channels that messages go out by: one module or folder each."""
