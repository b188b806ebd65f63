"""Bytes, rows, JSON and fields as sources write them: pure functions, blind to any one source."""
