"""Trains, distils, exports and measures the encoder."""
