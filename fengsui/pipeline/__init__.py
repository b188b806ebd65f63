"""The steps, and the two ways to run them: continuously, or over past posts."""
